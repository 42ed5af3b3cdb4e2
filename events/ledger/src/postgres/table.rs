//! The statements of the writer. None has a name, so that PgBouncer may stand between.

use std::time::Duration;

use concord_kernel::{CommandId, StreamKind, StreamRef, Token};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::batch::{End, Map, Plan, UNBEGUN, signed};
use super::failure::Failure;
use super::stamp::Stamp;
use super::tip;
use crate::Receipt;
use crate::merkle::Hash;
use crate::tip::Tip;

pub(super) const LOCK: &str = "SELECT epoch, position, recorded_at, frontier FROM lock_head($1)";
const TAKE_HEAD: &str = "SELECT epoch, position, recorded_at, frontier, types, ids, sequences, leaves
    FROM take_head($1, $2, $3)";
pub(super) const RECEIPTS: &str =
    "SELECT command_id, request_hash, position, count, stream_version, recorded_at, reply
    FROM receipts WHERE ledger = $1 AND command_id = ANY($2)";
const ENDS: &str = "SELECT named.n, last.sequence, last.leaf_hash
    FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS named (kind, id, n)
    CROSS JOIN LATERAL (
        SELECT sequence, leaf_hash FROM events
        WHERE aggregate_type = named.kind AND aggregate_id = named.id AND ledger = $1
        ORDER BY aggregate_type DESC, aggregate_id DESC, sequence DESC LIMIT 1
    ) AS last";
const APPEND: &str = "SELECT append_batch($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
    $15, $16, $17, $18, $19, $20, $21, $22)";

/// Sessions of the same role that hold a head row and have for so long sent nothing more of what they had begun.
const END_ABANDONED: &str = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND usename = current_user AND pid <> pg_backend_pid()
        AND wait_event = 'ClientRead' AND state IN ('active', 'idle in transaction', 'idle in transaction (aborted)')
        AND state_change < clock_timestamp() - $1 * interval '1 millisecond'
        AND pid IN (SELECT pid FROM pg_locks WHERE relation = to_regclass('heads') AND granted
            AND mode IN ('RowShareLock', 'RowExclusiveLock'))";

