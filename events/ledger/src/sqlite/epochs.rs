//! The epochs of the file.

use std::path::Path;

use concord_kernel::{Clock, IdSource, LedgerId, Token};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use uuid::Uuid;

use super::failure::opening;
use super::options::SqliteOptions;
use super::schema::{instant, open_writer, tip};
use crate::epoch::Kept;
use crate::merkle::Hash;
use crate::meter::CheckpointMeter;
use crate::{Begun, Epoch, Epochs, OpenError, Seen};

const ALL: &str = "SELECT epoch, after, began_at FROM epochs ORDER BY number";
pub(super) const ADD: &str = "INSERT INTO epochs (number, epoch, after, began_at)
    SELECT coalesce(max(number), 0) + 1, ?, ?, ? FROM epochs";
const LEAF: &str = "SELECT leaf_hash FROM entries WHERE position = ?";

/// All epochs; `None` when they cannot be those of one ledger.
pub(crate) fn all(connection: &Connection) -> rusqlite::Result<Option<Epochs>> {
    let mut statement = connection.prepare(ALL)?;
    let epochs = statement.query_map([], |row| {
        Ok(Epoch { id: Uuid::from_bytes(row.get(0)?), after: row.get(1)?, began_at: instant(row, 2)? })
    })?;
    Ok(Epochs::of(epochs.collect::<Result<_, _>>()?))
}

/// Adds an epoch after the others.
pub(super) fn add(connection: &Connection, epoch: &Epoch) -> rusqlite::Result<()> {
    let Epoch { id, after, began_at } = epoch;
    connection.execute(ADD, params![id.as_bytes().as_slice(), after, began_at.micros()])?;
    Ok(())
}

/// Insists that what somebody remembers of the ledger is still there.
pub(super) fn insist(connection: &Connection, seen: &Seen) -> Result<(), OpenError> {
    const UNREADABLE: OpenError = OpenError::Corrupt("the epochs are unreadable");
    let epochs = all(connection).map_err(|_| UNREADABLE)?.ok_or(UNREADABLE)?;
    let head = tip(connection).map_err(|_| OpenError::Corrupt("the head row is unreadable"))?.position();
    let position = seen.token.position;
    let leaf: Option<Hash> =
        connection.query_row(LEAF, [position], |row| row.get(0)).optional().map_err(opening)?;
    match seen.kept(&epochs, head, leaf) {
        Kept::Yes => Ok(()),
        Kept::No => Err(OpenError::WentBack { served: position, found: head }),
    }
}

/// Begins an epoch where the history in the file at `path` ends: somebody has seen that it went back, and means it. The
/// ledger must not be in use; take its [`crate::DataFolder`] first.
///
/// # Errors
///
/// See [`OpenError`].
pub fn begin_epoch_in_file(
    path: &Path,
    id: &LedgerId,
    clock: &dyn Clock,
    ids: &dyn IdSource,
) -> Result<Begun, OpenError> {
    let mut connection = open_writer(path, id, clock, ids, &SqliteOptions::default())?;
    let meter = CheckpointMeter::new(id);
    super::checkpoint::settle(&connection, &meter)?;
    let transaction =
        connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(opening)?;
    let tip = tip(&transaction).map_err(|_| OpenError::Corrupt("the head row is unreadable"))?;
    let next = Epoch { id: ids.next(), after: tip.position(), began_at: clock.now() };
    add(&transaction, &next).map_err(opening)?;
    transaction.execute("UPDATE head SET epoch = ?", [next.id.as_bytes().as_slice()]).map_err(opening)?;
    transaction.commit().map_err(opening)?;
    super::checkpoint::settle(&connection, &meter)?;
    let position = next.after;
    Ok(Begun { was: Token { epoch: tip.epoch, position }, now: Token { epoch: next.id, position } })
}
