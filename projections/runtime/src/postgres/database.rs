//! The database, with the thread that drives its connections.

use std::sync::Arc;
use std::time::Duration;

use concord_kernel::LedgerId;
use concord_postgres::{Brought, Line, Link, MigrateError, Migrations, Pool, Server, Trouble};
use tokio::runtime::{Builder, Runtime};

use super::store::PostgresStore;
use crate::StoreError;

const SCHEMA: Migrations = Migrations {
    schema: "views",
    lock: 8_243_551_905_772,
    steps: &[include_str!("schema_1.sql"), include_str!("schema_2.sql")],
};

/// Connections that questions of all tenants share; each tenant's writer has one more.
const READERS: usize = 4;

/// How long an answer may take; a large batch of rows takes seconds on a slow disk.
const PATIENCE: Duration = Duration::from_mins(1);

/// The views of all tenants in one database. Cheap to clone.
#[derive(Clone)]
pub struct PostgresViews {
    shared: Arc<Shared>,
}

struct Shared {
    database: Server,
    readers: Pool,
    /// Absent only while this is dropped.
    runtime: Option<Runtime>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        // It may be dropped where waiting for its end is not allowed.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl PostgresViews {
    /// Brings the schema `views` to this program's version, with the rights of the role that `database` names.
    ///
    /// # Errors
    ///
    /// See [`MigrateError`].
    pub async fn migrate(database: &Server) -> Result<Brought, MigrateError> {
        SCHEMA.run(&Link::connect(database).await.map_err(Trouble::from)?).await
    }

    /// Connects, and brings the schema `views` to this program's version if the role may. Blocks.
    ///
    /// # Errors
    ///
    /// [`StoreError::NewerSchema`] for a schema of a newer Concord; [`StoreError::Unavailable`] when there is no database
    /// or it refuses.
    pub fn open(database: Server) -> Result<Self, StoreError> {
        // Whoever asks the store blocks, wherever that is; so what answers has a thread of its own.
        let mut builder = Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().thread_name("views-postgres").build();
        let runtime = runtime.map_err(|error| StoreError::Unavailable(Box::new(error)))?;
        let readers = Pool::new(database.clone(), READERS, PATIENCE);
        let views = Self { shared: Arc::new(Shared { database, readers, runtime: Some(runtime) }) };
        views.wait(Self::migrate(&views.shared.database))?;
        Ok(views)
    }

    /// The views of one ledger.
    pub fn of(&self, ledger: &LedgerId) -> PostgresStore {
        let writer = Line::new(self.shared.database.clone(), PATIENCE);
        PostgresStore::new(self.clone(), ledger.to_string(), writer)
    }

    /// The connections that read.
    pub(super) fn readers(&self) -> &Pool {
        &self.shared.readers
    }

    /// Blocks until `work` is done; the connections are driven meanwhile.
    pub(super) fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        let runtime = self.shared.runtime.as_ref().expect("it is there until this is dropped");
        let _within = runtime.enter();
        // The caller may be a task of another runtime, whose budget is none of this work's business.
        futures::executor::block_on(tokio::task::unconstrained(work))
    }
}

impl From<Trouble> for StoreError {
    fn from(trouble: Trouble) -> Self {
        Self::Unavailable(Box::new(trouble))
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Newer { found, known, .. } => Self::NewerSchema { found, known },
            MigrateError::Damaged(_) => Self::Corrupt("schema version"),
            MigrateError::Database(trouble) => trouble.into(),
            refused @ (MigrateError::Older { .. } | MigrateError::Denied { .. }) => {
                Self::Unavailable(Box::new(refused))
            }
        }
    }
}
