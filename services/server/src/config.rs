//! The configuration: defaults, then a file, then `CONCORD_*` variables; all faults reported together.

mod callers;
mod checkpoints;
mod keys;
mod ledger;
mod limits;
mod nats;
mod secrets;
mod telemetry;
mod tls;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use concord_executor::ExecutorOptions;
use concord_kernel::TenantId;
use figment::Figment;
use figment::providers::{Format, Toml};
use serde::Deserialize;

pub(crate) use callers::Callers;
use callers::{Oidc, Tokens};
use checkpoints::Checkpoints;
use keys::Keys;
pub(crate) use keys::{KekAt, named};
pub(crate) use ledger::{Address, LedgerStore, StoreKind, is_local};
use ledger::{ViewsKind, ViewsStore};
use limits::Limits;
use nats::Nats;
use telemetry::Metrics;
pub(crate) use telemetry::{Log, LogFormat, Telemetry};
use tls::{KnownClient, Tls};

const DEFAULTS: &str = include_str!("../../../deploy/config.default.toml");

/// What a program sets that shows a page and not its log.
const QUIET: &str = "[log]\nfilter = \"warn\"";

/// The file in the data folder with the key that signs local tokens, unless another is named.
pub(crate) const TOKEN_KEY: &str = "token.key";

/// The shortest and the longest that a lease may last, seconds: a shorter one is lost whenever the machine is busy, and
/// for as long as it lasts nobody does what a dead process did.
const LEASE_SECONDS: std::ops::RangeInclusive<u64> = 2..=300;

/// The most tenants one process serves: each has a writer thread and caches of its own.
const MOST_TENANTS: usize = 64;

/// Everything that can be set.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Folder of the ledgers, the views and the local token key.
    pub(crate) data: PathBuf,
    /// Where the API listens.
    pub(crate) listen: SocketAddr,
    /// Tenants that are served.
    pub(crate) tenants: Vec<TenantId>,
    /// What this process does.
    pub(crate) roles: Vec<ProcessRole>,
    /// Where the record is kept.
    pub(crate) ledger: LedgerStore,
    /// What the record is encrypted with.
    pub(crate) keys: Keys,
    /// Where the views are kept.
    pub(crate) views: ViewsStore,
    /// What only one of several processes does.
    pub(crate) leases: LeaseTerm,
    /// TLS before the API.
    pub(crate) tls: Tls,
    /// The issuer of people's tokens.
    pub(crate) oidc: Oidc,
    /// Tokens of local development.
    pub(crate) tokens: Tokens,
    /// Who is known by a certificate.
    #[serde(default)]
    pub(crate) clients: Vec<KnownClient>,
    /// Who may do what.
    pub(crate) access: Access,
    /// Logging.
    pub(crate) log: Log,
    /// Signed checkpoints of the record.
    pub(crate) checkpoints: Checkpoints,
    /// Who may ask how the process is.
    pub(crate) metrics: Metrics,
    /// Where traces go.
    pub(crate) telemetry: Telemetry,
    /// Prescriptions on their way.
    pub(crate) pharmacy: Pharmacy,
    /// What partners take.
    pub(crate) feeds: Feeds,
    /// The log on JetStream.
    pub(crate) nats: Nats,
    /// Bounds.
    pub(crate) limits: Limits,
}

/// A part of the work that a process can take on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ProcessRole {
    /// Answers calls.
    Api,
    /// Keeps the views.
    Projector,
    /// Records deadlines that pass.
    Timers,
    /// Signs checkpoints.
    Signer,
    /// Publishes the log on JetStream, where a server is named.
    Relay,
}

/// What only one of several processes does.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeaseTerm {
    pub(crate) seconds: u64,
}

/// What partners take.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Feeds {
    /// The file of the key that partners' names for patients follow from; empty: in the data folder.
    pub(crate) key: PathBuf,
}

/// Who may do what.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Access {
    /// The folder of the policies; empty: those that the program comes with.
    pub(crate) policies: PathBuf,
}

/// How prescriptions reach pharmacies.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Pharmacy {
    pub(crate) network: NetworkKind,
}

/// A network to pharmacies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum NetworkKind {
    /// None: nothing is sent.
    None,
    /// Pretended pharmacies.
    Test,
}

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    /// A value has the wrong form; names the key and where it came from.
    #[error(transparent)]
    Unreadable(#[from] Box<figment::Error>),
    /// Values that are well formed but cannot be used, one a line.
    #[error("the configuration cannot be used:\n{}", .0.join("\n"))]
    Unusable(Vec<String>),
}

/// What the command line sets over everything else.
#[derive(Clone, Debug, Default)]
pub(crate) struct Overrides {
    pub(crate) data: Option<PathBuf>,
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) roles: Option<Vec<ProcessRole>>,
    /// Whether only warnings are logged when nothing else is configured.
    pub(crate) quiet: bool,
}

/// What cannot be read is shown, except where it may be an address with a password.
fn unreadable(error: figment::Error) -> ConfigError {
    if error.path.first().is_some_and(|key| key == "ledger" || key == "nats" || key == "keys") {
        let key = error.path.join(".");
        return ConfigError::Unusable(vec![format!(
            "{key}: not what deploy/config.default.toml describes; it is not shown because it may hold a password"
        )]);
    }
    ConfigError::Unreadable(Box::new(error))
}

