//! The configuration: defaults, then a file, then `CONCORD_*` variables; all faults reported together.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use concord_executor::ExecutorOptions;
use concord_kernel::TenantId;
use figment::Figment;
use figment::providers::{Env, Format, Toml};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use tokio_postgres::config::Host;

const DEFAULTS: &str = include_str!("../../../deploy/config.default.toml");

/// What a program sets that shows a page and not its log.
const QUIET: &str = "[log]\nfilter = \"warn\"";

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
    /// Logging.
    pub(crate) log: Log,
    /// Who may ask how the process is.
    pub(crate) metrics: Metrics,
    /// Where traces go.
    pub(crate) telemetry: Telemetry,
    /// Prescriptions on their way.
    pub(crate) pharmacy: Pharmacy,
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
}

/// Where the record is kept.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LedgerStore {
    pub(crate) store: StoreKind,
    pub(crate) postgres: Address,
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

/// Where a database is; it may hold a password, so `Debug` tells nothing.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(crate) struct Address(String);

impl Address {
    /// What the database's client makes of it.
    pub(crate) fn parse(&self) -> Option<tokio_postgres::Config> {
        (!self.0.is_empty()).then(|| self.0.parse().ok()).flatten()
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address([redacted])")
    }
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

/// How the process logs. No log line holds patient data.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Log {
    pub(crate) filter: String,
    pub(crate) format: LogFormat,
}

/// Who reads the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// Metrics and probes over plain HTTP.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metrics {
    /// Absent: nowhere.
    #[serde(deserialize_with = "unless_empty")]
    pub(crate) listen: Option<SocketAddr>,
}

/// Traces of calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Telemetry {
    /// Absent: nothing is traced.
    #[serde(deserialize_with = "unless_empty")]
    pub(crate) otlp: Option<String>,
    /// Which share of traces that begin here is kept, 0 to 1.
    pub(crate) sample: f64,
}

/// Reads what an empty text leaves out.
fn unless_empty<'de, D: Deserializer<'de>, T: FromStr>(deserializer: D) -> Result<Option<T>, D::Error>
where
    T::Err: fmt::Display,
{
    let text = String::deserialize(deserializer)?;
    (!text.is_empty()).then(|| text.parse().map_err(D::Error::custom)).transpose()
}

/// Bounds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    pub(crate) state_cache_bytes: u64,
    pub(crate) attempts: u32,
    pub(crate) drain_seconds: u64,
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
    if error.path.first().is_some_and(|key| key == "ledger") {
        let key = error.path.join(".");
        return ConfigError::Unusable(vec![format!(
            "{key}: not what deploy/config.default.toml describes; it is not shown because it may hold a password"
        )]);
    }
    ConfigError::Unreadable(Box::new(error))
}

/// Whether nothing that is said to the database leaves this machine.
fn is_local(database: &tokio_postgres::Config) -> bool {
    let local = |host: &Host| match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
        }
    };
    database.get_hosts().iter().all(local) && database.get_hostaddrs().iter().all(IpAddr::is_loopback)
}

