//! The configuration: defaults, then a file, then `CONCORD_*` variables; all faults reported together.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use concord_audit::note::{NoteError, VerifierKey};
use concord_audit::{Cosigners, SignerOptions};
use concord_executor::ExecutorOptions;
use concord_kernel::TenantId;
use figment::Figment;
use figment::providers::{Format, Toml};
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use tokio_postgres::config::Host;

mod secrets;

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

/// The longest that the streams keep events: what the record erases must leave them by itself.
const LONGEST_KEPT_HOURS: u64 = 31 * 24;

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
    /// Where the views are kept.
    pub(crate) views: ViewsStore,
    /// What only one of several processes does.
    pub(crate) leases: LeaseTerm,
    /// The tokens that callers bear.
    pub(crate) tokens: Tokens,
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

/// Signed checkpoints of the record. Empty paths stand for places in the data folder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Checkpoints {
    pub(crate) key: PathBuf,
    pub(crate) anchor: PathBuf,
    pub(crate) anchor_seconds: u64,
    pub(crate) cosigners: Vec<String>,
}

impl Checkpoints {
    /// Whose cosignatures are kept.
    pub(crate) fn cosigners(&self) -> Result<Cosigners, NoteError> {
        let keys = self.cosigners.iter().map(|key| key.parse()).collect::<Result<Vec<VerifierKey>, _>>()?;
        Cosigners::new(keys)
    }

    /// How often checkpoints are signed and anchored.
    pub(crate) fn pace(&self) -> SignerOptions {
        SignerOptions { anchor_every: Duration::from_secs(self.anchor_seconds), ..SignerOptions::default() }
    }
}

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

/// What only one of several processes does.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeaseTerm {
    pub(crate) seconds: u64,
}

/// The tokens that callers bear.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tokens {
    /// The file of the key; empty: in the data folder.
    pub(crate) key: PathBuf,
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

/// Where the log is published.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nats {
    pub(crate) servers: Vec<String>,
    pub(crate) credentials: PathBuf,
    pub(crate) authorities: PathBuf,
    pub(crate) replicas: usize,
    pub(crate) keep_hours: u64,
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

    /// What cannot be used of it.
    fn faults(&self) -> Vec<String> {
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
    if error.path.first().is_some_and(|key| key == "ledger" || key == "nats") {
        let key = error.path.join(".");
        return ConfigError::Unusable(vec![format!(
            "{key}: not what deploy/config.default.toml describes; it is not shown because it may hold a password"
        )]);
    }
    ConfigError::Unreadable(Box::new(error))
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
        let figment = figment.merge(secrets::plain()).merge(secrets::Files::of_environment());
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
        faults.extend(self.nats.faults());
        if self.roles == [ProcessRole::Relay] && self.nats.servers.is_empty() {
            faults.push(String::from("nats.servers: a process that only relays needs one"));
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
    fn views_are_where_the_ledger_is_unless_it_is_said_otherwise() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let load = |views: &str, ledger: &str| {
            let address = "postgres = \"postgres://localhost/records\"";
            let roles = "roles = [\"timers\"]";
            let text =
                format!("{roles}\n[ledger]\nstore = \"{ledger}\"\n{address}\n[views]\nstore = \"{views}\"");
            std::fs::write(file.path(), text).unwrap();
            Config::load(Some(file.path()), Overrides::default())
        };
        assert_eq!(load("ledger", "postgres").unwrap().views(), StoreKind::Postgres);
        let said = load("sqlite", "postgres").unwrap_err().to_string();
        assert!(said.contains("timers needs projector"), "nobody else can keep them: {said}");
        let said = load("postgres", "sqlite").unwrap_err().to_string();
        assert!(said.contains("views.store"), "{said}");
    }

    #[test]
    fn a_token_key_is_in_the_data_folder_unless_it_is_said_otherwise() {
        let mut config =
            with(Overrides { data: Some(PathBuf::from("/data")), ..Overrides::default() }).unwrap();
        assert_eq!(config.token_key(), PathBuf::from("/data/token.key"));
        config.tokens.key = PathBuf::from("/run/secrets/token.key");
        assert_eq!(config.token_key(), PathBuf::from("/run/secrets/token.key"));
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
            "[ledger]\nstore = \"postgres\"\npostgres = \"postgres://localhost/db\"\npostgres_listen = \"postgres://me:geheim@10.0.0.7/db\"",
            "[ledger]\nstore = \"postgres\"\npostgres = \"postgres://me:geheim@%2Ftmp/db\"\npostgres_ca = \"ca.pem\"",
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
    fn another_host_is_reached_with_authorities_that_vouch_for_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = "[ledger]\nstore = \"postgres\"\npostgres = \"postgres://me@one:5432,two:5433/records\"\n\
            postgres_ca = \"ca.pem\"\npostgres_listen = \"postgres://me@one/records\"";
        std::fs::write(file.path(), text).unwrap();
        let config = Config::load(Some(file.path()), Overrides::default()).unwrap();
        assert_eq!(config.ledger.postgres_ca.as_deref(), Some(Path::new("ca.pem")));
        assert_eq!(config.ledger.postgres.parse().unwrap().get_hosts().len(), 2);
        assert!(with(Overrides::default()).unwrap().ledger.postgres_ca.is_none());
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
    fn nothing_is_published_unasked_and_nothing_in_the_clear() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let load = |text: &str| {
            std::fs::write(file.path(), text).unwrap();
            Config::load(Some(file.path()), Overrides::default())
        };
        assert!(load("").unwrap().nats.servers().is_none());
        let near =
            load("[nats]\nservers = [\"nats://127.0.0.1:4222\"]\nreplicas = 3\nkeep_hours = 2").unwrap();
        assert!(near.nats.servers().is_some());
        assert_eq!((near.nats.relay().replicas, near.nats.relay().keep), (3, Duration::from_hours(2)));
        let said = load("[nats]\nservers = [\"nats://nats-1:4222\"]\nreplicas = 2\nkeep_hours = 0");
        let said = said.unwrap_err().to_string();
        for key in ["nats.servers: server 1", "nats.replicas", "nats.keep_hours"] {
            assert!(said.contains(key), "{said}");
        }
        let said = load("[nats]\nservers = [\"nats://me:geheim@127.0.0.1\"]").unwrap_err().to_string();
        assert!(said.contains("nats.servers") && !said.contains("geheim"), "{said}");
        let said = load("[nats]\nservers = \"nats://me:geheim@127.0.0.1\"").unwrap_err().to_string();
        assert!(said.contains("nats") && !said.contains("geheim"), "{said}");
        let alone = with(Overrides { roles: Some(vec![ProcessRole::Relay]), ..Overrides::default() });
        assert!(alone.unwrap_err().to_string().contains("nats.servers"));
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
