//! Reading, on a few connections of its own.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use concord_kernel::{CommandId, StreamKind, StreamRef};
use rusqlite::{Connection, OptionalExtension, Row, params};
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::batch::{FIND_RECEIPT, find_receipt};
use super::ends::{FIND_END, Fresh};
use super::failure::Failure;
use super::options::SqliteOptions;
use super::schema::{instant, open_reader};
use super::streams::FIND_NUMBER;
use crate::merkle::Hash;
use crate::{AtRest, Entry, Filter, Page, ReadError, Receipt};

const RANGE: &str = "SELECT entries.position, streams.kind, streams.id, entries.version, entries.event_type,
        entries.event_version, entries.recorded_at, entries.leaf_hash, entries.metadata, entries.payload
    FROM entries JOIN streams ON streams.number = entries.stream
    WHERE entries.position > ? AND entries.position <= ? ORDER BY entries.position";
const LATER: &str = "SELECT max(position) FROM entries WHERE position > ? AND stream = ?";
const ONE: &str =
    "SELECT position, stream, previous, version, event_type, event_version, recorded_at, leaf_hash,
        metadata, payload
    FROM entries WHERE position = ?";

/// The reading side of one file.
pub(super) struct Readers {
    path: PathBuf,
    cache_kib: u32,
    fresh: Arc<Fresh>,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(path: PathBuf, options: &SqliteOptions, fresh: Arc<Fresh>) -> Self {
        let permits = Arc::new(Semaphore::new(options.readers.max(1)));
        Self { path, cache_kib: options.reader_cache_kib, fresh, permits, idle: Mutex::new(Vec::new()) }
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

    /// Follows the stream back from its end. A page of a long stream costs as many steps as there are events after it.
    pub(super) fn stream(
        &self,
        connection: &Connection,
        stream: StreamRef,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, Failure> {
        let key = params![stream.kind.as_str(), stream.id.as_bytes().as_slice()];
        let number = connection.prepare_cached(FIND_NUMBER)?.query_row(key, |row| row.get(0)).optional()?;
        let Some(number) = number else { return Ok(Vec::new()) };
        // The snapshot is begun after this look: what is no longer fresh is then in the table.
        let (fresh, known) = self.fresh.get(number);
        let snapshot = connection.unchecked_transaction()?;
        let later: Option<u64> =
            snapshot.prepare_cached(LATER)?.query_row(params![known, number], |row| row.get(0))?;
        let end = match later.or(fresh) {
            Some(position) => Some(position),
            None => snapshot.prepare_cached(FIND_END)?.query_row([number], |row| row.get(0)).optional()?,
        };
        let next = end.ok_or(Failure::Corrupt("a stream has no end"))?;
        let through = after.saturating_add(u64::try_from(limit).unwrap_or(u64::MAX));
        let mut chain = Chain { number, next, version: None };
        let mut statement = snapshot.prepare_cached(ONE)?;
        let mut entries = Vec::new();
        while chain.version.is_none_or(|version| version > after.saturating_add(1)) {
            let mut rows = statement.query([chain.next])?;
            let row = rows.next()?.ok_or(Failure::Corrupt("a stream has a gap"))?;
            let version = chain.step(row)?;
            if version > after && version <= through {
                entries.push(entry(row, stream)?);
            }
        }
        entries.reverse();
        Ok(entries)
    }

    pub(super) fn page(
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
                entries.push(entry(row, StreamRef { kind, id })?);
            }
        }
        Ok(Page { entries, through })
    }

    fn connection(&self) -> Result<Connection, Failure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.map_or_else(|| Ok(open_reader(&self.path, self.cache_kib)?), Ok)
    }
}

/// An entry as it is stored: nothing is opened yet.
fn entry(row: &Row<'_>, stream: StreamRef) -> Result<Entry, Failure> {
    Ok(Entry {
        position: row.get(0)?,
        stream,
        version: row.get(3)?,
        event_type: text(row, 4)?.into(),
        event_version: row.get(5)?,
        recorded_at: instant(row, 6)?,
        leaf_hash: row.get(7)?,
        metadata: Bytes::copy_from_slice(blob(row, 8)?),
        payload: Bytes::copy_from_slice(blob(row, 9)?),
        at_rest: AtRest::Clear,
    })
}

/// The way back through a stream.
struct Chain {
    number: i64,
    next: u64,
    /// Of the entry that was come to last; `None` at the end of the stream.
    version: Option<u64>,
}

impl Chain {
    /// Comes to an entry, and gives its version.
    fn step(&mut self, row: &Row<'_>) -> Result<u64, Failure> {
        let (number, previous, version): (i64, u64, u64) = (row.get(1)?, row.get(2)?, row.get(3)?);
        let follows = self.version.is_none_or(|later| later == version + 1);
        // Only the first has none before it, and the way leads back alone, so it has an end.
        let goes_back = if version == 1 { previous == 0 } else { (1..self.next).contains(&previous) };
        if number != self.number || version == 0 || !follows || !goes_back {
            return Err(Failure::Corrupt("a stream's entries do not follow one another"));
        }
        (self.next, self.version) = (previous, Some(version));
        Ok(version)
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
