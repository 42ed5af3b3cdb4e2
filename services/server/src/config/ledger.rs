//! `[ledger]` and `[views]`: where the record and what is folded of it are kept.

use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Deserializer};
use tokio_postgres::config::Host;

/// Where the record is kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LedgerStore {
    pub(crate) store: StoreKind,
    pub(crate) postgres: Address,
    /// Whose word counts for who the database is; nothing is encrypted without it.
    #[serde(deserialize_with = "named_file")]
    pub(crate) postgres_ca: Option<PathBuf>,
    /// Where others are heard, if not at `postgres`.
    pub(crate) postgres_listen: Address,
    /// Folder in which it is remembered how far ledgers were served; empty for the data folder.
    pub(crate) heads: PathBuf,
}

/// No file is named by an empty text.
fn named_file<'de, D: Deserializer<'de>>(text: D) -> Result<Option<PathBuf>, D::Error> {
    let path = PathBuf::deserialize(text)?;
    Ok((!path.as_os_str().is_empty()).then_some(path))
}

/// A store of ledgers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StoreKind {
    /// A file for each tenant.
    Sqlite,
    /// A database.
    Postgres,
}

/// Where the views are kept.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ViewsStore {
    pub(crate) store: ViewsKind,
}

/// A store of views.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ViewsKind {
    /// Where the ledger is.
    Ledger,
    /// A file for each tenant, of one process.
    Sqlite,
    /// The ledger's database.
    Postgres,
}

/// Where a database is; it may hold a password, so `Debug` tells nothing.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Address(String);

impl Address {
    /// What the database's client makes of it.
    pub(crate) fn parse(&self) -> Option<tokio_postgres::Config> {
        (!self.0.is_empty()).then(|| self.0.parse().ok()).flatten()
    }

    /// Whether nothing is named.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl LedgerStore {
    /// What is wrong with the addresses of the database.
    pub(crate) fn faults(&self) -> Vec<String> {
        let named = [("postgres", &self.postgres), ("postgres_listen", &self.postgres_listen)];
        let asked = named.into_iter().filter(|(key, address)| *key == "postgres" || !address.is_empty());
        asked.filter_map(|(key, address)| self.fault(key, address)).collect()
    }

    fn fault(&self, key: &str, address: &Address) -> Option<String> {
        let Some(database) = address.parse() else {
            return Some(format!(
                "ledger.{key}: not an address such as postgres://user@localhost:5432/database"
            ));
        };
        let socket = database.get_hosts().iter().any(|host| matches!(host, Host::Unix(_)));
        match &self.postgres_ca {
            None if !is_local(&database) => Some(format!(
                "ledger.{key}: only a socket or a loopback address; another host is reached with TLS, which needs ledger.postgres_ca"
            )),
            Some(_) if socket => Some(format!(
                "ledger.{key}: nothing is encrypted on a socket; leave ledger.postgres_ca empty"
            )),
            None | Some(_) => None,
        }
    }
}

impl From<String> for Address {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address([redacted])")
    }
}

/// Whether nothing that is said to the database leaves this machine.
pub(crate) fn is_local(database: &tokio_postgres::Config) -> bool {
    let local = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    };
    database.get_hosts().iter().all(local) && database.get_hostaddrs().iter().all(IpAddr::is_loopback)
}
