//! Opening and initialising the file.

use std::path::Path;
use std::time::Duration;

use concord_kernel::{Clock, IdSource, Instant, LedgerId};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, TransactionBehavior, params};
use uuid::Uuid;

use super::failure::{Failure, opening};
use super::options::{Durability, SqliteOptions};
use super::{epochs, upgrade};
use crate::merkle::Frontier;
use crate::tip::Tip;
use crate::{Epoch, OpenError};

/// The schema that this program writes and the newest that it reads.
pub(crate) const SCHEMA: u32 = 3;

pub(super) const SCHEMA_1: &str = include_str!("schema_1.sql");
pub(super) const SCHEMA_2: &str = include_str!("schema_2.sql");
pub(super) const SCHEMA_3: &str = include_str!("schema_3.sql");
/// Bytes of a page. Half as many were measured: more pages a commit, no less processor time.
pub(super) const PAGE_BYTES: u32 = 8_192;
/// Prepared statements that a connection keeps.
const CACHED_STATEMENTS: usize = 32;
/// How long a connection waits for another one's lock; only checkpoints and recovery ever hold one.
const LOCK_WAIT: Duration = Duration::from_secs(5);

/// Opens the file for writing, initialising it when it is new.
pub(super) fn open_writer(
    path: &Path,
    id: &LedgerId,
    clock: &dyn Clock,
    ids: &dyn IdSource,
    options: &SqliteOptions,
) -> Result<Connection, OpenError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| OpenError::Store(Box::new(error)))?;
    }
    let mut connection = Connection::open_with_flags(path, flags(true)).map_err(opening)?;
    prepare(&connection, options.writer_cache_kib).map_err(opening)?;
    let found = user_version(&connection).map_err(opening)?;
    if found > SCHEMA {
        return Err(OpenError::NewerSchema { found, known: SCHEMA });
    }
    make_durable(&connection, options.durability)?;
    if let Some(seen) = options.seen.as_ref().filter(|seen| found == 0 && seen.token.position > 0) {
        return Err(OpenError::WentBack { served: seen.token.position, found: 0 });
    }
    if found == 0 {
        initialise(&mut connection, id, clock.now(), ids.next()).map_err(opening)?;
    }
    check(&connection, id)?;
    if found == 1 {
        upgrade::from_1(&mut connection).map_err(opening)?;
    }
    if user_version(&connection).map_err(opening)? == 2 {
        upgrade::from_2(&mut connection).map_err(opening)?;
    }
    if let Some(seen) = &options.seen {
        epochs::insist(&connection, seen)?;
    }
    Ok(connection)
}

/// Opens the file for reading only.
pub(crate) fn open_reader(path: &Path, cache_kib: u32) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags(false))?;
    prepare(&connection, cache_kib)?;
    Ok(connection)
}

/// The schema of the file; 0 for one without tables.
pub(crate) fn user_version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Reads where the history ends.
pub(super) fn tip(connection: &Connection) -> Result<Tip, Failure> {
    let mut statement =
        connection.prepare_cached("SELECT epoch, position, recorded_at, frontier FROM head")?;
    let (epoch, position, recorded_at, frontier) = statement.query_row([], |row| {
        Ok((row.get::<_, [u8; 16]>(0)?, row.get(1)?, instant(row, 2)?, row.get::<_, Vec<u8>>(3)?))
    })?;
    let frontier = Frontier::from_bytes(position, &frontier)
        .ok_or(Failure::Corrupt("the head's frontier is not of its position"))?;
    Ok(Tip { epoch: Uuid::from_bytes(epoch), recorded_at, frontier })
}

/// Reads a stored time.
pub(crate) fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Instant> {
    let micros = row.get(column)?;
    Instant::from_micros(micros).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, micros))
}

fn flags(write: bool) -> OpenFlags {
    let access = if write {
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE
    } else {
        OpenFlags::SQLITE_OPEN_READ_ONLY
    };
    // Each connection belongs to one thread at a time, so SQLite need not lock it.
    access | OpenFlags::SQLITE_OPEN_NO_MUTEX
}

fn prepare(connection: &Connection, cache_kib: u32) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    connection.busy_timeout(LOCK_WAIT)?;
    connection.pragma_update(None, "cache_size", -i64::from(cache_kib))
}

/// Turns on the write-ahead log and the sync at every commit, and checks that SQLite took them.
fn make_durable(connection: &Connection, durability: Durability) -> Result<(), OpenError> {
    let synchronous = match durability {
        Durability::Full | Durability::MutationAckBeforeCommit => 2,
        Durability::MutationNormalSync => 1,
    };
    connection.pragma_update(None, "page_size", PAGE_BYTES).map_err(opening)?;
    let journal: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0)).map_err(opening)?;
    connection.pragma_update(None, "synchronous", synchronous).map_err(opening)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0).map_err(opening)?;
    let taken: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0)).map_err(opening)?;
    if journal != "wal" || taken != synchronous {
        return Err(OpenError::Store("the file system does not take a write-ahead log".into()));
    }
    Ok(())
}

fn initialise(connection: &mut Connection, id: &LedgerId, at: Instant, epoch: Uuid) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    if user_version(&transaction)? == 0 {
        transaction.execute_batch(SCHEMA_1)?;
        transaction.execute_batch(SCHEMA_2)?;
        transaction.execute_batch(SCHEMA_3)?;
        epochs::add(&transaction, &Epoch { id: epoch, after: 0, began_at: at })?;
        transaction.execute(
            "INSERT INTO head (id, ledger, epoch, position, recorded_at, frontier, ends_through)
            VALUES (1, ?, ?, 0, ?, x'', 0)",
            params![id.to_string(), epoch.as_bytes().as_slice(), at.micros()],
        )?;
        transaction.pragma_update(None, "user_version", SCHEMA)?;
    }
    transaction.commit()
}

fn check(connection: &Connection, id: &LedgerId) -> Result<(), OpenError> {
    let found: Option<String> =
        connection.query_row("SELECT ledger FROM head", [], |row| row.get(0)).optional().map_err(opening)?;
    let found = found.ok_or(OpenError::Corrupt("the head row is missing"))?;
    if found != id.to_string() {
        return Err(OpenError::OtherLedger { found, wanted: id.clone() });
    }
    let tip = tip(connection).map_err(|_| OpenError::Corrupt("the head row is unreadable"))?;
    let last: u64 = connection
        .query_row("SELECT coalesce(max(position), 0) FROM entries", [], |row| row.get(0))
        .map_err(opening)?;
    if last == tip.position() { Ok(()) } else { Err(OpenError::Corrupt("the head is not the last entry")) }
}
