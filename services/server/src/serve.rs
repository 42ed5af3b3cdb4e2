//! Opens the ledgers, starts the parts that the roles name, and serves until asked to stop.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use concord_access::Authenticator;
use concord_api::{Api, ApiParts, Door, Limits, Tenant, Tenants};
use concord_audit::Signer;
use concord_executor::Executor;
use concord_kernel::{Clock, IdSource, LedgerId, RandomIds, SystemClock, TenantId};
use concord_lease::Duty;
use concord_ledger::{DataFolder, Ledger, OpenError};
use concord_pharmacy::{Options, Relay, TestNetwork};
use concord_postgres::MigrateError;
use concord_projection::{Projections, StoreError};
use concord_timekeeper::{Outbox, Timekeeper};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tonic_health::server::HealthReporter;

use crate::checkpoints::{self, CheckpointsError};
use crate::config::{Config, NetworkKind, ProcessRole};
use crate::database::DatabaseError;
use crate::heads::{HeadsError, Remembered};
use crate::health::{Health, Parts};
use crate::key::{self, KeyError};
use crate::log_relays::LogRelays;
use crate::metrics::{self, Collector, Probe, Watched};
use crate::open::{Opened, Shared, open};
use crate::posts::Posts;

/// In a tenant's folder: reminders that wait for whoever delivers them.
const REMINDERS: &str = "reminders.jsonl";

