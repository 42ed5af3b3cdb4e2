//! Bringing a file of an older schema to the present one.

use rusqlite::{Connection, TransactionBehavior};

use super::schema::{SCHEMA_2, SCHEMA_3, user_version};

/// Schema 1 found a stream's events by an index over stream and version, of which nearly every event dirtied another
/// page. What refers to the tables goes first, because renaming them would rewrite it.
const MAKE_WAY: &str = "
    DROP VIEW events;
    DROP TRIGGER entries_keep;
    DROP TRIGGER entries_stay;
    DROP TRIGGER head_stays;
    ALTER TABLE head RENAME TO head_1;
    ALTER TABLE entries RENAME TO entries_1;";

/// The old index gives each event its stream's previous one, so that nothing need be sorted.
const FILL: &str = "
    INSERT INTO entries
        (position, stream, version, previous, event_type, event_version, recorded_at, leaf_hash, metadata, payload)
    SELECT
        position, stream, version,
        coalesce(
            (
                SELECT before.position FROM entries_1 AS before
                WHERE before.stream = entries_1.stream AND before.version = entries_1.version - 1
            ),
            0
        ),
        event_type, event_version, recorded_at, leaf_hash, metadata, payload
    FROM entries_1 ORDER BY position;
    INSERT INTO ends (stream, position)
    SELECT stream, max(position) FROM entries_1 GROUP BY stream;
    INSERT INTO head (id, ledger, epoch, position, recorded_at, frontier, ends_through)
    SELECT id, ledger, epoch, position, recorded_at, frontier, position FROM head_1;
    DROP TABLE entries_1;
    DROP TABLE head_1;";

/// From schema 1 to 2, in one transaction: all of it or nothing.
pub(super) fn from_1(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    if user_version(&transaction)? == 1 {
        tracing::info!("bringing the file from schema 1 to 2");
        transaction.execute_batch(MAKE_WAY)?;
        transaction.execute_batch(SCHEMA_2)?;
        transaction.execute_batch(FILL)?;
        transaction.pragma_update(None, "user_version", 2)?;
    }
    transaction.commit()
}

/// What was recorded before epochs were kept is one: of those before it nobody knows. When it began is not known either.
const FIRST_EPOCH: &str = "
    INSERT INTO epochs (number, epoch, after, began_at)
    SELECT 1, head.epoch, 0, coalesce((SELECT recorded_at FROM entries WHERE position = 1), head.recorded_at) FROM head";

/// From schema 2 to 3, in one transaction.
pub(super) fn from_2(connection: &mut Connection) -> rusqlite::Result<()> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    if user_version(&transaction)? == 2 {
        tracing::info!("bringing the file from schema 2 to 3");
        transaction.execute_batch(SCHEMA_3)?;
        transaction.execute_batch(FIRST_EPOCH)?;
        transaction.pragma_update(None, "user_version", 3)?;
    }
    transaction.commit()
}
