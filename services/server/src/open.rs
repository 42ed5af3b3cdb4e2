//! Opens what belongs to a tenant: its ledger, its executor and its views, which this process keeps or reads.

use std::path::Path;
use std::sync::Arc;

use concord_audit::PostgresCheckpoints;
use concord_executor::Executor;
use concord_kernel::{LedgerId, RandomIds, TenantId};
use concord_knowledge::Ruleset;
use concord_lease::Duty;
use concord_ledger::{
    ClearVault, DataFolder, Ledger, OpenError, PostgresDatabase, PostgresLedger, PostgresOptions, Seen,
    SqliteLedger, SqliteOptions, Vault,
};
use concord_looks::Looks;
use concord_postgres::Link;
use concord_projection::{Options, PostgresViews, Projections, Setup, SqliteStore, StoreError, ViewStore};

use crate::checkpoints::CheckpointsError;
use crate::config::{Config, ProcessRole, StoreKind};
use crate::database;
use crate::heads::Remembered;
use crate::keys::{Keys, LedgerKeys, insist};
use crate::posts::Posts;
use crate::serve::{ServeError, Sources};

/// In a tenant's folder: the rows of views.
pub(crate) const VIEWS: &str = "views.db";

/// What this process holds of a tenant.
pub(crate) struct Opened {
    pub(crate) ledger: Arc<dyn Ledger>,
    /// Who looks at it.
    pub(crate) looks: Looks,
    pub(crate) executor: Executor,
    /// Absent where this process can neither keep nor read them.
    pub(crate) views: Option<Projections>,
    /// What it is encrypted with, if it is.
    pub(crate) keys: Option<LedgerKeys>,
}

/// What all tenants of this process share.
pub(crate) struct Shared {
    /// Where the ledgers are, unless they are in files.
    pub(crate) database: Option<PostgresDatabase>,
    views: Option<PostgresViews>,
    /// What proves the ledgers in the database.
    pub(crate) checkpoints: Option<Arc<PostgresCheckpoints>>,
    pub(crate) posts: Posts,
    /// What the ledgers are encrypted with, if they are.
    keys: Option<Keys>,
}

impl Shared {
    /// Connects to what `config` names beside the ledgers.
    pub(crate) async fn open(config: &Config, sources: &Sources) -> Result<Self, ServeError> {
        let database = database::database(&config.ledger)?;
        let server = database.as_ref().map(|database| database.server().clone());
        if let Some(server) = &server {
            // Why it cannot be spoken to; what is opened below says only that it cannot.
            Link::connect(server).await.map_err(|cause| OpenError::Store(Box::new(cause)))?;
        }
        let posts = Posts::open(config, server.clone(), sources.ids.next()).await?;
        let checkpoints = match server.clone() {
            None => None,
            Some(server) => {
                let opened = PostgresCheckpoints::open(server).await;
                Some(Arc::new(opened.map_err(CheckpointsError::from)?))
            }
        };
        let views = match server.filter(|_| config.views() == StoreKind::Postgres) {
            None => None,
            Some(server) => {
                let opened = tokio::task::spawn_blocking(move || PostgresViews::open(server)).await;
                Some(opened.map_err(|broke| StoreError::Unavailable(Box::new(broke)))??)
            }
        };
        let keys = Keys::open(config).await?;
        Ok(Self { database, views, checkpoints, posts, keys })
    }
}

/// Opens everything of `tenant` that `config` names; see [`ledger`].
pub(crate) async fn open(
    tenant: &TenantId,
    config: &Config,
    sources: &Sources,
    shared: &mut Shared,
) -> Result<Opened, ServeError> {
    let id = LedgerId::clinical(tenant.clone());
    let seen = Remembered::of(config, &id).read()?;
    let keys = match &shared.keys {
        Some(keys) => Some(keys.of(&id, sources).await?),
        None => None,
    };
    let vault = vault_of(keys.as_ref());
    let ledger = ledger(id.clone(), config, shared.database.as_ref(), sources, (seen, vault)).await?;
    insist(&*ledger).await?;
    let looks = looks(tenant, config, sources, shared).await?;
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
    Ok(Opened { ledger, looks, executor, views, keys })
}

/// Opens the ledger of access, and what writes to it.
async fn looks(
    tenant: &TenantId,
    config: &Config,
    sources: &Sources,
    shared: &Shared,
) -> Result<Looks, ServeError> {
    let id = LedgerId::access(tenant.clone());
    let seen = Remembered::of(config, &id).read()?;
    // In the clear: it names patients by their numbers alone, and must be read after a patient's keys are gone.
    let vault = vault_of(None);
    let ledger = ledger(id, config, shared.database.as_ref(), sources, (seen, vault)).await?;
    // Looks come in no certain order: they must take no identifiers of a history that is to be the same each time.
    let (clock, ids) = (Arc::clone(&sources.clock), Arc::new(RandomIds));
    Ok(Looks::new(ledger, clock, ids, concord_looks::Limits::default()))
}

/// What seals and opens: nothing, where there are no keys.
pub(crate) fn vault_of(keys: Option<&LedgerKeys>) -> Arc<dyn Vault> {
    match keys {
        Some(keys) => keys.vault.clone(),
        None => Arc::new(ClearVault),
    }
}

/// Opens the ledger, which must still hold what was `seen` of it: in `database`, or in a file where there is none.
pub(crate) async fn ledger(
    id: LedgerId,
    config: &Config,
    database: Option<&PostgresDatabase>,
    sources: &Sources,
    (seen, vault): (Option<Seen>, Arc<dyn Vault>),
) -> Result<Arc<dyn Ledger>, OpenError> {
    if let Some(database) = database {
        let (clock, ids) = (Arc::clone(&sources.clock), Arc::clone(&sources.ids));
        let options = PostgresOptions { seen, vault, ..PostgresOptions::default() };
        let ledger = PostgresLedger::open(database, id, clock, ids, options);
        return Ok(Arc::new(ledger.await?));
    }
    let path = DataFolder::file(&config.data, &id);
    make(path.parent().unwrap_or(&config.data))?;
    let (clock, ids) = (Arc::clone(&sources.clock), Arc::clone(&sources.ids));
    let options = SqliteOptions { seen, vault, ..SqliteOptions::default() };
    Ok(Arc::new(SqliteLedger::open(&path, id, clock, ids, options)?))
}

fn file(data: &Path, tenant: &TenantId) -> Result<SqliteStore, ServeError> {
    let path = data.join(tenant.as_str());
    make(&path)?;
    Ok(SqliteStore::open(&path.join(VIEWS))?)
}

fn make(folder: &Path) -> Result<(), OpenError> {
    std::fs::create_dir_all(folder).map_err(|error| OpenError::Store(Box::new(error)))
}
