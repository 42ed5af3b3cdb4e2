//! The head row.

use tokio_postgres::Row;
use uuid::Uuid;

use super::failure::Failure;
use super::stamp::Stamp;
use crate::merkle::Frontier;
use crate::tip::Tip;

pub(super) const FIND: &str = "SELECT epoch, position, recorded_at, frontier FROM heads WHERE ledger = $1";

/// Reads a row of [`FIND`].
pub(super) fn read(row: &Row) -> Result<Tip, Failure> {
    let (epoch, position, recorded_at): (Uuid, i64, Stamp) =
        (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
    let frontier = u64::try_from(position).ok().zip(row.try_get::<_, &[u8]>(3).ok());
    let frontier = frontier.and_then(|(position, bytes)| Frontier::from_bytes(position, bytes));
    let frontier = frontier.ok_or(Failure::Corrupt("the head's frontier is not of its position"))?;
    Ok(Tip { epoch, recorded_at: recorded_at.0, frontier })
}
