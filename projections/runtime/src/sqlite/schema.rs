//! Tables of the views' file.

use rusqlite::Connection;

use crate::store::Layout;
use crate::{Instance, StoreError, ViewId};

/// The schema that this program writes.
pub(super) const SCHEMA: u32 = 2;

/// A few rows: a page is written whole when one of its rows changes.
const PAGE_BYTES: u32 = 4_096;
/// Pages in the WAL before SQLite moves them into the file: 128 MiB. While much is folded, most pages change with
/// every batch; the later they are moved, the fewer times.
const WAL_PAGES: u32 = 32_768;
/// Page cache of the writing connection, KiB.
const WRITER_CACHE_KIB: u32 = 12_288;
/// Page cache of each reading connection, KiB.
const READER_CACHE_KIB: u32 = 2_048;
/// How long a statement waits for another process's lock, ms.
const BUSY_MS: u32 = 5_000;
/// Statements kept prepared by a connection.
const PREPARED: usize = 256;

const CHECKPOINTS: &str = "
    CREATE TABLE IF NOT EXISTS checkpoints (
        view TEXT NOT NULL,
        version INTEGER NOT NULL,
        generation INTEGER NOT NULL,
        stage TEXT NOT NULL CHECK (stage IN ('building', 'active', 'retired', 'dropped')),
        epoch BLOB NOT NULL,
        position INTEGER NOT NULL,
        PRIMARY KEY (view, version, generation)
    )";
/// One row while the file may still hold bytes of rows that were erased.
const OWED: &str = "CREATE TABLE IF NOT EXISTS scrubs_owed (since TEXT NOT NULL)";

pub(super) fn open_writer(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(&format!(
        "PRAGMA page_size={PAGE_BYTES}; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;
         PRAGMA busy_timeout={BUSY_MS}; PRAGMA cache_size=-{WRITER_CACHE_KIB};
         PRAGMA wal_autocheckpoint={WAL_PAGES}; PRAGMA temp_store=MEMORY;"
    ))?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > SCHEMA {
        return Err(StoreError::NewerSchema { found, known: SCHEMA });
    }
    connection.execute_batch(CHECKPOINTS)?;
    connection.execute_batch(OWED)?;
    connection.pragma_update(None, "user_version", SCHEMA)?;
    Ok(())
}

pub(super) fn open_reader(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(&format!(
        "PRAGMA query_only=ON; PRAGMA busy_timeout={BUSY_MS}; PRAGMA cache_size=-{READER_CACHE_KIB};"
    ))?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(())
}

/// Positions in one segment, as a power of two. Entries of histories lie segment by segment: new ones, whose keys are
/// all over, are written in one small part of the table only, and a history is read from few places.
const SEGMENT_BITS: u32 = 15;

/// Where an entry of a history lies.
pub(super) fn segment_of(position: u64) -> i64 {
    i64::try_from(position >> SEGMENT_BITS).unwrap_or(i64::MAX)
}

/// The tables of one build. Names are made of the view's own name, which is checked, and of numbers.
pub(super) struct Tables {
    pub(super) rows: String,
    pub(super) list: String,
}

impl Tables {
    pub(super) fn of(instance: Instance) -> Self {
        let Instance { view: ViewId { name, version }, generation } = instance;
        Self::named(name, version, generation)
    }

    pub(super) fn named(name: &str, version: u32, generation: u32) -> Self {
        let plain = |b: &u8| b.is_ascii_lowercase() || *b == b'_';
        assert!(name.as_bytes().iter().all(plain), "views are named with a-z and _");
        Self {
            rows: format!("rows_{name}_v{version}_{generation}"),
            list: format!("list_{name}_v{version}_{generation}"),
        }
    }

    pub(super) fn create(&self, connection: &Connection, layout: Layout) -> rusqlite::Result<()> {
        let Self { rows, list } = self;
        let table = match layout {
            // Rows are long: a tree whose inner pages held them would be deep. So the keys have a tree of their own.
            Layout::Kept => "(key BLOB NOT NULL PRIMARY KEY, doc BLOB NOT NULL)",
            Layout::Added => {
                "(segment INTEGER NOT NULL, key BLOB NOT NULL, doc BLOB NOT NULL,
                 PRIMARY KEY (segment, key)) WITHOUT ROWID"
            }
        };
        connection.execute_batch(&format!(
            "CREATE TABLE {rows} {table};
             CREATE TABLE {list} (list BLOB NOT NULL, sort BLOB NOT NULL, key BLOB NOT NULL, item BLOB NOT NULL,
                 PRIMARY KEY (list, sort, key, item)) WITHOUT ROWID;"
        ))
    }

    pub(super) fn drop(&self, connection: &Connection) -> rusqlite::Result<()> {
        let Self { rows, list } = self;
        connection.execute_batch(&format!("DROP TABLE IF EXISTS {rows}; DROP TABLE IF EXISTS {list};"))
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unavailable(Box::new(error))
    }
}
