//! Making a file of an export.
//!
//! It is made under another name and takes its own only when all of it is there and on the disk. A restore that was cut
//! off leaves a file that nobody serves, and that the next one removes.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use concord_kernel::{Clock, IdSource, LedgerId, StreamRef, Token};
use rusqlite::{CachedStatement, Connection, params};

use super::schema::{PAGE_BYTES, SCHEMA, SCHEMA_1, SCHEMA_2, SCHEMA_3, open_reader, user_version};
use super::{batch, epochs};
use crate::archive::Reading;
use crate::merkle::Hash;
use crate::stored::{Record, StoredEntry, StoredHead, StoredReceipt};
use crate::{ArchiveError, Begun, Epoch, Progress, Restored};

/// Page cache of the writing connection.
const CACHE_KIB: i64 = 64 * 1024;
/// What the name of a file ends with that is being made.
const UNFINISHED: &str = ".restoring";
/// What SQLite puts beside a file.
const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

const ADD_STREAM: &str = "INSERT INTO streams (kind, id) VALUES (?, ?)";
const ADD_END: &str = "INSERT INTO ends (stream, position) VALUES (?, ?)";
const ADD_HEAD: &str = "INSERT INTO head (id, ledger, epoch, position, recorded_at, frontier, ends_through)
    VALUES (1, ?, ?, ?, ?, ?, ?)";

/// Restores an export into the file at `path`, where there is no ledger yet or an empty one, in a new epoch. The ledger
/// must not be in use; take its [`crate::DataFolder`] first.
///
/// # Errors
///
/// See [`ArchiveError`]; there is no other ledger at `path` than before then.
pub fn restore_file(
    path: &Path,
    id: &LedgerId,
    from: impl Read,
    (clock, ids): (&dyn Clock, &dyn IdSource),
    progress: &mut Progress<'_>,
) -> Result<Restored, ArchiveError> {
    let reading = Reading::begin(from)?;
    let found = &reading.head().ledger;
    if *found != id.to_string() {
        return Err(ArchiveError::OtherLedger { found: found.clone(), wanted: id.clone() });
    }
    insist_on_nothing(path)?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let unfinished = with_ending(path, UNFINISHED);
    remove(&unfinished)?;
    let next = Epoch { id: ids.next(), after: reading.head().position, began_at: clock.now() };
    let restored = fill(&unfinished, reading, &next, progress)?;
    File::open(&unfinished)?.sync_all()?;
    // What belongs to an empty ledger must not be taken for part of this one.
    for beside in BESIDE {
        remove_one(&with_ending(path, beside))?;
    }
    fs::rename(&unfinished, path)?;
    if let Some(folder) = path.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(restored)
}

fn insist_on_nothing(path: &Path) -> Result<(), ArchiveError> {
    if !path.exists() {
        return Ok(());
    }
    let connection = open_reader(path, 1024)?;
    if user_version(&connection)? == 0 {
        return Ok(());
    }
    let count = |sql| connection.query_row(sql, [], |row| row.get::<_, u64>(0));
    let (position, receipts) =
        (count("SELECT coalesce(max(position), 0) FROM entries")?, count("SELECT count(*) FROM receipts")?);
    if position == 0 && receipts == 0 { Ok(()) } else { Err(ArchiveError::NotEmpty { position }) }
}

fn fill(
    path: &Path,
    mut reading: Reading<impl Read>,
    next: &Epoch,
    progress: &mut Progress<'_>,
) -> Result<Restored, ArchiveError> {
    let connection = Connection::open(path)?;
    // Whoever finds the file unfinished begins anew, so there is nothing to roll back to.
    connection.execute_batch(&format!(
        "PRAGMA page_size={PAGE_BYTES}; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;
         PRAGMA cache_size=-{CACHE_KIB}; BEGIN"
    ))?;
    for schema in [SCHEMA_1, SCHEMA_2, SCHEMA_3] {
        connection.execute_batch(schema)?;
    }
    let mut rows = Rows::of(&connection)?;
    while let Some(record) = reading.next()? {
        rows.add(&record)?;
        reading.tell(progress);
    }
    rows.ends()?;
    let head = reading.head().clone();
    let report = reading.finish()?;
    finish(&connection, &head, next)?;
    drop(rows);
    connection.close().map_err(|(_, error)| error)?;
    let (was, now) = (head.epoch, next.id);
    let at = |epoch| Token { epoch, position: next.after };
    Ok(Restored { report, begun: Begun { was: at(was), now: at(now) } })
}

