//! Opens what belongs to a tenant: its ledger, its executor and, with the projector role, its views.

use std::path::Path;
use std::sync::Arc;

use concord_executor::Executor;
use concord_kernel::{LedgerId, TenantId};
use concord_knowledge::Ruleset;
use concord_ledger::{
    DataFolder, Ledger, OpenError, PostgresLedger, PostgresOptions, SqliteLedger, SqliteOptions,
};
use concord_projection::{Options, Projections, Setup, SqliteStore};

use crate::config::{Config, ProcessRole, StoreKind};
use crate::serve::{ServeError, Sources};

/// In a tenant's folder: the rows of views.
pub(crate) const VIEWS: &str = "views.db";

/// What this process holds of a tenant.
pub(crate) struct Opened {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) executor: Executor,
    pub(crate) views: Option<Projections>,
}

/// Opens everything of `tenant` that `config` names.
pub(crate) async fn open(
    folder: &DataFolder,
    tenant: &TenantId,
    config: &Config,
    sources: &Sources,
) -> Result<Opened, ServeError> {
    let ledger = ledger(folder, LedgerId::clinical(tenant.clone()), config, sources).await?;
    let clock = Arc::clone(&sources.clock);
    let executor = Executor::new(Arc::clone(&ledger), clock, Ruleset::embedded(), config.executor());
    let views = if config.has(ProcessRole::Projector) {
        Some(views(folder, tenant, Arc::clone(&ledger), sources)?)
    } else {
        None
    };
    Ok(Opened { ledger, executor, views })
}

async fn ledger(
    folder: &DataFolder,
    id: LedgerId,
    config: &Config,
    sources: &Sources,
) -> Result<Arc<dyn Ledger>, OpenError> {
    if config.ledger.store == StoreKind::Postgres {
        let unnamed = || OpenError::Store("no database is named".into());
        let database = config.ledger.postgres.parse().ok_or_else(unnamed)?;
        let (clock, ids) = (Arc::clone(&sources.clock), Arc::clone(&sources.ids));
        let ledger = PostgresLedger::open(&database, id, clock, ids, PostgresOptions::default());
        return Ok(Arc::new(ledger.await?));
    }
    let path = folder.ledger(&id);
    make(path.parent().unwrap_or(folder.path()))?;
    let (clock, ids) = (Arc::clone(&sources.clock), Arc::clone(&sources.ids));
    Ok(Arc::new(SqliteLedger::open(&path, id, clock, ids, SqliteOptions::default())?))
}

fn views(
    folder: &DataFolder,
    tenant: &TenantId,
    ledger: Arc<dyn Ledger>,
    sources: &Sources,
) -> Result<Projections, ServeError> {
    let path = folder.path().join(tenant.as_str());
    make(&path)?;
    let store = Arc::new(SqliteStore::open(&path.join(VIEWS))?);
    let setup = Setup::new(ledger, store, Arc::clone(&sources.clock), Options::default());
    concord_views::all(setup).start().map_err(ServeError::Thread)
}

fn make(folder: &Path) -> Result<(), OpenError> {
    std::fs::create_dir_all(folder).map_err(|error| OpenError::Store(Box::new(error)))
}
