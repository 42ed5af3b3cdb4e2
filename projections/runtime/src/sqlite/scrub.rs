//! Leaving no byte of what was erased in the file: SQLite keeps deleted rows in free pages, in free parts of pages and in its log
//! until something else is written there.

use std::thread;
use std::time::Duration;

use rusqlite::{Connection, Transaction};

use crate::StoreError;

/// How often the log is tried to be emptied while somebody reads from it, and the pause in between.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

/// Puts on record, with what is erased, that the file is to be scrubbed.
pub(super) fn owe(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.execute("INSERT INTO scrubs_owed SELECT 'now' WHERE NOT EXISTS (SELECT 1 FROM scrubs_owed)", [])?;
    Ok(())
}

/// Scrubs the file, if somebody owed it and did not come to it.
pub(super) fn scrub_if_owed(connection: &Connection) -> Result<(), StoreError> {
    let owed: bool =
        connection.query_row("SELECT EXISTS (SELECT 1 FROM scrubs_owed)", [], |row| row.get(0))?;
    if owed { scrub(connection) } else { Ok(()) }
}

/// Writes the file anew without its free parts, and empties its log. Takes as long as it takes to read the file.
pub(super) fn scrub(connection: &Connection) -> Result<(), StoreError> {
    connection.flush_prepared_statement_cache();
    connection.execute_batch("VACUUM")?;
    for _ in 0..ATTEMPTS {
        let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if !busy {
            connection.execute_batch("DELETE FROM scrubs_owed")?;
            return Ok(());
        }
        thread::sleep(PAUSE);
    }
    tracing::warn!(
        "somebody reads views for long: what was erased is still in the log of the file, until the next start"
    );
    Ok(())
}