fn finish(connection: &Connection, head: &StoredHead, next: &Epoch) -> rusqlite::Result<()> {
    for epoch in head.epochs.iter().chain([next]) {
        epochs::add(connection, epoch)?;
    }
    connection.execute(
        ADD_HEAD,
        params![
            head.ledger,
            next.id.as_bytes().as_slice(),
            head.position,
            head.recorded_at.micros(),
            head.frontier,
            head.position
        ],
    )?;
    connection.pragma_update(None, "user_version", SCHEMA)?;
    connection.execute_batch("COMMIT")
}

/// Where a stream ends.
struct End {
    number: i64,
    position: u64,
}

/// The statements that rows are added with.
struct Rows<'a> {
    add_stream: CachedStatement<'a>,
    add_entry: CachedStatement<'a>,
    add_receipt: CachedStatement<'a>,
    add_end: CachedStatement<'a>,
    streams: HashMap<StreamRef, End>,
}

impl<'a> Rows<'a> {
    fn of(connection: &'a Connection) -> rusqlite::Result<Self> {
        Ok(Self {
            add_stream: connection.prepare_cached(ADD_STREAM)?,
            add_entry: connection.prepare_cached(batch::ADD_ENTRY)?,
            add_receipt: connection.prepare_cached(batch::ADD_RECEIPT)?,
            add_end: connection.prepare_cached(ADD_END)?,
            streams: HashMap::new(),
        })
    }

    fn add(&mut self, record: &Record) -> rusqlite::Result<()> {
        match record {
            Record::Entry(entry) => self.entry(entry),
            Record::Receipt(receipt) => self.receipt(receipt),
            Record::Unreadable => Ok(()),
        }
    }

    fn entry(&mut self, entry: &StoredEntry) -> rusqlite::Result<()> {
        let previous = self.streams.get(&entry.stream).map_or(0, |end| end.position);
        let number = if let Some(end) = self.streams.get(&entry.stream) {
            end.number
        } else {
            let key = params![entry.stream.kind.as_str(), entry.stream.id.as_bytes().as_slice()];
            self.add_stream.insert(key)?
        };
        self.add_entry.execute(params![
            entry.position,
            number,
            entry.version,
            previous,
            entry.event_type,
            entry.event_version,
            entry.recorded_at.micros(),
            entry.leaf_hash.as_slice(),
            entry.metadata.as_ref(),
            entry.payload.as_ref(),
        ])?;
        self.streams.insert(entry.stream, End { number, position: entry.position });
        Ok(())
    }

    fn receipt(&mut self, receipt: &StoredReceipt) -> rusqlite::Result<()> {
        let hash: &Hash = &receipt.request_hash;
        self.add_receipt.execute(params![
            receipt.command.uuid().as_bytes().as_slice(),
            hash.as_slice(),
            receipt.position,
            receipt.count,
            receipt.stream_version,
            receipt.recorded_at.micros(),
            receipt.reply.as_ref(),
        ])?;
        Ok(())
    }

    fn ends(&mut self) -> rusqlite::Result<()> {
        for End { number, position } in self.streams.values() {
            self.add_end.execute(params![number, position])?;
        }
        Ok(())
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn remove(path: &Path) -> Result<(), ArchiveError> {
    remove_one(path)?;
    for beside in BESIDE {
        remove_one(&with_ending(path, beside))?;
    }
    Ok(())
}

fn remove_one(path: &Path) -> Result<(), ArchiveError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error.into()),
        Ok(()) | Err(_) => Ok(()),
    }
}