/// Why the service does not start or had to stop.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// A folder or ledger.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
    /// The views' store.
    #[error("the views cannot be opened")]
    Views(#[from] StoreError),
    /// The leases' table.
    #[error("the leases cannot be kept")]
    Leases(#[from] MigrateError),
    /// The views' thread.
    #[error("the views cannot be started")]
    Thread(#[source] std::io::Error),
    /// Rules were published by which this program cannot judge.
    #[error("tenant {tenant} cannot be served: nothing can be judged by its rules")]
    Rules {
        tenant: TenantId,
        #[source]
        cause: concord_executor::ExecuteError,
    },
    /// What is remembered of a ledger.
    #[error(transparent)]
    Heads(#[from] HeadsError),
    /// A key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The checkpoints of the record.
    #[error(transparent)]
    Checkpoints(#[from] CheckpointsError),
    /// Where the log is to be published.
    #[error("the log cannot be published")]
    Nats(#[from] concord_relay::NatsError),
    /// The address.
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        #[source]
        cause: std::io::Error,
    },
    /// The recorder of what is measured.
    #[error("nothing can be measured")]
    Measure(#[from] metrics_exporter_prometheus::BuildError),
    /// The transport failed while it served.
    #[error("the API stopped")]
    Transport(#[from] tonic::transport::Error),
    /// A task that the service cannot be without ended, though nobody asked it to.
    #[error("{0} ended by itself")]
    Ended(&'static str),
    /// Somebody has begun another epoch of a ledger: what this process knows of it may not be so any more.
    #[error("a ledger is in another epoch; start the service again")]
    EpochChanged,
    /// Such a task panicked or was cancelled.
    #[error("{0} broke off")]
    BrokeOff(&'static str, #[source] tokio::task::JoinError),
}

/// Where time and identifiers come from.
#[derive(Clone)]
pub(crate) struct Sources {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
}

impl Sources {
    /// The machine's.
    pub(crate) fn machine() -> Self {
        Self { clock: Arc::new(SystemClock), ids: Arc::new(RandomIds) }
    }
}

/// A running service.
pub(crate) struct Running {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Where metrics and probes are answered, if anywhere.
    pub(crate) metrics: Option<SocketAddr>,
    closing: watch::Sender<bool>,
    /// Absent once it has ended.
    api: Option<JoinHandle<Result<(), tonic::transport::Error>>>,
    /// The one task that follows how everything is.
    health: JoinSet<()>,
    /// One task a tenant, with the role of the timers.
    timers: JoinSet<()>,
    /// What sends prescriptions, one for each tenant; empty without a network.
    relays: JoinSet<()>,
    /// What remembers how far the ledgers were served, one for each tenant.
    heads: JoinSet<Result<(), HeadsError>>,
    ledgers: Vec<(Remembered, Arc<dyn Ledger>)>,
    /// What signs checkpoints, one for each tenant, with the role of the signer.
    signers: JoinSet<()>,
    /// Set when nothing more is recorded.
    recorded: watch::Sender<bool>,
    /// What publishes the log, one for each tenant; empty without NATS.
    log_relays: LogRelays,
    /// What answers metrics and probes; empty when nothing is configured.
    probes: JoinSet<()>,
    views: Vec<Projections>,
    /// What this process does only while no other does.
    posts: Posts,
    _folder: DataFolder,
}

impl Running {
    /// Starts everything that `config` names; the API answers when this returns.
    pub(crate) async fn start(config: &Config, sources: Sources) -> Result<Self, ServeError> {
        if config.metrics.listen.is_some() {
            metrics::measure()?;
        }
        let folder = DataFolder::lock(&config.data)?;
        let authenticator = Authenticator::new(key::tokens(&config.token_key())?);
        let mut shared = Shared::open(config, &sources).await?;
        let mut tenants = Vec::new();
        let mut views = Vec::new();
        let mut parts = Vec::new();
        let mut watched = Vec::new();
        let mut timers = JoinSet::new();
        let mut relays = JoinSet::new();
        let (mut heads, mut ledgers) = (JoinSet::new(), Vec::new());
        let mut signers = JoinSet::new();
        let mut log_relays = LogRelays::connect(config).await?;
        let (closing, mut closed) = watch::channel(false);
        let recorded = watch::Sender::new(false);
        for id in &config.tenants {
            let opened = open(id, config, &sources, &mut shared).await?;
            let unusable = |cause| ServeError::Rules { tenant: id.clone(), cause };
            opened.executor.rules().await.map_err(unusable)?;
            views.extend(opened.views.clone());
            watched.push(Watched::of(id, &opened));
            let Opened { ledger, executor, views } = opened;
            let remembered = Remembered::of(config, id);
            // Before anything is served: what cannot be remembered would be missed by nobody.
            remembered.note(&*ledger).await?;
            heads.spawn(remembered.clone().follow(Arc::clone(&ledger)));
            ledgers.push((remembered, Arc::clone(&ledger)));
            if let Some(views) = views.clone().filter(|_| config.has(ProcessRole::Timers)) {
                let (executor, clock) = (executor.clone(), Arc::clone(&sources.clock));
                let outbox = Arc::new(Outbox::at(folder.path().join(id.as_str()).join(REMINDERS)));
                let timekeeper = Arc::new(Timekeeper::new(executor, views, clock, outbox));
                let post = shared.posts.stand(&LedgerId::clinical(id.clone()), Duty::Timers);
                timers.spawn(async move {
                    let work = |_| {
                        let timekeeper = Arc::clone(&timekeeper);
                        async move { timekeeper.run().await }
                    };
                    post.while_held(work).await;
                });
            }
            if let Some(relay) = relay(config, &sources, &ledger, &executor) {
                let post = shared.posts.stand(&LedgerId::clinical(id.clone()), Duty::Pharmacy);
                let closed = closing.subscribe();
                relays.spawn(async move {
                    // One that begins anew goes on where the last one stopped, here or elsewhere.
                    let work = |_| {
                        let mut closed = closed.clone();
                        relay().run(async move {
                            let _ = closed.wait_for(|closed| *closed).await;
                        })
                    };
                    post.while_held(work).await;
                });
            }
            let (proofs, signer) =
                checkpoints::open(&folder, id, config, &ledger, &sources, shared.checkpoints.clone())?;
            let relay = log_relays.start(&ledger, &sources.clock);
            parts.push(Parts {
                tenant: id.clone(),
                ledger: Arc::clone(&ledger),
                views: views.clone(),
                signer: signer.as_ref().map(Signer::watch),
                relay,
            });
            if let Some(signer) = signer {
                let mut recorded = recorded.subscribe();
                signers.spawn(signer.run(async move {
                    let _ = recorded.wait_for(|recorded| *recorded).await;
                }));
            }
            tenants.push((id.clone(), Tenant { executor, ledger, views, proofs: Some(proofs) }));
        }
        let api = ApiParts {
            authenticator,
            clock: Arc::clone(&sources.clock),
            tenants: Tenants::new(tenants),
            limits: Limits::default(),
        };
        let listen = |cause| ServeError::Listen { address: config.listen, cause };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let reporter = HealthReporter::new();
        let mut health = JoinSet::new();
        health.spawn(Health::new(reporter.clone(), parts.clone()).await.follow());
        let api = Api::new(api, reporter);
        let probe = Probe::new(parts, closing.subscribe());
        let (metrics, probes) = observed(config, folder.path(), watched, api.door(), probe).await?;
        let api = tokio::spawn(api.serve(listener, async move {
            let _ = closed.wait_for(|closed| *closed).await;
        }));
        let Shared { posts, .. } = shared;
        Ok(Self {
            address,
            metrics,
            closing,
            api: Some(api),
            health,
            timers,
            relays,
            probes,
            log_relays,
            heads,
            ledgers,
            signers,
            recorded,
            views,
            posts,
            _folder: folder,
        })
    }

    /// Serves until `asked` is over.
    ///
    /// # Errors
    ///
    /// When the service ends by itself before that: whoever started it must know, and start it again.
    pub(crate) async fn until(&mut self, asked: impl Future<Output = ()>) -> Result<(), ServeError> {
        tokio::select! {
            () = asked => Ok(()),
            cause = self.ended() => Err(cause),
        }
    }

    async fn ended(&mut self) -> ServeError {
        const API: &str = "the API";
        const HEALTH: &str = "the watch over the views";
        const HEADS: &str = "what remembers how far the ledgers were served";
        const TIMERS: &str = "the timekeeper";
        const RELAY: &str = "the pharmacy relay";
        const SIGNER: &str = "the signer of checkpoints";
        const LOG: &str = "the relay of the log";
        const LEASES: &str = "a lease";
        const METRICS: &str = "the metrics";
        let Some(api) = self.api.as_mut() else { return ServeError::Ended(API) };
        tokio::select! {
            ended = api => {
                self.api = None;
                match ended {
                    Ok(Ok(())) => ServeError::Ended(API),
                    Ok(Err(cause)) => cause.into(),
                    Err(cause) => ServeError::BrokeOff(API, cause),
                }
            }
            ended = self.health.join_next() => match ended {
                Some(Err(cause)) => ServeError::BrokeOff(HEALTH, cause),
                Some(Ok(())) | None => ServeError::Ended(HEALTH),
            },
            cause = self.posts.broke_off() => ServeError::BrokeOff(LEASES, cause),
            Some(ended) = self.timers.join_next() => match ended {
                Err(cause) => ServeError::BrokeOff(TIMERS, cause),
                Ok(()) => ServeError::Ended(TIMERS),
            },
            Some(ended) = self.heads.join_next() => match ended {
                Err(cause) => ServeError::BrokeOff(HEADS, cause),
                Ok(Ok(())) => ServeError::EpochChanged,
                Ok(Err(cause)) => cause.into(),
            },
            Some(ended) = self.probes.join_next() => match ended {
                Err(cause) => ServeError::BrokeOff(METRICS, cause),
                Ok(()) => ServeError::Ended(METRICS),
            },
            Some(ended) = self.relays.join_next() => match ended {
                Err(cause) => ServeError::BrokeOff(RELAY, cause),
                Ok(()) => ServeError::Ended(RELAY),
            },
            Some(ended) = self.signers.join_next() => match ended {
                Err(cause) => ServeError::BrokeOff(SIGNER, cause),
                Ok(()) => ServeError::Ended(SIGNER),
            },
            ended = self.log_relays.ended() => match ended {
                Err(cause) => ServeError::BrokeOff(LOG, cause),
                Ok(()) => ServeError::Ended(LOG),
            },
        }
    }

    /// Stops taking calls, lets those that run finish for at most `drain`, and closes the ledgers.
    pub(crate) async fn stop(mut self, drain: std::time::Duration) -> Result<(), ServeError> {
        self.closing.send_replace(true);
        // It holds ledgers and views; that they stop now is nothing to report.
        self.health.shutdown().await;
        // A deadline that passes now is recorded when the service starts again.
        self.timers.shutdown().await;
        if let Some(api) = self.api {
            if let Ok(ended) = tokio::time::timeout(drain, api).await {
                ended.map_err(|cause| ServeError::BrokeOff("the API", cause))??;
            } else {
                tracing::warn!("calls were still running when the time to finish them was over");
            }
        }
        // A turn that is cut off is done again by the next start.
        self.relays.shutdown().await;
        self.heads.shutdown().await;
        for (remembered, ledger) in self.ledgers {
            if let Err(error) = remembered.note(&*ledger).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "how far a ledger was served is not noted"
                );
            }
        }
        // What was recorded last is signed too, unless that takes too long: the next start signs it.
        self.recorded.send_replace(true);
        let signed = async { while self.signers.join_next().await.is_some() {} };
        if tokio::time::timeout(drain, signed).await.is_err() {
            self.signers.shutdown().await;
        }
        self.log_relays.shutdown().await;
        for views in self.views {
            views.shutdown().await;
        }
        // Last: what was done under them is done.
        self.posts.resign().await;
        // Last, so that whoever looks sees how it ends.
        self.probes.shutdown().await;
        Ok(())
    }
}

/// What answers metrics and probes, and where; nothing when it is not configured.
async fn observed(
    config: &Config,
    data: &Path,
    watched: Vec<Watched>,
    door: Door,
    probe: Probe,
) -> Result<(Option<SocketAddr>, JoinSet<()>), ServeError> {
    let mut tasks = JoinSet::new();
    let Some(address) = config.metrics.listen else { return Ok((None, tasks)) };
    let probe = Arc::new(probe);
    let collector = Collector::new(&config.role_names(), watched, door, data, Arc::clone(&probe));
    let listen = |cause| ServeError::Listen { address, cause };
    let address = metrics::answer(address, collector, probe, &mut tasks).await.map_err(listen)?;
    Ok((Some(address), tasks))
}

/// Makes what sends a tenant's prescriptions, when a network is configured and this process executes commands.
fn relay(
    config: &Config,
    sources: &Sources,
    ledger: &Arc<dyn Ledger>,
    executor: &Executor,
) -> Option<impl Fn() -> Relay + Send + use<>> {
    let clock = Arc::clone(&sources.clock);
    let network = match config.pharmacy.network {
        NetworkKind::Test if config.has(ProcessRole::Api) => Arc::new(TestNetwork::new(Arc::clone(&clock))),
        NetworkKind::Test | NetworkKind::None => return None,
    };
    let (ledger, executor) = (Arc::clone(ledger), executor.clone());
    Some(move || {
        let (ledger, network, clock) = (Arc::clone(&ledger), network.clone(), Arc::clone(&clock));
        Relay::new(ledger, executor.clone(), network, clock, Options::default())
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use concord_client::{Client, treatment};
    use concord_kernel::{Actor, Credentials, Instant, ManualClock, PersonId, Role};
    use concord_proto::concord::ledger::v1::GetHeadRequest;
    use concord_proto::concord::side_effects::v1::{Grade, ReportSideEffectRequest};
    use uuid::Uuid;

    use super::*;
    use crate::config::Overrides;

    const SOON: Duration = Duration::from_secs(10);

    fn config(folder: &std::path::Path) -> Config {
        let listen = "127.0.0.1:0".parse().ok();
        let overrides = Overrides { data: Some(folder.to_owned()), listen, ..Overrides::default() };
        Config::load(None, overrides).unwrap()
    }

    async fn started(folder: &std::path::Path) -> Running {
        Running::start(&config(folder), Sources::machine()).await.unwrap()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_running_service_records_a_deadline_that_passes() {
        let folder = tempfile::tempdir().unwrap();
        let (config, noon) = (config(folder.path()), Instant::parse("2026-03-02T12:00:00Z").unwrap());
        let clock = Arc::new(ManualClock::starting_at(noon));
        let sources = Sources { clock: Arc::clone(&clock) as _, ids: Arc::new(RandomIds) };
        let running = Running::start(&config, sources).await.unwrap();
        let tokens = key::tokens(&config.token_key()).unwrap();
        let as_a = |role, now| {
            let id = PersonId::new(Uuid::from_u128(7));
            let actor = Actor { id, role, credentials: Credentials::default() };
            tokens.sign(&config.tenants[0], &actor, now, Duration::from_hours(1))
        };
        let nurse =
            Client::connect(format!("http://{}", running.address), &as_a(Role::Nurse, noon)).await.unwrap();
        let report = ReportSideEffectRequest {
            header: Some(treatment(RandomIds.next(), Uuid::from_u128(1))),
            report_id: RandomIds.next().to_string(),
            description: String::from("a rash on both arms"),
            grade: Grade::Moderate.into(),
            ..ReportSideEffectRequest::default()
        };
        nurse.send(report).await.unwrap();
        clock.advance_to(noon.plus_days(2));

        let auditor = nurse.acting_as(&as_a(Role::Auditor, noon.plus_days(2))).unwrap();
        let recorded = async {
            loop {
                let head = auditor.ledger().get_head(GetHeadRequest::default()).await.unwrap().into_inner();
                if head.token.is_some_and(|token| token.position == 2) {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(SOON, recorded).await.expect("the breach is recorded");
        running.stop(SOON).await.unwrap();
    }

    #[tokio::test]
    async fn an_api_that_ends_by_itself_ends_the_service_with_the_cause() {
        let folder = tempfile::tempdir().unwrap();
        let mut running = started(folder.path()).await;
        // As when the listener fails: the API is done though nobody asked.
        running.closing.send_replace(true);
        let ended = tokio::time::timeout(SOON, running.until(std::future::pending())).await.unwrap();
        assert_eq!(ended.unwrap_err().to_string(), "the API ended by itself");
        running.stop(SOON).await.unwrap();

        let mut again = started(folder.path()).await;
        again.api.as_ref().unwrap().abort();
        let ended = tokio::time::timeout(SOON, again.until(std::future::pending())).await.unwrap();
        assert!(matches!(ended, Err(ServeError::BrokeOff("the API", _))));
    }

    #[tokio::test]
    async fn a_service_whose_health_nobody_follows_any_more_ends() {
        let folder = tempfile::tempdir().unwrap();
        let mut running = started(folder.path()).await;
        running.health.abort_all();
        let ended = tokio::time::timeout(SOON, running.until(std::future::pending())).await.unwrap();
        assert!(matches!(ended, Err(ServeError::BrokeOff(_, _))));
        running.stop(SOON).await.unwrap();
    }

    #[tokio::test]
    async fn a_service_that_is_asked_to_stop_stops_well() {
        let folder = tempfile::tempdir().unwrap();
        let mut running = started(folder.path()).await;
        running.until(std::future::ready(())).await.unwrap();
        running.stop(SOON).await.unwrap();
    }

    /// Rules that two have signed for tables that are no more, looser than those that are.
    fn unfit() -> Vec<concord_domain::DomainEvent> {
        use concord_domain::ruleset::Event;
        use concord_kernel::Text;
        use concord_knowledge::RulesetVersion;
        let version = |name: &str| RulesetVersion::parse(name).unwrap();
        let ruleset = version("2026-01-05.0123456789ab");
        let noon = Instant::parse("2026-01-05T12:00:00Z").unwrap();
        let rows = "id,value,unit,source,reviewed_by,reviewed_on\nbridge-days,60,d,Program rule,,\n";
        let events = [
            Event::RulesetProposed {
                ruleset: ruleset.clone(),
                digest: String::new(),
                base: version("2020-01-01.0123456789ab"),
                valid_from: None,
                reason: Text::parse("longer then").unwrap(),
                by: PersonId::new(Uuid::from_u128(1)),
                role: Role::Pharmacist,
            },
            Event::RulesetRowsProposed {
                ruleset: ruleset.clone(),
                table: String::from("limits.csv"),
                text: String::from(rows),
            },
            Event::RulesetPublished { ruleset, in_force_from: noon, reviewed_on: noon.day() },
        ];
        events.map(concord_domain::DomainEvent::Ruleset).to_vec()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_service_that_cannot_judge_by_its_published_rules_does_not_start() {
        use concord_kernel::{CommandId, LedgerId, StreamRef};
        use concord_ledger::{Append, Expected, NewEvent, SqliteLedger, SqliteOptions};
        let folder = tempfile::tempdir().unwrap();
        started(folder.path()).await.stop(SOON).await.unwrap();
        let config = config(folder.path());
        let id = LedgerId::clinical(config.tenants[0].clone());
        let path = DataFolder::file(folder.path(), &id);
        let Sources { clock, ids } = Sources::machine();
        let ledger = SqliteLedger::open(&path, id, clock, ids, SqliteOptions::default()).unwrap();
        let stored = |event: concord_domain::DomainEvent| NewEvent {
            event_type: event.event_type(),
            event_version: event.event_version(),
            payload: event.encode().into(),
        };
        let append = Append {
            command: CommandId::new(Uuid::from_u128(9)),
            request_hash: [9; 32],
            stream: StreamRef::ruleset(),
            expected: Expected::Exact(0),
            conditions: Vec::new(),
            events: unfit().into_iter().map(stored).collect(),
            metadata: "{}".into(),
            reply: "".into(),
        };
        ledger.append(append).await.unwrap();
        drop(ledger);
        let refused = Running::start(&config, Sources::machine()).await.err();
        let cause = refused.as_ref().and_then(std::error::Error::source).map(ToString::to_string);
        assert!(matches!(refused, Some(ServeError::Rules { .. })), "{refused:?}");
        let cause = cause.unwrap_or_default();
        assert!(cause.contains("limits.csv, line 2, column value: \"60\" is looser than \"30\""), "{cause}");
    }
}
