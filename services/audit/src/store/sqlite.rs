//! Checkpoints in a SQLite file of their own, beside the ledger.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use concord_ledger::merkle::Hash;
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::{CheckpointStore, Cosigned, StoreError, Stored, Swap};

/// The version of the tables; kept in the file's `user_version`.
const SCHEMA: u32 = 1;
const TABLES: &str = include_str!("checkpoints.sqlite.sql");

/// How long a transaction waits for another one's.
const PATIENCE: Duration = Duration::from_secs(10);

/// A file of checkpoints. Several processes may have it open.
#[derive(Clone)]
pub struct SqliteCheckpoints(Arc<Mutex<Connection>>);

impl SqliteCheckpoints {
    /// Opens the file, making it when there is none.
    ///
    /// # Errors
    ///
    /// [`StoreError::NewerSchema`], or [`StoreError::Unavailable`] when it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let mut connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "journal_mode", "wal")?;
        // A checkpoint that was published and forgotten could be contradicted by the next one.
        connection.pragma_update(None, "synchronous", "full")?;
        let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if found > SCHEMA {
            return Err(StoreError::NewerSchema { found, known: SCHEMA });
        }
        if found < SCHEMA {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Another process may have been faster.
            if change.pragma_query_value(None, "user_version", |row| row.get::<_, u32>(0))? < SCHEMA {
                change.execute_batch(TABLES)?;
                change.pragma_update(None, "user_version", SCHEMA)?;
            }
            change.commit()?;
        }
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let connection = Arc::clone(&self.0);
        let done = tokio::task::spawn_blocking(move || {
            work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        done.await.map_err(|error| StoreError::Unavailable(Box::new(error)))?
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(Box::new(error))
    }
}

#[async_trait]
impl CheckpointStore for SqliteCheckpoints {
    async fn latest(&self, origin: &str) -> Result<Option<Stored>, StoreError> {
        let origin = origin.to_owned();
        self.run(move |connection| {
            let find = "SELECT size, note FROM checkpoints WHERE origin = ?";
            let read = |row: &rusqlite::Row<'_>| Ok(Stored { size: row.get(0)?, note: row.get(1)? });
            Ok(connection.prepare_cached(find)?.query_row([origin], read).optional()?)
        })
        .await
    }

    async fn blocks(&self, origin: &str) -> Result<Vec<Hash>, StoreError> {
        let origin = origin.to_owned();
        self.run(move |connection| {
            let mut find =
                connection.prepare("SELECT number, root FROM blocks WHERE origin = ? ORDER BY number")?;
            let mut rows = find.query([origin])?;
            let mut roots: Vec<Hash> = Vec::new();
            while let Some(row) = rows.next()? {
                if row.get::<_, u64>(0)? != roots.len() as u64 {
                    return Err(StoreError::Corrupt("a block is missing"));
                }
                roots.push(row.get(1)?);
            }
            Ok(roots)
        })
        .await
    }

    async fn replace(
        &self,
        origin: &str,
        previous: Option<u64>,
        next: &Stored,
        first: u64,
        roots: &[Hash],
    ) -> Result<Swap, StoreError> {
        let (origin, next, roots) = (origin.to_owned(), next.clone(), roots.to_vec());
        self.run(move |connection| {
            let change = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let changed = match previous {
                None => change.execute(
                    "INSERT INTO checkpoints (origin, size, note) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
                    params![origin, next.size, next.note],
                )?,
                Some(previous) => change.execute(
                    "UPDATE checkpoints SET size = ?, note = ? WHERE origin = ? AND size = ?",
                    params![next.size, next.note, origin, previous],
                )?,
            };
            if changed == 0 {
                return Ok(Swap::Overtaken);
            }
            {
                let keep =
                    "INSERT INTO blocks (origin, number, root) VALUES (?, ?, ?) ON CONFLICT DO NOTHING";
                let mut keep = change.prepare_cached(keep)?;
                for (number, root) in (first..).zip(&roots) {
                    keep.execute(params![origin, number, root])?;
                }
            }
            change.commit()?;
            Ok(Swap::Done)
        })
        .await
    }

    async fn keep_cosigned(&self, origin: &str, cosigned: &Cosigned) -> Result<(), StoreError> {
        let (origin, Cosigned { cosigner, size, note }) = (origin.to_owned(), cosigned.clone());
        self.run(move |connection| {
            let keep = "INSERT INTO cosigned (origin, cosigner, size, note) VALUES (?, ?, ?, ?)
                ON CONFLICT (origin, cosigner) DO UPDATE SET size = excluded.size, note = excluded.note
                WHERE cosigned.size <= excluded.size";
            connection.execute(keep, params![origin, cosigner, size, note])?;
            Ok(())
        })
        .await
    }

    async fn cosigned(&self, origin: &str) -> Result<Vec<Cosigned>, StoreError> {
        let origin = origin.to_owned();
        self.run(move |connection| {
            let find = "SELECT cosigner, size, note FROM cosigned WHERE origin = ? ORDER BY cosigner";
            let mut find = connection.prepare_cached(find)?;
            let read = |row: &rusqlite::Row<'_>| {
                Ok(Cosigned { cosigner: row.get(0)?, size: row.get(1)?, note: row.get(2)? })
            };
            let rows = find.query_map([origin], read)?;
            Ok(rows.collect::<Result<Vec<_>, _>>()?)
        })
        .await
    }
}
