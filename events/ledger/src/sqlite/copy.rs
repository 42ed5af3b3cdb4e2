//! Handing out everything that the file holds, in order and in one snapshot.

use std::io::Write;
use std::path::Path;

use bytes::Bytes;
use concord_kernel::{CommandId, StreamRef};
use rusqlite::{Connection, Row, Rows};
use uuid::Uuid;

use super::epochs;
use super::schema::{SCHEMA, instant, open_reader, user_version};
use crate::archive::Writing;
use crate::stored::{Record, StoredEntry, StoredHead, StoredReceipt};
use crate::{ArchiveError, OpenError, Progress, Report};

/// Page cache of the reading connection.
const CACHE_KIB: u32 = 16 * 1024;
/// Positions between two reports of progress.
const PROGRESS_STEP: u64 = 10_000;

const HEAD: &str = "SELECT ledger, epoch, position, recorded_at, frontier FROM head";
const ENTRIES: &str =
    "SELECT entries.position, streams.kind, streams.id, entries.version, entries.event_type,
        entries.event_version, entries.recorded_at, entries.leaf_hash, entries.metadata, entries.payload
    FROM entries LEFT JOIN streams ON streams.number = entries.stream ORDER BY entries.position";
const RECEIPTS: &str = "SELECT command_id, request_hash, position, count, stream_version, recorded_at, reply
    FROM receipts ORDER BY position, count = 0, command_id";

/// Writes the ledger in the file at `path` to `out`, checking all of it on the way. The ledger may be in use.
///
/// # Errors
///
/// See [`ArchiveError`]; what has been written is no export then.
pub fn export_file(
    path: &Path,
    out: impl Write,
    progress: &mut Progress<'_>,
) -> Result<Report, ArchiveError> {
    if !path.exists() {
        return Err(ArchiveError::NoLedger);
    }
    let connection = open_reader(path, CACHE_KIB)?;
    let found = user_version(&connection)?;
    match found {
        SCHEMA => {}
        0 => return Err(ArchiveError::NoLedger),
        newer if newer > SCHEMA => return Err(OpenError::NewerSchema { found, known: SCHEMA }.into()),
        known => return Err(crate::FsckError::OlderSchema { found: known, known: SCHEMA }.into()),
    }
    // One transaction, so that a ledger in use stands still.
    connection.execute_batch("BEGIN")?;
    let head = head(&connection)?.ok_or(crate::FsckError::Epochs)?;
    let mut writing = Writing::begin(out, head)?;
    each(&connection, &mut |record| {
        writing.take(&record)?;
        let (done, all) = writing.progress();
        if done.is_multiple_of(PROGRESS_STEP) || done == all {
            progress(done, all);
        }
        Ok(())
    })?;
    writing.finish()
}

fn head(connection: &Connection) -> rusqlite::Result<Option<StoredHead>> {
    let Some(epochs) = epochs::all(connection)? else { return Ok(None) };
    let head = connection.query_row(HEAD, [], |row| {
        Ok(StoredHead {
            ledger: row.get(0)?,
            epoch: Uuid::from_bytes(row.get(1)?),
            position: row.get(2)?,
            recorded_at: instant(row, 3)?,
            frontier: row.get(4)?,
            epochs,
        })
    });
    head.map(Some)
}

fn each(
    connection: &Connection,
    visit: &mut dyn FnMut(Record) -> Result<(), ArchiveError>,
) -> Result<(), ArchiveError> {
    let (mut entries, mut receipts) = (connection.prepare(ENTRIES)?, connection.prepare(RECEIPTS)?);
    let (mut entries, mut receipts) = (entries.query([])?, receipts.query([])?);
    let mut receipt = next_receipt(&mut receipts)?;
    let mut position = 0;
    loop {
        while let Some((_, record)) = receipt.take_if(|(at, _)| *at <= position) {
            visit(record)?;
            receipt = next_receipt(&mut receipts)?;
        }
        let Some(row) = entries.next()? else { break };
        position = row.get(0)?;
        visit(entry(row).map_or(Record::Unreadable, Record::Entry))?;
    }
    // Receipts of events that are not there.
    while let Some((_, record)) = receipt {
        visit(record)?;
        receipt = next_receipt(&mut receipts)?;
    }
    Ok(())
}

fn next_receipt(rows: &mut Rows<'_>) -> rusqlite::Result<Option<(u64, Record)>> {
    let Some(row) = rows.next()? else { return Ok(None) };
    let position = row.get(2)?;
    Ok(Some((position, self::receipt(row).map_or(Record::Unreadable, Record::Receipt))))
}

fn entry(row: &Row<'_>) -> Option<StoredEntry> {
    let kind: String = row.get(1).ok()?;
    Some(StoredEntry {
        position: row.get(0).ok()?,
        stream: StreamRef { kind: kind.parse().ok()?, id: Uuid::from_bytes(row.get(2).ok()?) },
        version: row.get(3).ok()?,
        event_type: row.get(4).ok()?,
        event_version: row.get(5).ok()?,
        recorded_at: instant(row, 6).ok()?,
        leaf_hash: row.get(7).ok()?,
        metadata: Bytes::from(row.get::<_, Vec<u8>>(8).ok()?),
        payload: Bytes::from(row.get::<_, Vec<u8>>(9).ok()?),
    })
}

fn receipt(row: &Row<'_>) -> Option<StoredReceipt> {
    Some(StoredReceipt {
        command: CommandId::new(Uuid::from_bytes(row.get(0).ok()?)),
        request_hash: row.get(1).ok()?,
        position: row.get(2).ok()?,
        count: row.get(3).ok()?,
        stream_version: row.get(4).ok()?,
        recorded_at: instant(row, 5).ok()?,
        reply: Bytes::from(row.get::<_, Vec<u8>>(6).ok()?),
    })
}