/// Whether a collector takes spans on this machine: `http://` and a loopback address with its port.
fn is_local_collector(address: &str) -> bool {
    address
        .strip_prefix("http://")
        .map(|rest| rest.strip_suffix('/').unwrap_or(rest))
        .and_then(|rest| rest.parse::<SocketAddr>().ok())
        .is_some_and(|address| address.ip().is_loopback())
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
        let figment = figment.merge(Env::prefixed("CONCORD_").split("__"));
        let mut config: Self = figment.extract().map_err(unreadable)?;
        config.data = overrides.data.unwrap_or(config.data);
        config.listen = overrides.listen.unwrap_or(config.listen);
        config.roles = overrides.roles.unwrap_or(config.roles);
        config.checked()
    }

    fn checked(self) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        if !self.listen.ip().is_loopback() {
            faults.push(format!(
                "listen: {} is not loopback; without TLS the API listens on loopback only",
                self.listen
            ));
        }
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
            faults.push(String::from("roles: at least one of api, projector, timers"));
        }
        if self.has(ProcessRole::Timers) && !self.has(ProcessRole::Projector) {
            faults.push(String::from("roles: timers needs projector, which keeps the list of deadlines"));
        }
        if self.ledger.store == StoreKind::Postgres {
            match self.ledger.postgres.parse() {
                None => faults.push(String::from(
                    "ledger.postgres: not an address such as postgres://user@localhost:5432/database",
                )),
                Some(database) if !is_local(&database) => faults.push(String::from(
                    "ledger.postgres: only a socket or a loopback address; without TLS no other host is reached",
                )),
                Some(_) => {}
            }
        }
        if self.telemetry.otlp.as_deref().is_some_and(|collector| !is_local_collector(collector)) {
            faults.push(String::from(
                "telemetry.otlp: only a loopback address such as http://127.0.0.1:4317; without TLS no other host is reached",
            ));
        }
        if !(0.0..=1.0).contains(&self.telemetry.sample) {
            faults.push(String::from("telemetry.sample: a share from 0 to 1"));
        }
        if self.limits.attempts == 0 {
            faults.push(String::from("limits.attempts: at least 1"));
        }
        if faults.is_empty() { Ok(self) } else { Err(ConfigError::Unusable(faults)) }
    }

    /// Whether this process takes on `role`.
    pub(crate) fn has(&self, role: ProcessRole) -> bool {
        self.roles.contains(&role)
    }

    /// The roles of this process by their names.
    pub(crate) fn role_names(&self) -> Vec<&'static str> {
        let name = |role: &ProcessRole| match role {
            ProcessRole::Api => "api",
            ProcessRole::Projector => "projector",
            ProcessRole::Timers => "timers",
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
mod tests {
    use super::*;

    fn with(overrides: Overrides) -> Result<Config, ConfigError> {
        Config::load(None, overrides)
    }

    #[test]
    fn the_defaults_can_be_used() {
        let config = with(Overrides::default()).unwrap();
        assert!(
            config.has(ProcessRole::Api)
                && config.has(ProcessRole::Projector)
                && config.has(ProcessRole::Timers)
        );
        assert_eq!(config.pharmacy.network, NetworkKind::None, "no prescription goes anywhere unasked");
        assert_eq!(config.listen.to_string(), "127.0.0.1:7443");
    }

    #[test]
    fn all_faults_are_reported_together() {
        let everywhere = "0.0.0.0:7443".parse().ok();
        let fault = with(Overrides { listen: everywhere, roles: Some(Vec::new()), ..Overrides::default() });
        let said = fault.unwrap_err().to_string();
        assert!(said.contains("listen:") && said.contains("roles:"), "{said}");
    }

    #[test]
    fn a_database_must_be_named_and_is_not_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let load = |text: &str| {
            std::fs::write(file.path(), text).unwrap();
            Config::load(Some(file.path()), Overrides::default())
        };
        let said = load("[ledger]\nstore = \"postgres\"").unwrap_err().to_string();
        assert!(said.contains("ledger.postgres:"), "{said}");
        let said = load("[ledger]\nstore = \"postgres\"\npostgres = \"postgres//me:geheim@here\"")
            .unwrap_err()
            .to_string();
        assert!(said.contains("ledger.postgres:") && !said.contains("geheim"), "{said}");
        for text in [
            "[ledger]\nstore = \"postgres://me:geheim@here/db\"",
            "ledger = \"postgres://me:geheim@here/db\"",
            "[ledger]\nstore = \"postgres\"\npostgres = \"postgres://me:geheim@10.0.0.7/db\"",
        ] {
            let said = load(text).unwrap_err().to_string();
            assert!(said.contains("ledger") && !said.contains("geheim"), "{said}");
        }
        let config =
            load("[ledger]\nstore = \"postgres\"\npostgres = \"postgres://me:geheim@localhost/records\"")
                .unwrap();
        assert_eq!(config.ledger.postgres.parse().unwrap().get_dbname(), Some("records"));
        assert!(!format!("{config:?}").contains("geheim"));
    }

    #[test]
    fn nothing_is_measured_or_traced_unless_it_is_asked_for() {
        let config = with(Overrides::default()).unwrap();
        assert_eq!((config.metrics.listen, config.telemetry.otlp), (None, None));
    }

    #[test]
    fn spans_leave_this_machine_only_by_a_collector_on_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let load = |otlp: &str| {
            std::fs::write(file.path(), format!("[telemetry]\notlp = \"{otlp}\"")).unwrap();
            Config::load(Some(file.path()), Overrides::default())
        };
        assert!(load("http://127.0.0.1:4317").is_ok() && load("http://[::1]:4317/").is_ok());
        for elsewhere in ["http://10.0.0.7:4317", "https://127.0.0.1:4317", "http://localhost@evil:1", "4317"]
        {
            let said = load(elsewhere).unwrap_err().to_string();
            assert!(said.contains("telemetry.otlp:"), "{elsewhere}: {said}");
        }
    }

    #[test]
    fn deadlines_are_not_recorded_without_their_list() {
        let alone = with(Overrides { roles: Some(vec![ProcessRole::Timers]), ..Overrides::default() });
        assert!(alone.unwrap_err().to_string().contains("timers needs projector"));
    }

    #[test]
    fn a_quiet_program_logs_warnings_unless_it_is_told_otherwise() {
        let quiet = || Overrides { quiet: true, ..Overrides::default() };
        assert_eq!(with(Overrides::default()).unwrap().log.filter, "info");
        assert_eq!(with(quiet()).unwrap().log.filter, "warn");
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "[log]\nfilter = \"debug\"").unwrap();
        assert_eq!(Config::load(Some(file.path()), quiet()).unwrap().log.filter, "debug");
    }

    #[test]
    fn a_key_that_nobody_knows_is_named() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "lissten = \"127.0.0.1:1\"").unwrap();
        let said = Config::load(Some(file.path()), Overrides::default()).unwrap_err().to_string();
        assert!(said.contains("lissten"), "{said}");
    }
}
