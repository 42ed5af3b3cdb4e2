//! What publishes the log on JetStream: one relay a tenant, over one connection.

use std::sync::Arc;

use concord_kernel::Clock;
use concord_ledger::Ledger;
use concord_relay::{Client, NatsError, Options, Relay, connect};

use crate::config::{Config, ProcessRole};

/// The connection of this process's relays; none when nothing is to be published.
pub(crate) struct LogRelays(Option<(Client, Options)>);

impl LogRelays {
    /// Begins the connection, when `config` names servers and this process is to relay. Servers that are away are waited for
    /// later: the service starts without them.
    pub(crate) async fn connect(config: &Config) -> Result<Self, NatsError> {
        let servers = config.nats.servers().filter(|_| config.has(ProcessRole::Relay));
        Ok(Self(match servers {
            Some(servers) => Some((connect(&servers).await?, config.nats.relay())),
            None => None,
        }))
    }

    /// What publishes all of `ledger` that is not published yet, once it runs.
    pub(crate) fn of(&self, ledger: &Arc<dyn Ledger>, clock: &Arc<dyn Clock>) -> Option<Relay> {
        let (client, options) = self.0.clone()?;
        Some(Relay::new(Arc::clone(ledger), client, Arc::clone(clock), options))
    }
}
