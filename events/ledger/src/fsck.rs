//! Checking a whole ledger: reads everything again and says where the first wrong thing is.

use std::collections::HashMap;
use std::path::Path;

use concord_kernel::{StreamKind, StreamRef};
use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

use crate::leaf::{Leaf, NO_LEAF, digest};
use crate::merkle::{Frontier, Hash};
use crate::sqlite::epochs;
use crate::sqlite::schema::{SCHEMA, instant, open_reader, user_version};

/// Page cache of the checking connection.
const CACHE_KIB: u32 = 16 * 1024;
/// Positions between two reports of progress.
const PROGRESS_STEP: u64 = 10_000;
/// The most of SQLite's own findings that are waited for; one is enough to fail.
const FINDINGS: u32 = 1;

/// What a sound ledger holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which ledger, as `tenant/kind`.
    pub ledger: String,
    /// Its epoch.
    pub epoch: Uuid,
    /// Its last position.
    pub position: u64,
    /// How many streams it has.
    pub streams: u64,
    /// How many commands took effect.
    pub receipts: u64,
    /// The root over all leaves.
    pub root: Hash,
}

/// What is wrong with an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// There is no entry at the position, although there are later ones or the head says so.
    #[error("the entry is missing")]
    Missing,
    /// The head ends before the entry.
    #[error("the entry is after the head")]
    AfterHead,
    /// A column cannot be read.
    #[error("the entry is unreadable")]
    Unreadable,
    /// The version does not follow the stream's previous one.
    #[error("the version does not follow the stream's previous one")]
    Version,
    /// It does not name its stream's previous entry.
    #[error("the entry does not name its stream's previous one")]
    Previous,
    /// The time is not after the previous entry's.
    #[error("the time is not after the previous entry's")]
    Time,
    /// The entry, or its stream's past, is not what was hashed.
    #[error("the entry or its stream's past is not what was hashed")]
    Leaf,
    /// No receipt, or more than one, or a contradicting one belongs to the entry.
    #[error("the entry's receipt is missing or contradicts it")]
    Receipt,
    /// The table of streams' ends does not lead to the entry, or leads to it for a stream that it is not of.
    #[error("the stored end of a stream contradicts the entry")]
    End,
}

/// Why a ledger is not sound, or could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum FsckError {
    /// An entry is wrong; all before it are right.
    #[error("position {position}: {fault}")]
    Entry {
        /// The first wrong position.
        position: u64,
        /// What is wrong.
        fault: Fault,
    },
    /// The head's root is not the root over the entries, which by themselves are right.
    #[error("the head's root is not the root over the entries")]
    Root,
    /// The file has no tables.
    #[error("the file holds no ledger")]
    NoLedger,
    /// A newer Concord wrote the file.
    #[error("the file has schema {found}, this program knows up to {known}")]
    NewerSchema {
        /// What the file has.
        found: u32,
        /// The most this program knows.
        known: u32,
    },
    /// An older Concord wrote the file.
    #[error(
        "the file has schema {found}, this program checks {known}; opening the ledger to write brings it there"
    )]
    OlderSchema {
        /// What the file has.
        found: u32,
        /// What this program checks.
        known: u32,
    },
    /// SQLite finds its own structure broken.
    #[error("SQLite's integrity check failed")]
    Structure,
    /// The epochs are not those of the head: the present one is not the last of them, or began after the end.
    #[error("the epochs contradict the head")]
    Epochs,
    /// The store cannot be read.
    #[error("the store cannot be read")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn store(error: rusqlite::Error) -> FsckError {
    FsckError::Store(Box::new(error))
}

