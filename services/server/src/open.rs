//! Opens what belongs to a tenant: its ledger, its executor and, with the projector role, its views.

use std::path::Path;
use std::sync::Arc;

use concord_executor::Executor;
use concord_kernel::{LedgerId, TenantId};
use concord_knowledge::Ruleset;
use concord_ledger::{
    DataFolder, Ledger, OpenError, PostgresDatabase, PostgresLedger, PostgresOptions, Seen, SqliteLedger,
    SqliteOptions,
};
use concord_projection::{Options, Projections, Setup, SqliteStore};

use crate::config::{Config, ProcessRole};
use crate::heads::Remembered;
use crate::serve::{ServeError, Sources};

const VIEWS: &str = "views.db";

/// What this process holds of a tenant.
pub(crate) struct Opened {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) executor: Executor,
    pub(crate) views: Option<Projections>,
}

/// Opens everything of `tenant` that `config` names; its ledger in `database`, or else in a file of `folder`.
pub(crate) async fn open(
    folder: &DataFolder,
    database: Option<&PostgresDatabase>,
    tenant: &TenantId,
    config: &Config,
    sources: &Sources,
) -> Result<Opened, ServeError> {
    let seen = Remembered::of(config, tenant).read()?;
    let id = LedgerId::clinical(tenant.clone());
    let ledger = ledger(folder, database, id, sources, seen).await?;
    let clock = Arc::clone(&sources.clock);
    let executor = Executor::new(Arc::clone(&ledger), clock, Ruleset::embedded(), config.executor());
    let views = if config.has(ProcessRole::Projector) {
        Some(views(folder, tenant, Arc::clone(&ledger), sources)?)
    } else {
        None
    };
    Ok(Opened { ledger, executor, views })
}

/// Opens the ledger, which must still hold what was `seen` of it.
pub(crate) async fn ledger(
    folder: &DataFolder,
    database: Option<&PostgresDatabase>,
    id: LedgerId,
    sources: &Sources,
    seen: Option<Seen>,
) -> Result<Arc<dyn Ledger>, OpenError> {
    if let Some(database) = database {
        let (clock, ids) = (Arc::clone(&sources.clock), Arc::clone(&sources.ids));
        let options = PostgresOptions { seen, ..PostgresOptions::default() };
        let ledger = PostgresLedger::open(database, id, clock, ids, options);
        return Ok(Arc::new(ledger.await?));
    }
    let path = folder.ledger(&id);
    make(path.parent().unwrap_or(folder.path()))?;
    let (clock, ids) = (Arc::clone(&sources.clock), Arc::clone(&sources.ids));
    let options = SqliteOptions { seen, ..SqliteOptions::default() };
    Ok(Arc::new(SqliteLedger::open(&path, id, clock, ids, options)?))
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
