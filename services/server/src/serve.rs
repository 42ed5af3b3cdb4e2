//! Opens the ledgers, starts the parts that the roles name, and serves until asked to stop.

use std::net::SocketAddr;
use std::sync::Arc;

use concord_access::Authenticator;
use concord_api::{Api, ApiParts, Limits, Tenant, Tenants};
use concord_kernel::{Clock, IdSource, RandomIds, SystemClock};
use concord_ledger::{DataFolder, OpenError};
use concord_projection::{Projections, StoreError};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::config::Config;
use crate::key::{self, KeyError};
use crate::open::{Opened, open};

/// Why the service does not start or had to stop.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// A folder or ledger.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The views' store.
    #[error("the views cannot be opened")]
    Views(#[from] StoreError),
    /// The views' thread.
    #[error("the views cannot be started")]
    Thread(#[source] std::io::Error),
    /// The token key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The address.
    #[error("cannot listen on {address}")]
    Listen {
        address: SocketAddr,
        #[source]
        cause: std::io::Error,
    },
    /// The transport failed while it served.
    #[error("the API stopped")]
    Transport(#[from] tonic::transport::Error),
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
    closing: watch::Sender<bool>,
    api: JoinHandle<Result<(), tonic::transport::Error>>,
    views: Vec<Projections>,
    _folder: DataFolder,
}

impl Running {
    /// Starts everything that `config` names; the API answers when this returns.
    pub(crate) async fn start(config: &Config, sources: Sources) -> Result<Self, ServeError> {
        let folder = DataFolder::lock(&config.data)?;
        let authenticator = Authenticator::new(key::tokens(folder.path())?);
        let mut tenants = Vec::new();
        let mut views = Vec::new();
        for id in &config.tenants {
            let opened = open(&folder, id, config, &sources)?;
            views.extend(opened.views.clone());
            let Opened { ledger, executor, views } = opened;
            tenants.push((id.clone(), Tenant { executor, ledger, views }));
        }
        let parts = ApiParts {
            authenticator,
            clock: Arc::clone(&sources.clock),
            tenants: Tenants::new(tenants),
            limits: Limits::default(),
        };
        let listen = |cause| ServeError::Listen { address: config.listen, cause };
        let listener = TcpListener::bind(config.listen).await.map_err(listen)?;
        let address = listener.local_addr().map_err(listen)?;
        let (closing, mut closed) = watch::channel(false);
        let (health, _) = tonic_health::server::health_reporter();
        let api = Api::new(parts, health);
        let api = tokio::spawn(api.serve(listener, async move {
            let _ = closed.wait_for(|closed| *closed).await;
        }));
        Ok(Self { address, closing, api, views, _folder: folder })
    }

    /// Stops taking calls, lets those that run finish for at most `drain`, and closes the ledgers.
    pub(crate) async fn stop(self, drain: std::time::Duration) -> Result<(), ServeError> {
        self.closing.send_replace(true);
        if let Ok(ended) = tokio::time::timeout(drain, self.api).await {
            ended.expect("the API does not panic")?;
        } else {
            tracing::warn!("calls were still running when the time to finish them was over");
        }
        for views in self.views {
            views.shutdown().await;
        }
        Ok(())
    }
}