/// Checks the ledger in the file at `path`: positions, versions, links, times, hashes, the root, receipts, the
/// stored ends of streams, and SQLite's own structure. Calls `progress` with positions done and to do. The ledger may
/// be in use.
///
/// # Errors
///
/// The first thing that is wrong, in the order above; see [`FsckError`].
pub fn fsck(path: &Path, progress: &mut dyn FnMut(u64, u64)) -> Result<Report, FsckError> {
    let connection = open_reader(path, CACHE_KIB).map_err(store)?;
    let found = user_version(&connection).map_err(store)?;
    if found == 0 {
        return Err(FsckError::NoLedger);
    }
    if found > SCHEMA {
        return Err(FsckError::NewerSchema { found, known: SCHEMA });
    }
    if found < SCHEMA {
        return Err(FsckError::OlderSchema { found, known: SCHEMA });
    }
    // One transaction, so that a ledger in use stands still for the check.
    connection.execute_batch("BEGIN").map_err(store)?;
    let head = head(&connection).map_err(store)?;
    let (frontier, streams) = entries(&connection, &head, progress)?;
    let count = u64::try_from(streams.len()).unwrap_or(u64::MAX);
    if frontier.to_bytes() != head.frontier {
        return Err(FsckError::Root);
    }
    let known = epochs::all(&connection).map_err(store)?.ok_or(FsckError::Epochs)?;
    if known.now().id != head.epoch || known.now().after > head.position {
        return Err(FsckError::Epochs);
    }
    receipts(&connection, head.position)?;
    ends(&connection, &head, streams)?;
    structure(&connection)?;
    let receipts = connection.query_row("SELECT count(*) FROM receipts", [], |row| row.get(0));
    Ok(Report {
        receipts: receipts.map_err(store)?,
        ledger: head.ledger,
        epoch: head.epoch,
        position: head.position,
        streams: count,
        root: frontier.root(),
    })
}

struct HeadRow {
    ledger: String,
    epoch: Uuid,
    position: u64,
    frontier: Vec<u8>,
    ends_through: u64,
}

fn head(connection: &Connection) -> rusqlite::Result<HeadRow> {
    connection.query_row("SELECT ledger, epoch, position, frontier, ends_through FROM head", [], |row| {
        Ok(HeadRow {
            ledger: row.get(0)?,
            epoch: Uuid::from_bytes(row.get(1)?),
            position: row.get(2)?,
            frontier: row.get(3)?,
            ends_through: row.get(4)?,
        })
    })
}

/// What is known of a stream.
#[derive(Clone, Copy)]
struct Known {
    version: u64,
    leaf: Hash,
    /// Its last entry.
    position: u64,
    /// Its last entry up to where the stored ends are complete; 0 when there is none.
    settled: u64,
}

const UNKNOWN: Known = Known { version: 0, leaf: NO_LEAF, position: 0, settled: 0 };

/// What is known of the entries before the one that is looked at.
struct Walk<'a> {
    ledger: &'a str,
    ends_through: u64,
    /// By the number of the stream.
    streams: HashMap<i64, Known>,
    frontier: Frontier,
    last: Option<i64>,
    scratch: Vec<u8>,
}

fn entries(
    connection: &Connection,
    head: &HeadRow,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<(Frontier, HashMap<i64, Known>), FsckError> {
    let mut statement = connection
        .prepare(
            "SELECT entries.position, streams.kind, streams.id, entries.version, entries.event_type,
                entries.event_version, entries.recorded_at, entries.leaf_hash, entries.metadata, entries.payload,
                entries.stream, entries.previous
            FROM entries LEFT JOIN streams ON streams.number = entries.stream ORDER BY entries.position",
        )
        .map_err(store)?;
    let mut rows = statement.query([]).map_err(store)?;
    let mut walk = Walk {
        ledger: &head.ledger,
        ends_through: head.ends_through,
        streams: HashMap::new(),
        frontier: Frontier::default(),
        last: None,
        scratch: Vec::new(),
    };
    loop {
        let position = walk.frontier.size() + 1;
        let fault = match rows.next() {
            Ok(Some(_)) if position > head.position => Some(Fault::AfterHead),
            Ok(Some(row)) => walk.step(row).unwrap_or(Some(Fault::Unreadable)),
            Ok(None) if position > head.position => break,
            Ok(None) => Some(Fault::Missing),
            Err(_) => Some(Fault::Unreadable),
        };
        if let Some(fault) = fault {
            return Err(FsckError::Entry { position, fault });
        }
        if position.is_multiple_of(PROGRESS_STEP) {
            progress(position, head.position);
        }
    }
    progress(head.position, head.position);
    Ok((walk.frontier, walk.streams))
}

impl Walk<'_> {
    fn step(&mut self, row: &Row<'_>) -> rusqlite::Result<Option<Fault>> {
        let position = self.frontier.size() + 1;
        if row.get::<_, u64>(0)? != position {
            return Ok(Some(Fault::Missing));
        }
        let kind: String = row.get(1)?;
        let Ok(kind) = kind.parse::<StreamKind>() else { return Ok(Some(Fault::Unreadable)) };
        let stream = StreamRef { kind, id: Uuid::from_bytes(row.get(2)?) };
        let number: i64 = row.get(10)?;
        let known = self.streams.get(&number).copied().unwrap_or(UNKNOWN);
        let version = known.version + 1;
        if row.get::<_, u64>(3)? != version {
            return Ok(Some(Fault::Version));
        }
        if row.get::<_, u64>(11)? != known.position {
            return Ok(Some(Fault::Previous));
        }
        let recorded_at = instant(row, 6)?;
        if self.last.is_some_and(|last| last >= recorded_at.micros()) {
            return Ok(Some(Fault::Time));
        }
        let event_type: String = row.get(4)?;
        let leaf = Leaf {
            ledger: self.ledger,
            position,
            stream,
            version,
            event_type: &event_type,
            event_version: row.get(5)?,
            recorded_at,
            metadata: digest(row.get_ref(8)?.as_blob()?),
            payload: digest(row.get_ref(9)?.as_blob()?),
            previous: known.leaf,
        };
        let hash = leaf.hash(&mut self.scratch);
        if row.get::<_, Hash>(7)? != hash {
            return Ok(Some(Fault::Leaf));
        }
        let settled = if position <= self.ends_through { position } else { known.settled };
        self.streams.insert(number, Known { version, leaf: hash, position, settled });
        self.last = Some(recorded_at.micros());
        self.frontier.push(hash);
        Ok(None)
    }
}

