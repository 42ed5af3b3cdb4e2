//! `[nats]`: the log on JetStream.

use std::path::PathBuf;
use std::time::Duration;

use concord_partners::Accounts;
use serde::Deserialize;

/// The longest that the streams keep events: what the record erases must leave them by itself.
const LONGEST_KEPT_HOURS: u64 = 31 * 24;

/// Where the log is published.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nats {
    pub(crate) servers: Vec<String>,
    pub(crate) credentials: PathBuf,
    pub(crate) authorities: PathBuf,
    pub(crate) replicas: usize,
    pub(crate) keep_hours: u64,
    pub(crate) partner_accounts: bool,
}

impl Nats {
    /// How the servers are reached; `None` when nothing is to be published.
    pub(crate) fn servers(&self) -> Option<concord_relay::Nats> {
        let named = |path: &PathBuf| Some(path.clone()).filter(|path| !path.as_os_str().is_empty());
        (!self.servers.is_empty()).then(|| concord_relay::Nats {
            servers: self.servers.clone(),
            credentials: named(&self.credentials),
            authorities: named(&self.authorities),
        })
    }

    /// How the streams are declared.
    pub(crate) fn relay(&self) -> concord_relay::Options {
        let keep = Duration::from_hours(self.keep_hours);
        concord_relay::Options { replicas: self.replicas, keep, ..concord_relay::Options::default() }
    }

    /// How partners' streams are declared.
    pub(crate) fn partners(&self) -> concord_partners::Options {
        let accounts = if self.partner_accounts { Accounts::Own } else { Accounts::Shared };
        concord_partners::Options { accounts, streams: self.relay() }
    }

    /// What cannot be used of it.
    pub(super) fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if let Some(Err(error)) = self.servers().map(|servers| servers.addresses()) {
            faults.push(format!("nats.servers: {error}"));
        }
        if ![1, 3, 5].contains(&self.replicas) {
            faults.push(format!("nats.replicas: 1, 3 or 5, not {}", self.replicas));
        }
        if self.keep_hours == 0 || self.keep_hours > LONGEST_KEPT_HOURS {
            faults.push(format!("nats.keep_hours: 1 to {LONGEST_KEPT_HOURS}"));
        }
        faults
    }
}
