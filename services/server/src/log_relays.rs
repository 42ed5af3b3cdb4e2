//! What publishes on JetStream: one relay of the log and one publisher of partners' streams a tenant, over one connection.

use std::sync::Arc;

use concord_feed::Feed;
use concord_kernel::{Clock, RandomIds};
use concord_ledger::Ledger;
use concord_partners::{Options as PartnerOptions, Parts, Publisher};
use concord_relay::{Client, NatsError, Options, Relay, connect};

use crate::config::{Config, ProcessRole};

/// The connection of this process's relays; none when nothing is to be published.
pub(crate) struct LogRelays(Option<(Client, Options, PartnerOptions)>);

impl LogRelays {
    /// Begins the connection, when `config` names servers and this process is to relay. Servers that are away are waited for
    /// later: the service starts without them.
    pub(crate) async fn connect(config: &Config) -> Result<Self, NatsError> {
        let servers = config.nats.servers().filter(|_| config.has(ProcessRole::Relay));
        Ok(Self(match servers {
            Some(servers) => Some((connect(&servers).await?, config.nats.relay(), config.nats.partners())),
            None => None,
        }))
    }

    /// What publishes all of `ledger` that is not published yet, once it runs.
    pub(crate) fn of(&self, ledger: &Arc<dyn Ledger>, clock: &Arc<dyn Clock>) -> Option<Relay> {
        let (client, options, _) = self.0.clone()?;
        Some(Relay::new(Arc::clone(ledger), client, Arc::clone(clock), options))
    }

    /// Whether this process publishes.
    pub(crate) const fn publish(&self) -> bool {
        self.0.is_some()
    }

    /// What fills the streams of the partners of `feed`, once it runs.
    pub(crate) fn partners(&self, feed: &Feed) -> Option<Publisher> {
        let (client, _, options) = self.0.clone()?;
        // They name beginnings, and take no identifiers of a history that is to be the same each time.
        let ids = Arc::new(RandomIds);
        Some(Publisher::new(Parts { feed: feed.clone(), client, options, encode: concord_api::told, ids }))
    }
}
