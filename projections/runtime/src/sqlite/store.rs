//! One writing connection, a bounded number of reading ones.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use concord_kernel::Token;
use concord_lease::Fence;
use rusqlite::Connection;
use uuid::Uuid;

use super::{read, schema, scrub, write};
use crate::store::{Layout, Place, Range, Standing, StoredCheckpoint, StoredEntry, StoredRow, Writes};
use crate::{
    Checkpoint, CrashPoint, Faults, Instance, Key, List, Sort, Stage, StoreError, ViewId, ViewStore,
};

/// Idle reading connections that are kept open; more are opened when needed and closed after use.
const IDLE_READERS: usize = 4;

/// The views of one tenant in one SQLite file.
pub struct SqliteStore {
    path: PathBuf,
    writer: Mutex<Connection>,
    idle: Mutex<Vec<Connection>>,
    faults: Option<Arc<dyn Faults>>,
}

impl SqliteStore {
    /// Opens the file, and makes it when there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::NewerSchema`] for a file of a newer Concord; [`StoreError::Unavailable`] when it cannot be
    /// opened.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let writer = Connection::open(path)?;
        schema::open_writer(&writer)?;
        // A process that ended before it was done leaves it to the next.
        scrub::scrub_if_owed(&writer)?;
        Ok(Self { path: path.to_owned(), writer: Mutex::new(writer), idle: Mutex::default(), faults: None })
    }

    /// Has `faults` watch [`CrashPoint::Writing`]; for crash tests.
    #[must_use]
    pub fn watched_by(mut self, faults: Arc<dyn Faults>) -> Self {
        self.faults = Some(faults);
        self
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let idle = lock(&self.idle).pop();
        let connection = if let Some(connection) = idle {
            connection
        } else {
            let connection = Connection::open(&self.path)?;
            schema::open_reader(&connection)?;
            connection
        };
        let outcome = work(&connection)?;
        let mut idle = lock(&self.idle);
        if idle.len() < IDLE_READERS {
            idle.push(connection);
        }
        Ok(outcome)
    }

    fn write<T>(
        &self,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut writer = lock(&self.writer);
        let tx = writer.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        let outcome = work(&tx)?;
        tx.commit()?;
        Ok(outcome)
    }
}

/// A panic while the lock was held leaves a connection whose transaction was rolled back: still good.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl ViewStore for SqliteStore {
    fn claim(&self, _: Fence) -> Result<(), StoreError> {
        // The lock on the data folder keeps other processes away; of two that are there all the same, the checkpoints
        // refuse one.
        Ok(())
    }

    fn standing(&self) -> Result<Vec<Standing>, StoreError> {
        self.read(read::standing)
    }

    fn checkpoints(&self, name: &str) -> Result<Vec<(u32, StoredCheckpoint)>, StoreError> {
        self.read(|connection| read::checkpoints(connection, name))
    }

    fn begin(
        &self,
        view: ViewId,
        layout: Layout,
        stage: Stage,
        epoch: Uuid,
    ) -> Result<Checkpoint, StoreError> {
        self.write(|tx| write::begin(tx, view, layout, stage, epoch))
    }

    fn load(&self, instance: Instance, keys: &[Key]) -> Result<Vec<StoredRow>, StoreError> {
        self.read(|connection| read::load(connection, instance, keys))
    }

    fn keys(&self, instance: Instance) -> Result<Vec<Key>, StoreError> {
        self.read(|connection| read::keys(connection, instance))
    }

    fn commit(&self, batch: &[Writes]) -> Result<(), StoreError> {
        let erases = batch.iter().any(|writes| !writes.erased.is_empty());
        self.write(|tx| {
            if erases {
                write::drop_all_retired(tx)?;
                scrub::owe(tx)?;
            }
            batch.iter().try_for_each(|writes| {
                // First, so that a runner that must stop is told so, and not that its rows are in the way of others.
                write::advance(tx, writes)?;
                if let Some(faults) = &self.faults {
                    faults.reached(CrashPoint::Writing);
                }
                write::rows_of(tx, writes)
            })
        })?;
        if erases { scrub::scrub(&lock(&self.writer)) } else { Ok(()) }
    }

    fn activate(&self, instance: Instance, at: Token) -> Result<(), StoreError> {
        self.write(|tx| write::activate(tx, instance, at))
    }

    fn retire(&self, instance: Instance) -> Result<(), StoreError> {
        self.write(|tx| write::retire(tx, instance))
    }

    fn drop_retired(&self, name: &str) -> Result<usize, StoreError> {
        self.write(|tx| write::drop_retired(tx, name))
    }

    fn row(&self, instance: Instance, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        self.read(|connection| read::row(connection, instance, key))
    }

    fn rows(&self, instance: Instance, range: Range, limit: usize) -> Result<Vec<StoredRow>, StoreError> {
        self.read(|connection| read::rows(connection, instance, range, limit))
    }

    fn list(
        &self,
        instance: Instance,
        list: &List,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        self.read(|connection| read::list(connection, instance, list, after, limit))
    }

    fn upto(
        &self,
        instance: Instance,
        list: &List,
        until: &Sort,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        self.read(|connection| read::upto(connection, instance, list, until, limit))
    }

    fn outline(
        &self,
        instance: Instance,
        list: &List,
        until: &Sort,
        limit: usize,
    ) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
        self.read(|connection| read::outline(connection, instance, list, until, limit))
    }
}
