//! What publishes the log on JetStream: one relay a tenant, over one connection.

use std::sync::Arc;

use concord_kernel::Clock;
use concord_ledger::Ledger;
use concord_relay::{Client, NatsError, Options, Relay, Watch, connect};
use tokio::task::{JoinError, JoinSet};

use crate::config::{Config, ProcessRole};

/// The relays of this process.
pub(crate) struct LogRelays {
    connection: Option<(Client, Options)>,
    running: JoinSet<()>,
}

impl LogRelays {
    /// Begins the connection, when `config` names servers and this process is to relay. Servers that are away are waited for
    /// later: the service starts without them.
    pub(crate) async fn connect(config: &Config) -> Result<Self, NatsError> {
        let servers = config.nats.servers().filter(|_| config.has(ProcessRole::Relay));
        let connection = match servers {
            Some(servers) => Some((connect(&servers).await?, config.nats.relay())),
            None => None,
        };
        Ok(Self { connection, running: JoinSet::new() })
    }

    /// Publishes what `ledger` records from now on, and what it has not published yet.
    pub(crate) fn start(&mut self, ledger: &Arc<dyn Ledger>, clock: &Arc<dyn Clock>) -> Option<Watch> {
        let (client, options) = self.connection.clone()?;
        let relay = Relay::new(Arc::clone(ledger), client, Arc::clone(clock), options);
        let watch = relay.watch();
        self.running.spawn(relay.run());
        Some(watch)
    }

    /// Waits until a relay ends, though nobody asked it to; for ever when there is none.
    pub(crate) async fn ended(&mut self) -> Result<(), JoinError> {
        match self.running.join_next().await {
            Some(ended) => ended,
            None => std::future::pending().await,
        }
    }

    /// Ends all of them. What is not acknowledged is found out by the next start.
    pub(crate) async fn shutdown(mut self) {
        self.running.shutdown().await;
    }
}
