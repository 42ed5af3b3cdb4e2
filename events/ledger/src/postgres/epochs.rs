//! The epochs of a ledger in the database.

use concord_kernel::{Clock, IdSource, Instant, LedgerId, Token};
use concord_postgres::{Link, Parameter};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::batch::signed;
use super::database::PostgresDatabase;
use super::failure::{Failure, opening};
use super::stamp::Stamp;
use super::{schema, table, tip};
use crate::epoch::Kept;
use crate::{ArchiveError, Begun, Epoch, Epochs, OpenError, Seen};

pub(super) const ALL: &str = "SELECT epoch, after, began_at FROM epochs WHERE ledger = $1 ORDER BY number";
const ADD: &str = "INSERT INTO epochs (ledger, number, epoch, after, began_at)
    SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4 FROM epochs WHERE ledger = $1";
const MOVE_HEAD: &str = "UPDATE heads SET epoch = $2 WHERE ledger = $1";
const LEAF: &str = "SELECT leaf_hash FROM events WHERE ledger = $1 AND position = $2";
const TABLES: &str = "SELECT to_regclass('heads') IS NOT NULL";
const HOLDS: &str = "SELECT count(*) > 0 FROM heads WHERE ledger = $1";

/// Reads rows of [`ALL`].
pub(super) fn read(rows: &[Row]) -> Result<Epochs, Failure> {
    let epoch = |row: &Row| -> Result<Epoch, Failure> {
        let Stamp(began_at) = row.try_get(2)?;
        Ok(Epoch { id: row.try_get(0)?, after: table::count(row, 1)?, began_at })
    };
    let epochs = rows.iter().map(epoch).collect::<Result<_, _>>()?;
    Epochs::of(epochs).ok_or(Failure::Corrupt("the epochs are not those of one ledger"))
}

/// Adds an epoch after the others.
pub(super) async fn add(client: &Client, ledger: &str, epoch: &Epoch) -> Result<(), tokio_postgres::Error> {
    let (after, began_at) = (signed(epoch.after), Stamp(epoch.began_at));
    let parameters: [Parameter<'_>; 4] = [
        (&ledger, Type::TEXT),
        (&epoch.id, Type::UUID),
        (&after, Type::INT8),
        (&began_at, Type::TIMESTAMPTZ),
    ];
    client.execute_typed(ADD, &parameters).await?;
    Ok(())
}

/// Has the head be of `epoch`.
pub(super) async fn move_head(
    client: &Client,
    ledger: &str,
    epoch: Uuid,
) -> Result<(), tokio_postgres::Error> {
    let parameters: [Parameter<'_>; 2] = [(&ledger, Type::TEXT), (&epoch, Type::UUID)];
    client.execute_typed(MOVE_HEAD, &parameters).await?;
    Ok(())
}

/// Insists that what somebody remembers of the ledger is still there, before it is begun or served.
pub(super) async fn insist(client: &Client, ledger: &str, seen: &Seen) -> Result<(), OpenError> {
    const UNREADABLE: OpenError = OpenError::Corrupt("the epochs are unreadable");
    let (served, position) = (seen.token.position, signed(seen.token.position));
    let parameters: [Parameter<'_>; 1] = [(&ledger, Type::TEXT)];
    let rows = client.query_typed(tip::FIND, &parameters).await.map_err(opening)?;
    let Some(row) = rows.first() else {
        let nothing = served == 0;
        return if nothing { Ok(()) } else { Err(OpenError::WentBack { served, found: 0 }) };
    };
    let head = tip::read(row).map_err(|_| OpenError::Corrupt("the head row is unreadable"))?.position();
    let rows = client.query_typed(ALL, &parameters).await.map_err(opening)?;
    let epochs = read(&rows).map_err(|_| UNREADABLE)?;
    let parameters: [Parameter<'_>; 2] = [(&ledger, Type::TEXT), (&position, Type::INT8)];
    let rows = client.query_typed(LEAF, &parameters).await.map_err(opening)?;
    let leaf = rows.first().and_then(|row| table::hash(row, 0).ok());
    match seen.kept(&epochs, head, leaf) {
        Kept::Yes => Ok(()),
        Kept::No => Err(OpenError::WentBack { served, found: head }),
    }
}

/// Whether the database holds the ledger. Makes nothing.
///
/// # Errors
///
/// [`OpenError::Store`] when the database cannot be asked.
pub async fn database_holds(database: impl Into<PostgresDatabase>, id: &LedgerId) -> Result<bool, OpenError> {
    let link = Link::connect(&database.into().server().reading()).await.map_err(opening)?;
    let client = link.client();
    let tables: bool =
        client.query_typed_one(TABLES, &[]).await.and_then(|row| row.try_get(0)).map_err(opening)?;
    if !tables {
        return Ok(false);
    }
    let ledger = id.to_string();
    let parameters: [Parameter<'_>; 1] = [(&ledger, Type::TEXT)];
    client.query_typed_one(HOLDS, &parameters).await.and_then(|row| row.try_get(0)).map_err(opening)
}

/// Begins an epoch where the history ends: somebody has seen that it went back, and means it. Processes that serve the
/// ledger stop when they hear of it.
///
/// # Errors
///
/// [`ArchiveError::NoLedger`] when it has not begun, others as the database gives them.
pub async fn begin_epoch_in_database(
    database: impl Into<PostgresDatabase>,
    id: &LedgerId,
    clock: &dyn Clock,
    ids: &dyn IdSource,
) -> Result<Begun, ArchiveError> {
    let (link, ledger) = (Link::connect(database.into().pool().server()).await?, id.to_string());
    schema::migrate(&link).await?;
    let client = link.client();
    // A transaction that ends with the connection when this fails.
    client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
    let parameters: [Parameter<'_>; 1] = [(&ledger, Type::TEXT)];
    let rows = client.query_typed(table::LOCK, &parameters).await?;
    let head = rows.first().ok_or(ArchiveError::NoLedger)?;
    let tip = tip::read(head).map_err(|_| OpenError::Corrupt("the head row is unreadable"))?;
    let now: Instant = clock.now();
    let next = Epoch { id: ids.next(), after: tip.position(), began_at: now };
    add(client, &ledger, &next).await?;
    move_head(client, &ledger, next.id).await?;
    client.batch_execute("COMMIT").await?;
    let position = next.after;
    Ok(Begun { was: Token { epoch: tip.epoch, position }, now: Token { epoch: next.id, position } })
}