type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// Where `streams` end; also of those that have no event yet.
pub(super) async fn ends(
    client: &Client,
    ledger: &str,
    streams: &[StreamRef],
) -> Result<Map<StreamRef, End>, Failure> {
    if streams.is_empty() {
        return Ok(Map::default());
    }
    let kinds: Vec<&str> = streams.iter().map(|stream| stream.kind.as_str()).collect();
    let ids: Vec<String> = streams.iter().map(|stream| stream.id.to_string()).collect();
    let parameters: [Parameter<'_>; 3] =
        [(&ledger, Type::TEXT), (&kinds, Type::TEXT_ARRAY), (&ids, Type::TEXT_ARRAY)];
    let rows = client.query_typed(ENDS, &parameters).await?;
    let mut ends: Map<_, _> = streams.iter().map(|stream| (*stream, UNBEGUN)).collect();
    for row in rows {
        let index = usize::try_from(row.try_get::<_, i64>(0)?).ok().and_then(|n| n.checked_sub(1));
        let stream = index.and_then(|index| streams.get(index));
        let stream = stream.ok_or(Failure::Corrupt("an answer about a stream that nobody asked for"))?;
        ends.insert(*stream, end(&row, 1)?);
    }
    Ok(ends)
}

/// Locks the head row until the transaction ends. Gives where the history ends, and the streams that have moved after
/// `position`, each with where it went, in order; at most `limit` events.
pub(super) async fn take_head(
    client: &Client,
    ledger: &str,
    position: u64,
    limit: usize,
) -> Result<(Tip, Vec<(StreamRef, End)>), Failure> {
    let (after, limit) = (signed(position), i64::try_from(limit).unwrap_or(i64::MAX));
    let parameters: [Parameter<'_>; 3] = [(&ledger, Type::TEXT), (&after, Type::INT8), (&limit, Type::INT8)];
    let row = client.query_typed_one(TAKE_HEAD, &parameters).await?;
    let (kinds, ids): (Vec<&str>, Vec<&str>) = (row.try_get(4)?, row.try_get(5)?);
    let (sequences, leaves): (Vec<i64>, Vec<&[u8]>) = (row.try_get(6)?, row.try_get(7)?);
    let mut moved = Vec::with_capacity(kinds.len());
    for (((kind, id), sequence), leaf) in kinds.into_iter().zip(ids).zip(sequences).zip(leaves) {
        let end = End { version: u64::try_from(sequence).map_err(|_| NEGATIVE)?, leaf: sized(leaf)? };
        moved.push((stream_of(kind, id)?, end));
    }
    Ok((tip::read(&row)?, moved))
}

/// Ends the sessions that hold a head row and have not gone on for `pause`; gives how many.
pub(super) async fn end_abandoned(client: &Client, pause: Duration) -> Result<usize, Failure> {
    let pause = pause.as_secs_f64() * 1_000.0;
    Ok(client.query_typed(END_ABANDONED, &[(&pause, Type::FLOAT8)]).await?.len())
}

/// What commands were answered before, with the hash of their request.
pub(super) async fn receipts(client: &Client, ledger: &str, commands: &[Uuid]) -> Result<Vec<Row>, Failure> {
    if commands.is_empty() {
        return Ok(Vec::new());
    }
    let parameters: [Parameter<'_>; 2] = [(&ledger, Type::TEXT), (&commands, Type::UUID_ARRAY)];
    Ok(client.query_typed(RECEIPTS, &parameters).await?)
}

/// Reads a row of [`RECEIPTS`].
pub(super) fn receipt(row: &Row, epoch: Uuid) -> Result<(CommandId, (Hash, Receipt)), Failure> {
    let receipt = Receipt {
        token: Token { epoch, position: count(row, 2)? },
        count: u32::try_from(row.try_get::<_, i32>(3)?).map_err(|_| NEGATIVE)?,
        stream_version: count(row, 4)?,
        recorded_at: row.try_get::<_, Stamp>(5)?.0,
        reply: bytes::Bytes::copy_from_slice(row.try_get(6)?),
    };
    Ok((CommandId::new(row.try_get(0)?), (hash(row, 1)?, receipt)))
}

/// Reads rows of [`RECEIPTS`].
pub(super) fn receipts_of(rows: &[Row], epoch: Uuid) -> Result<Map<CommandId, (Hash, Receipt)>, Failure> {
    rows.iter().map(|row| receipt(row, epoch)).collect()
}

/// Writes the rows of `plan`, which was decided on `on`; `false` when the history has gone on since, and nothing was
/// written.
pub(super) async fn append(
    client: &Client,
    ledger: &str,
    on: &Tip,
    plan: &Plan<'_>,
) -> Result<bool, Failure> {
    let (position, before) = (signed(on.position()), on.frontier.to_bytes());
    let frontier = plan.tip.frontier.to_bytes();
    let recorded_at = Stamp(plan.tip.recorded_at);
    let rows = &plan.rows;
    let parameters: [Parameter<'_>; 22] = [
        (&ledger, Type::TEXT),
        (&on.epoch, Type::UUID),
        (&position, Type::INT8),
        (&before, Type::BYTEA),
        (&recorded_at, Type::TIMESTAMPTZ),
        (&frontier, Type::BYTEA),
        (&rows.kinds, Type::TEXT_ARRAY),
        (&rows.ids, Type::TEXT_ARRAY),
        (&rows.sequences, Type::INT8_ARRAY),
        (&rows.event_types, Type::TEXT_ARRAY),
        (&rows.event_versions, Type::TEXT_ARRAY),
        (&rows.payloads, Type::TEXT_ARRAY),
        (&rows.metadatas, Type::TEXT_ARRAY),
        (&rows.times, Type::TIMESTAMPTZ_ARRAY),
        (&rows.leaves, Type::BYTEA_ARRAY),
        (&rows.commands, Type::UUID_ARRAY),
        (&rows.hashes, Type::BYTEA_ARRAY),
        (&rows.positions, Type::INT8_ARRAY),
        (&rows.counts, Type::INT4_ARRAY),
        (&rows.versions, Type::INT8_ARRAY),
        (&rows.answered, Type::TIMESTAMPTZ_ARRAY),
        (&rows.replies, Type::BYTEA_ARRAY),
    ];
    Ok(client.query_typed_one(APPEND, &parameters).await?.try_get(0)?)
}

const NEGATIVE: Failure = Failure::Corrupt("a count is below zero");

/// A stored count.
pub(super) fn count(row: &Row, column: usize) -> Result<u64, Failure> {
    u64::try_from(row.try_get::<_, i64>(column)?).map_err(|_| NEGATIVE)
}

/// A stored hash.
pub(super) fn hash(row: &Row, column: usize) -> Result<Hash, Failure> {
    sized(row.try_get(column)?)
}

fn sized(bytes: &[u8]) -> Result<Hash, Failure> {
    bytes.try_into().map_err(|_| Failure::Corrupt("a hash has another length than hashes have"))
}

/// A stream whose kind is in `column` and whose identifier is in the next.
pub(super) fn stream(row: &Row, column: usize) -> Result<StreamRef, Failure> {
    stream_of(row.try_get(column)?, row.try_get(column + 1)?)
}

fn stream_of(kind: &str, id: &str) -> Result<StreamRef, Failure> {
    let kind: StreamKind = kind.parse().map_err(|_| Failure::Corrupt("a stream has an unknown kind"))?;
    let id = Uuid::try_parse(id).map_err(|_| Failure::Corrupt("a stream's identifier is no UUID"))?;
    Ok(StreamRef { kind, id })
}

fn end(row: &Row, column: usize) -> Result<End, Failure> {
    Ok(End { version: count(row, column)?, leaf: hash(row, column + 1)? })
}