/// Every entry belongs to exactly one receipt: ordered by where they end, each begins where the one before ended.
fn receipts(connection: &Connection, position: u64) -> Result<(), FsckError> {
    let mut statement = connection
        .prepare(
            "SELECT receipts.position, receipts.count, receipts.stream_version IS entries.version
                AND receipts.recorded_at IS entries.recorded_at
            FROM receipts LEFT JOIN entries ON entries.position = receipts.position
            WHERE receipts.count > 0 ORDER BY receipts.position",
        )
        .map_err(store)?;
    let mut rows = statement.query([]).map_err(store)?;
    let mut covered = 0_u64;
    while let Some(row) = rows.next().map_err(store)? {
        let (end, count, agrees): (u64, u64, bool) =
            (|| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))().map_err(store)?;
        if covered.checked_add(count) != Some(end) || !agrees {
            return Err(FsckError::Entry { position: covered + 1, fault: Fault::Receipt });
        }
        covered = end;
    }
    if covered == position {
        Ok(())
    } else {
        Err(FsckError::Entry { position: covered + 1, fault: Fault::Receipt })
    }
}

/// Every stream's stored end is an entry of the stream, and none up to where the ends are complete comes after it.
fn ends(connection: &Connection, head: &HeadRow, mut streams: HashMap<i64, Known>) -> Result<(), FsckError> {
    let mut wrong = (head.ends_through > head.position).then_some(head.position + 1);
    let mut found_wrong = |position: u64| wrong = Some(wrong.map_or(position, |first| first.min(position)));
    let mut of_stream = connection
        .prepare("SELECT count(*) FROM entries WHERE position = ? AND stream = ?")
        .map_err(store)?;
    let mut statement = connection.prepare("SELECT stream, position FROM ends").map_err(store)?;
    let mut rows = statement.query([]).map_err(store)?;
    while let Some(row) = rows.next().map_err(store)? {
        let (number, position): (i64, i64) = (|| Ok((row.get(0)?, row.get(1)?)))().map_err(store)?;
        let own: bool = of_stream.query_row((position, number), |row| row.get(0)).map_err(store)?;
        let position = u64::try_from(position).unwrap_or(0);
        match streams.remove(&number) {
            // A row without a stream is wrong where it leads, or beyond all entries.
            None => found_wrong(position.clamp(1, head.position + 1)),
            Some(known) if !own || position < known.settled => {
                found_wrong(if known.settled == 0 { known.position } else { known.settled });
            }
            Some(_) => {}
        }
    }
    // What is left has no row.
    streams.values().filter(|known| known.settled > 0).for_each(|known| found_wrong(known.settled));
    match wrong {
        None => Ok(()),
        Some(position) => Err(FsckError::Entry { position, fault: Fault::End }),
    }
}

fn structure(connection: &Connection) -> Result<(), FsckError> {
    let finding: Option<String> = connection
        .query_row(&format!("PRAGMA integrity_check({FINDINGS})"), [], |row| row.get(0))
        .optional()
        .map_err(store)?;
    if finding.as_deref() == Some("ok") { Ok(()) } else { Err(FsckError::Structure) }
}