impl Config {
    /// Reads defaults, `file`, the environment and the command line, in this order.
    pub(crate) fn load(file: Option<&Path>, overrides: Overrides) -> Result<Self, ConfigError> {
        let mut figment = Figment::new().merge(Toml::string(DEFAULTS));
        if overrides.quiet {
            figment = figment.merge(Toml::string(QUIET));
        }
        if let Some(file) = file {
            figment = figment.merge(Toml::file_exact(file));
        }
        let figment = figment.merge(secrets::plain()).merge(secrets::Files::of_environment());
        let mut config: Self = figment.extract().map_err(unreadable)?;
        config.data = overrides.data.unwrap_or(config.data);
        config.listen = overrides.listen.unwrap_or(config.listen);
        config.roles = overrides.roles.unwrap_or(config.roles);
        config.checked()
    }

    fn checked(self) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        faults.extend(self.faults_of_callers());
        if self.tenants.is_empty() || self.tenants.len() > MOST_TENANTS {
            faults.push(format!("tenants: 1 to {MOST_TENANTS} are served, not {}", self.tenants.len()));
        }
        let mut names: Vec<_> = self.tenants.iter().collect();
        names.sort();
        names.dedup();
        if names.len() != self.tenants.len() {
            faults.push(String::from("tenants: a name stands twice"));
        }
        if self.roles.is_empty() {
            faults.push(String::from("roles: at least one of api, projector, timers, signer, relay"));
        }
        let shared = self.views() == StoreKind::Postgres;
        if self.has(ProcessRole::Timers) && !self.has(ProcessRole::Projector) && !shared {
            faults.push(String::from(
                "roles: timers needs projector, which keeps the list of deadlines, unless the views are in postgres",
            ));
        }
        if shared && self.ledger.store == StoreKind::Sqlite {
            faults.push(String::from(
                "views.store: postgres is the ledger's database, and the ledger has none",
            ));
        }
        if !LEASE_SECONDS.contains(&self.leases.seconds) {
            let (least, most) = (LEASE_SECONDS.start(), LEASE_SECONDS.end());
            faults.push(format!("leases.seconds: {least} to {most}, not {}", self.leases.seconds));
        }
        if self.ledger.store == StoreKind::Postgres {
            faults.extend(self.ledger.faults());
        }
        if let Err(fault) = self.checkpoints.cosigners() {
            faults.push(format!("checkpoints.cosigners: {fault}"));
        }
        if let Some(fault) = self.checkpoints.witnesses_fault() {
            faults.push(format!("checkpoints.witnesses: {fault}"));
        }
        faults.extend(self.keys.faults(&self.data));
        faults.extend(self.nats.faults());
        if self.roles == [ProcessRole::Relay] && self.nats.servers.is_empty() {
            faults.push(String::from("nats.servers: a process that only relays needs one"));
        }
        faults.extend(self.telemetry.faults());
        if self.limits.attempts == 0 {
            faults.push(String::from("limits.attempts: at least 1"));
        }
        if faults.is_empty() { Ok(self) } else { Err(ConfigError::Unusable(faults)) }
    }

    /// Whether this process takes on `role`.
    pub(crate) fn has(&self, role: ProcessRole) -> bool {
        self.roles.contains(&role)
    }

    /// Where it is remembered how far ledgers were served.
    pub(crate) fn heads(&self) -> &Path {
        if self.ledger.heads.as_os_str().is_empty() { &self.data } else { &self.ledger.heads }
    }

    /// Where the views are kept.
    pub(crate) const fn views(&self) -> StoreKind {
        match self.views.store {
            ViewsKind::Ledger => self.ledger.store,
            ViewsKind::Sqlite => StoreKind::Sqlite,
            ViewsKind::Postgres => StoreKind::Postgres,
        }
    }

    /// How long a lease lasts.
    pub(crate) const fn lease(&self) -> Duration {
        Duration::from_secs(self.leases.seconds)
    }

    /// The file of the key that signs local tokens.
    pub(crate) fn token_key(&self) -> PathBuf {
        if self.tokens.key.as_os_str().is_empty() {
            self.data.join(TOKEN_KEY)
        } else {
            self.tokens.key.clone()
        }
    }

    /// Who is known by a certificate.
    pub(crate) fn known_clients(&self) -> concord_access::Clients {
        tls::clients(&self.clients).expect("the configuration was checked")
    }

    /// The roles of this process by their names.
    pub(crate) fn role_names(&self) -> Vec<&'static str> {
        let name = |role: &ProcessRole| match role {
            ProcessRole::Api => "api",
            ProcessRole::Projector => "projector",
            ProcessRole::Timers => "timers",
            ProcessRole::Signer => "signer",
            ProcessRole::Relay => "relay",
        };
        self.roles.iter().map(name).collect()
    }

    /// The executor's bounds.
    pub(crate) const fn executor(&self) -> ExecutorOptions {
        ExecutorOptions { cache_bytes: self.limits.state_cache_bytes, attempts: self.limits.attempts }
    }

    /// How long running calls get to finish.
    pub(crate) const fn drain(&self) -> Duration {
        Duration::from_secs(self.limits.drain_seconds)
    }
}

#[cfg(test)]
mod tests;
