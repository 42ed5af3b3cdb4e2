//! Reading, on a few connections of its own.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use concord_kernel::{CommandId, LedgerId, StreamKind, StreamRef};
use rusqlite::{Connection, Row, params};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::batch::{FIND_RECEIPT, find_receipt};
use super::failure::Failure;
use super::schema::{instant, open_reader};
use crate::merkle::Hash;
use crate::{Entry, Filter, Page, ReadError, Receipt, Vault};

const RANGE: &str = "SELECT entries.position, streams.kind, streams.id, entries.version, entries.event_type,
        entries.event_version, entries.recorded_at, entries.leaf_hash, entries.metadata, entries.payload
    FROM entries JOIN streams ON streams.number = entries.stream
    WHERE entries.position > ? AND entries.position <= ? ORDER BY entries.position";
const STREAM: &str = "SELECT entries.position, streams.kind, streams.id, entries.version, entries.event_type,
        entries.event_version, entries.recorded_at, entries.leaf_hash, entries.metadata, entries.payload
    FROM streams JOIN entries ON entries.stream = streams.number
    WHERE streams.kind = ? AND streams.id = ? AND entries.version > ? ORDER BY entries.version LIMIT ?";

/// The reading side of one file.
pub(super) struct Readers {
    path: PathBuf,
    cache_kib: u32,
    id: LedgerId,
    vault: Arc<dyn Vault>,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(
        path: PathBuf,
        cache_kib: u32,
        count: usize,
        id: LedgerId,
        vault: Arc<dyn Vault>,
    ) -> Self {
        let permits = Arc::new(Semaphore::new(count.max(1)));
        Self { path, cache_kib, id, vault, permits, idle: Mutex::new(Vec::new()) }
    }

    /// Runs `read` on a connection of its own, away from the async threads.
    pub(super) async fn run<T, F>(self: &Arc<Self>, read: F) -> Result<T, ReadError>
    where
        T: Send + 'static,
        F: FnOnce(&Self, &Connection) -> Result<T, Failure> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| ReadError::Unavailable)?;
        let readers = Arc::clone(self);
        let outcome = tokio::task::spawn_blocking(move || {
            let _permit = permit;
            let connection = readers.connection()?;
            let outcome = read(&readers, &connection);
            readers.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
            outcome
        });
        outcome.await.map_err(|_| ReadError::Unavailable)?.map_err(ReadError::from)
    }

    pub(super) fn receipt(
        connection: &Connection,
        command: CommandId,
        epoch: Uuid,
    ) -> Result<Option<(Hash, Receipt)>, Failure> {
        find_receipt(&mut connection.prepare_cached(FIND_RECEIPT)?, command, epoch)
    }

    pub(super) fn stream(
        &self,
        connection: &Connection,
        stream: StreamRef,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, Failure> {
        let mut statement = connection.prepare_cached(STREAM)?;
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let key = params![
            stream.kind.as_str(),
            stream.id.as_bytes().as_slice(),
            i64::try_from(after).unwrap_or(i64::MAX),
            limit
        ];
        let mut rows = statement.query(key)?;
        let mut entries = Vec::new();
        let mut version = after;
        while let Some(row) = rows.next()? {
            version += 1;
            let entry = self.entry(row, stream)?;
            if entry.version != version {
                return Err(Failure::Corrupt("a stream has a gap"));
            }
            entries.push(entry);
        }
        Ok(entries)
    }

    pub(super) fn page(
        &self,
        connection: &Connection,
        after: u64,
        filter: &Filter,
        limit: usize,
    ) -> Result<Page, Failure> {
        let mut statement = connection.prepare_cached(RANGE)?;
        let start = i64::try_from(after).unwrap_or(i64::MAX);
        let end = start.saturating_add(i64::try_from(limit).unwrap_or(i64::MAX));
        let mut rows = statement.query(params![start, end])?;
        let (mut entries, mut through) = (Vec::new(), after);
        while let Some(row) = rows.next()? {
            if row.get::<_, u64>(0)? != through + 1 {
                return Err(Failure::Corrupt("the ledger has a gap"));
            }
            through += 1;
            let kind = kind(row)?;
            if filter.wants(kind, text(row, 4)?) {
                let id = Uuid::from_bytes(row.get(2)?);
                entries.push(self.entry(row, StreamRef { kind, id })?);
            }
        }
        Ok(Page { entries, through })
    }

    fn connection(&self) -> Result<Connection, Failure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| Ok(open_reader(&self.path, self.cache_kib)?), Ok)
    }

    fn entry(&self, row: &Row<'_>, stream: StreamRef) -> Result<Entry, Failure> {
        let sealed = Bytes::copy_from_slice(blob(row, 9)?);
        Ok(Entry {
            position: row.get(0)?,
            stream,
            version: row.get(3)?,
            event_type: text(row, 4)?.into(),
            event_version: row.get(5)?,
            recorded_at: instant(row, 6)?,
            leaf_hash: row.get(7)?,
            metadata: Bytes::copy_from_slice(blob(row, 8)?),
            payload: self.vault.open(&self.id, stream, sealed).map_err(|_| Failure::Away)?,
        })
    }
}

fn kind(row: &Row<'_>) -> Result<StreamKind, Failure> {
    text(row, 1)?.parse().map_err(|_| Failure::Corrupt("a stream has an unknown kind"))
}

fn text<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a str, Failure> {
    let text = row.get_ref(column)?.as_str();
    text.map_err(|_| Failure::Corrupt("a stored value has another form than its column"))
}

fn blob<'a>(row: &'a Row<'_>, column: usize) -> Result<&'a [u8], Failure> {
    let blob = row.get_ref(column)?.as_blob();
    blob.map_err(|_| Failure::Corrupt("a stored value has another form than its column"))
}
