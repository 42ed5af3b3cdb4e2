//! Opens what belongs to a tenant: its ledger, its executor and its views, which this process keeps or reads.

use std::path::Path;
use std::sync::Arc;

use concord_executor::Executor;
use concord_kernel::{LedgerId, TenantId};
use concord_knowledge::Ruleset;
use concord_lease::Duty;
use concord_ledger::{
    DataFolder, Ledger, OpenError, PostgresLedger, PostgresOptions, SqliteLedger, SqliteOptions,
};
use concord_postgres::Database;
use concord_projection::{Options, PostgresViews, Projections, Setup, SqliteStore, StoreError, ViewStore};

use crate::config::{Config, ProcessRole, StoreKind};
use crate::posts::Posts;
use crate::serve::{ServeError, Sources};

const VIEWS: &str = "views.db";

/// What this process holds of a tenant.
pub(crate) struct Opened {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) executor: Executor,
    /// Absent where this process can neither keep nor read them.
    pub(crate) views: Option<Projections>,
}

/// What all tenants of this process share.
pub(crate) struct Shared {
    views: Option<PostgresViews>,
    pub(crate) posts: Posts,
}

impl Shared {
    /// Connects to what `config` names beside the ledgers.
    pub(crate) async fn open(config: &Config, sources: &Sources) -> Result<Self, ServeError> {
        let database = match config.ledger.store {
            StoreKind::Sqlite => None,
            StoreKind::Postgres => config.ledger.postgres.parse().map(Database::new),
        };
        let posts = Posts::open(config, database.clone(), sources.ids.next()).await?;
        let views = match database.filter(|_| config.views() == StoreKind::Postgres) {
            None => None,
            Some(database) => {
                let opened = tokio::task::spawn_blocking(move || PostgresViews::open(database)).await;
                Some(opened.map_err(|broke| StoreError::Unavailable(Box::new(broke)))??)
            }
        };
        Ok(Self { views, posts })
    }
}

/// Opens everything of `tenant` that `config` names.
pub(crate) async fn open(
    tenant: &TenantId,
    config: &Config,
    sources: &Sources,
    shared: &mut Shared,
) -> Result<Opened, ServeError> {
    let id = LedgerId::clinical(tenant.clone());
    let ledger = ledger(id.clone(), config, sources).await?;
    let clock = Arc::clone(&sources.clock);
    let executor = Executor::new(Arc::clone(&ledger), clock, Ruleset::embedded(), config.executor());
    let keeps = config.has(ProcessRole::Projector);
    let setup = |store: Arc<dyn ViewStore>| {
        Setup::new(Arc::clone(&ledger), store, Arc::clone(&sources.clock), Options::default())
    };
    let setup = match &shared.views {
        Some(views) if keeps => {
            Some(setup(Arc::new(views.of(&id))).led_by(shared.posts.stand(&id, Duty::Projector)))
        }
        Some(views) => Some(setup(Arc::new(views.of(&id))).following()),
        // The folder's lock keeps every other process away.
        None if keeps => Some(setup(Arc::new(file(&config.data, tenant)?))),
        None => None,
    };
    let views =
        setup.map(|setup| concord_views::all(setup).start()).transpose().map_err(ServeError::Thread)?;
    Ok(Opened { ledger, executor, views })
}

async fn ledger(id: LedgerId, config: &Config, sources: &Sources) -> Result<Arc<dyn Ledger>, OpenError> {
    if config.ledger.store == StoreKind::Postgres {
        let unnamed = || OpenError::Store("no database is named".into());
        let database = config.ledger.postgres.parse().ok_or_else(unnamed)?;
        let (clock, ids) = (Arc::clone(&sources.clock), Arc::clone(&sources.ids));
        let ledger = PostgresLedger::open(&database, id, clock, ids, PostgresOptions::default());
        return Ok(Arc::new(ledger.await?));
    }
    let path = DataFolder::file(&config.data, &id);
    make(path.parent().unwrap_or(&config.data))?;
    let (clock, ids) = (Arc::clone(&sources.clock), Arc::clone(&sources.ids));
    Ok(Arc::new(SqliteLedger::open(&path, id, clock, ids, SqliteOptions::default())?))
}

fn file(data: &Path, tenant: &TenantId) -> Result<SqliteStore, ServeError> {
    let path = data.join(tenant.as_str());
    make(&path)?;
    Ok(SqliteStore::open(&path.join(VIEWS))?)
}

fn make(folder: &Path) -> Result<(), OpenError> {
    std::fs::create_dir_all(folder).map_err(|error| OpenError::Store(Box::new(error)))
}
