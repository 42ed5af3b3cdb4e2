//! Making the tables, and the row of a ledger. Steps go forward only, and each leaves alone what programs of the version before
//! rely on: they may be at work meanwhile, and go on afterwards.

use concord_kernel::{Instant, LedgerId};
use concord_postgres::Link;
use tokio_postgres::Client;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::failure::opening;
use super::stamp::Stamp;
use super::tip;
use crate::OpenError;
use crate::tip::Tip;

/// Each step brings the schema to the next version. A step that was released is never changed.
const STEPS: [&str; 4] = [
    include_str!("schema_1.sql"),
    include_str!("schema_2.sql"),
    include_str!("schema_3.sql"),
    include_str!("schema_4.sql"),
];

/// A step gives up rather than keep appends waiting behind it; a process that stops in the middle loses its session.
const BEGIN: &str =
    "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = '60s'";
/// Whoever changes the schema holds this lock: several processes may start at once.
const LOCK: &str = "SELECT pg_advisory_xact_lock(8243551905771)";
const PATIENCE: &str = "SET LOCAL lock_timeout = '5s'";
const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS schema_versions (
    version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp())";
const HAS_VERSIONS: &str = "SELECT to_regclass('schema_versions') IS NOT NULL";
const NEWEST: &str = "SELECT coalesce(max(version), 0) FROM schema_versions";
const APPLIED: &str = "INSERT INTO schema_versions (version) VALUES ($1)";
/// Whether the role may make tables, and change those that there are; and what it is called.
const MAY_CHANGE: &str = "SELECT coalesce(has_schema_privilege(current_schema(), 'CREATE'), false)
        AND coalesce((SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass('heads')), true),
    current_user::text";
const BEGIN_LEDGER: &str = "SELECT begin_ledger($1, $2, $3)";

/// From which version to which the tables were brought; the same when there was nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// What was there; 0 for no tables.
    pub from: u32,
    /// What is there now.
    pub to: u32,
}

/// Brings the schema to the version of this program, unless it is there.
pub(super) async fn migrate(link: &Link) -> Result<Migrated, OpenError> {
    let client = link.client();
    // Looked at first without a lock, so that a role that may not create anything can start the service.
    let have = version(client).await?;
    if have < known() {
        let row = client.query_typed_one(MAY_CHANGE, &[]).await.map_err(opening)?;
        if !row.try_get::<_, bool>(0).map_err(opening)? {
            let role: String = row.try_get(1).map_err(opening)?;
            return Err(OpenError::OlderSchema {
                found: have.unsigned_abs(),
                needed: known().unsigned_abs(),
                role,
            });
        }
        client.batch_execute(BEGIN).await.map_err(opening)?;
        let changed = change(client).await;
        client.batch_execute(if changed.is_ok() { "COMMIT" } else { "ROLLBACK" }).await.map_err(opening)?;
        changed?;
    }
    Ok(Migrated { from: have.unsigned_abs(), to: known().unsigned_abs() })
}

/// Begins the ledger's history in a new epoch, unless it has begun. Gives where it ends.
pub(super) async fn begin(link: &Link, id: &LedgerId, at: Instant, epoch: Uuid) -> Result<Tip, OpenError> {
    let (client, ledger) = (link.client(), id.to_string());
    let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), Type); 3] =
        [(&ledger, Type::TEXT), (&epoch, Type::UUID), (&Stamp(at), Type::TIMESTAMPTZ)];
    client.query_typed_one(BEGIN_LEDGER, &parameters).await.map_err(opening)?;
    let row = client.query_typed_one(tip::FIND, &[(&ledger, Type::TEXT)]).await.map_err(opening)?;
    tip::read(&row).map_err(|_| OpenError::Corrupt("the head row is unreadable"))
}

async fn change(client: &Client) -> Result<(), OpenError> {
    client.query_typed(LOCK, &[]).await.map_err(opening)?;
    client.batch_execute(PATIENCE).await.map_err(opening)?;
    client.batch_execute(VERSIONS).await.map_err(opening)?;
    // Another process may have been faster.
    let have = version(client).await?;
    for (step, version) in STEPS.iter().zip(1_i32..).filter(|(_, version)| *version > have) {
        client.batch_execute(step).await.map_err(opening)?;
        client.execute_typed(APPLIED, &[(&version, Type::INT4)]).await.map_err(opening)?;
    }
    Ok(())
}

async fn version(client: &Client) -> Result<i32, OpenError> {
    let there: bool =
        client.query_typed_one(HAS_VERSIONS, &[]).await.and_then(|row| row.try_get(0)).map_err(opening)?;
    if !there {
        return Ok(0);
    }
    let version: i32 =
        client.query_typed_one(NEWEST, &[]).await.and_then(|row| row.try_get(0)).map_err(opening)?;
    match u32::try_from(version) {
        Ok(found) if version > known() => {
            Err(OpenError::NewerSchema { found, known: known().unsigned_abs() })
        }
        Ok(_) => Ok(version),
        Err(_) => Err(OpenError::Corrupt("the schema's version is no version")),
    }
}

fn known() -> i32 {
    i32::try_from(STEPS.len()).expect("there are few steps")
}
