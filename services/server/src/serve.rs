//! Opens the ledgers, starts the parts that the roles name, and serves until asked to stop.

mod starting;
mod tasks;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use concord_api::{Api, ApiParts, Door, Tenants};
use concord_kernel::{Clock, IdSource, RandomIds, SystemClock, TenantId};
use concord_ledger::{DataFolder, Ledger, OpenError};
use concord_postgres::MigrateError;
use concord_projection::{Projections, StoreError};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic_health::server::HealthReporter;

use starting::Starting;
pub(crate) use tasks::{Task, Tasks};

use crate::callers::{self, CallersError};
use crate::checkpoints::CheckpointsError;
use crate::config::Config;
use crate::database::DatabaseError;
use crate::heads::{HeadsError, Remembered};
use crate::health::Health;
use crate::key::KeyError;
use crate::keys::KeysError;
use crate::log_relays::LogRelays;
use crate::metrics::{self, Collector, Probe, Watched};
use crate::open::Shared;
use crate::policies::{self, PoliciesError};
use crate::posts::{Posts, Standing};

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
    /// Who may do what.
    #[error(transparent)]
    Policies(#[from] PoliciesError),
    /// A key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// How callers come in.
    #[error("nobody could be let in")]
    Callers(#[source] CallersError),
    /// What the record is encrypted with.
    #[error(transparent)]
    Keys(#[from] KeysError),
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
    Ended(Task),
    /// Somebody has begun another epoch of a ledger: what this process knows of it may not be so any more.
    #[error("a ledger is in another epoch; start the service again")]
    EpochChanged,
    /// A task that keeps a lease panicked.
    #[error("a lease broke off")]
    Lease(#[source] tokio::task::JoinError),
    /// Such a task panicked or was cancelled.
    #[error("{0} broke off")]
    BrokeOff(Task, #[source] tokio::task::JoinError),
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
    tasks: Tasks,
    ledgers: Vec<(Remembered, Arc<dyn Ledger>)>,
    /// Set when nothing more is recorded.
    recorded: watch::Sender<bool>,
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
        let policies = policies::load(&config.access.policies)?;
        tracing::info!(version = %policies.version(), "policies are in force");
        let shared = Shared::open(config, &sources).await?;
        let log_relays = LogRelays::connect(config).await?;
        let mut starting = Starting::new(config, &sources, &folder, shared, log_relays);
        let authenticator = callers::authenticator(config, &sources.clock, &mut starting.tasks).await?;
        let tls = callers::tls(config, &mut starting.tasks)?;
        for id in &config.tenants {
            starting.tenant(id).await?;
        }
        let Starting {
            shared, tenants, parts, watched, ledgers, views, mut tasks, closing, recorded, ..
        } = starting;
        let api = ApiParts {
            authenticator,
            policies,
            clock: Arc::clone(&sources.clock),
            tenants: Tenants::new(tenants),
            limits: config.limits.api(),
        };
        let listen = |cause| ServeError::Listen { address: config.listen, cause };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let reporter = HealthReporter::new();
        tasks.keep(Task::Health, Health::new(reporter.clone(), parts.clone()).await.follow());
        let api = Api::new(api, reporter);
        let probe = Probe::new(parts, closing.subscribe());
        let metrics =
            observed(config, folder.path(), (watched, shared.posts.all()), api.door(), probe, &mut tasks)
                .await?;
        let mut closed = closing.subscribe();
        let closed = async move {
            let _ = closed.wait_for(|closed| *closed).await;
        };
        tasks.spawn(Task::Api, async move {
            match tls {
                Some(tls) => api.serve_tls(listener, tls, closed).await?,
                None => api.serve(listener, closed).await?,
            }
            Ok(())
        });
        let Shared { posts, .. } = shared;
        Ok(Self { address, metrics, closing, tasks, ledgers, recorded, views, posts, _folder: folder })
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
        tokio::select! {
            cause = self.tasks.ended() => cause,
            cause = self.posts.broke_off() => ServeError::Lease(cause),
        }
    }

    /// Stops taking calls, lets those that run finish for at most `drain`, and closes the ledgers.
    pub(crate) async fn stop(mut self, drain: std::time::Duration) -> Result<(), ServeError> {
        self.closing.send_replace(true);
        // It holds ledgers and views; that they stop now is nothing to report.
        self.tasks.cut_off(Task::Health).await;
        // A deadline that passes now is recorded when the service starts again.
        self.tasks.cut_off(Task::Timers).await;
        if let Some(ended) = self.tasks.finish(Task::Api, drain).await {
            ended?;
        } else {
            tracing::warn!("calls were still running when the time to finish them was over");
        }
        // A turn that is cut off is done again by the next start.
        self.tasks.cut_off(Task::Pharmacy).await;
        self.tasks.cut_off(Task::Shreds).await;
        self.tasks.cut_off(Task::Heads).await;
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
        if !matches!(self.tasks.finish(Task::Signer, drain).await, Some(Ok(()))) {
            self.tasks.cut_off(Task::Signer).await;
        }
        // What is not acknowledged is found out by the next start.
        self.tasks.cut_off(Task::Relay).await;
        self.tasks.cut_off(Task::Partners).await;
        for views in self.views {
            views.shutdown().await;
        }
        // Last: what was done under them is done.
        self.posts.resign().await;
        // Last, so that whoever looks sees how it ends.
        self.tasks.cut_off(Task::Metrics).await;
        Ok(())
    }
}

/// What answers metrics and probes, and where; nothing when it is not configured.
async fn observed(
    config: &Config,
    data: &Path,
    (watched, posts): (Vec<Watched>, Vec<Standing>),
    door: Door,
    probe: Probe,
    tasks: &mut Tasks,
) -> Result<Option<SocketAddr>, ServeError> {
    let Some(address) = config.metrics.listen else { return Ok(None) };
    let probe = Arc::new(probe);
    let collector = Collector::new(&config.role_names(), watched, posts, door, data, Arc::clone(&probe));
    let listen = |cause| ServeError::Listen { address, cause };
    let address = metrics::answer(address, collector, probe, tasks).await.map_err(listen)?;
    Ok(Some(address))
}

#[cfg(test)]
mod tests;
