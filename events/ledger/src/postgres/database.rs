//! A database with ledgers in it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use concord_postgres::{Link, Pool, Server};
use tokio::task::JoinSet;
use tokio_postgres::Config;

use super::failure::opening;
use super::news::{self, News};
use super::schema::{self, Migrated};
use crate::OpenError;

/// Limits of a [`PostgresDatabase`].
#[derive(Clone, Debug)]
pub struct DatabaseOptions {
    /// Connections that read, for all ledgers together. Questions share them, so this is no limit on how many are asked at
    /// once. Each open ledger has one more connection, which writes, and the database one that listens.
    pub readers: usize,
    /// After this long without an answer a question is given up with its connection.
    pub longest_answer: Duration,
    /// How often the heads are looked at for what other processes have appended, when these are not heard.
    pub look: Duration,
    /// How often they are looked at all the same when they are heard.
    pub look_anyway: Duration,
    /// Where others are heard, if not where everything else goes to: LISTEN needs a session of its own, which a PgBouncer in
    /// transaction mode does not give.
    pub listen: Option<Server>,
}

impl Default for DatabaseOptions {
    fn default() -> Self {
        Self {
            readers: 8,
            longest_answer: Duration::from_secs(30),
            look: Duration::from_millis(100),
            look_anyway: Duration::from_millis(500),
            listen: None,
        }
    }
}

impl std::fmt::Debug for PostgresDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresDatabase").field("options", &self.shared.options).finish_non_exhaustive()
    }
}

/// A database as one process uses it. The ledgers that are opened in it share the connections that read it, and what is heard
/// of other processes.
#[derive(Clone)]
pub struct PostgresDatabase {
    shared: Arc<Shared>,
}

struct Shared {
    options: DatabaseOptions,
    pool: Arc<Pool>,
    news: Arc<News>,
    /// Ends with the database.
    tasks: Mutex<Option<JoinSet<()>>>,
}

impl From<&Config> for PostgresDatabase {
    /// On this machine, without encryption, with connections of its own.
    fn from(config: &Config) -> Self {
        Self::new(Server::local(config), DatabaseOptions::default())
    }
}

impl From<&Self> for PostgresDatabase {
    fn from(database: &Self) -> Self {
        database.clone()
    }
}

impl PostgresDatabase {
    /// Connects to nothing yet.
    pub fn new(server: Server, options: DatabaseOptions) -> Self {
        let pool = Arc::new(Pool::new(server, options.readers, options.longest_answer));
        Self { shared: Arc::new(Shared { options, pool, news: Arc::default(), tasks: Mutex::default() }) }
    }

    /// Brings the tables to the version of this program, with the rights of the role that the address names. Processes of the
    /// version before may be at work meanwhile.
    ///
    /// # Errors
    ///
    /// See [`OpenError`]; [`OpenError::OlderSchema`] when the role may not change tables.
    pub async fn migrate(&self) -> Result<Migrated, OpenError> {
        let link = Link::connect(self.shared.pool.server()).await.map_err(opening)?;
        link.fitness().await.map_err(opening)?.map_err(|unfit| OpenError::Store(Box::new(unfit)))?;
        schema::migrate(&link).await
    }

    /// Where it is.
    pub fn server(&self) -> &Server {
        self.shared.pool.server()
    }

    pub(super) fn pool(&self) -> &Arc<Pool> {
        &self.shared.pool
    }

    /// What is heard and told, from the first call on.
    pub(super) fn news(&self) -> Arc<News> {
        let Shared { options, pool, news, tasks } = &*self.shared;
        tasks.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(|| {
            let mut tasks = JoinSet::new();
            let server = options.listen.as_ref().unwrap_or(pool.server()).clone();
            tasks.spawn(news::listen(Arc::clone(news), server));
            tasks.spawn(news::tell(Arc::clone(news), Arc::clone(pool)));
            tasks.spawn(news::follow(Arc::clone(news), Arc::clone(pool), options.clone()));
            tasks
        });
        Arc::clone(news)
    }
}
