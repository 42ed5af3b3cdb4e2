//! Reading, on a few connections that all questions share.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use concord_kernel::{CommandId, LedgerId, StreamRef};
use concord_postgres::{Parameter, Pool};
use tokio_postgres::Row;
use tokio_postgres::types::Type;

use super::batch::signed;
use super::failure::Failure;
use super::stamp::Stamp;
use super::text::Utf8;
use super::{epochs, table, tip};
use crate::merkle::Hash;
use crate::tip::Tip;
use crate::{AtRest, Entry, Epochs, Filter, Page, Receipt};

const STREAM: &str =
    "SELECT position, aggregate_type, aggregate_id, sequence, event_type, event_version, recorded_at,
        leaf_hash, metadata, payload
    FROM events
    WHERE aggregate_type = $2 AND aggregate_id = $3 AND ledger = $1 AND sequence > $4 AND sequence <= $5
    ORDER BY sequence";
const SPANS: &str =
    "SELECT position, aggregate_type, aggregate_id, sequence, event_type, event_version, recorded_at,
        leaf_hash, metadata, payload
    FROM unnest($2::bigint[], $3::bigint[]) AS span (after, through)
    CROSS JOIN LATERAL (
        SELECT * FROM events WHERE ledger = $1 AND position > span.after AND position <= span.through
        ORDER BY position
    ) AS written
    ORDER BY position";
/// Every position comes, so that a gap is seen; of an event that nobody wants, nothing but that.
const RANGE: &str = "SELECT position,
        CASE WHEN wanted THEN aggregate_type END, CASE WHEN wanted THEN aggregate_id END,
        CASE WHEN wanted THEN sequence END, CASE WHEN wanted THEN event_type END,
        CASE WHEN wanted THEN event_version END, CASE WHEN wanted THEN recorded_at END,
        CASE WHEN wanted THEN leaf_hash END, CASE WHEN wanted THEN metadata END,
        CASE WHEN wanted THEN payload END, wanted
    FROM (
        SELECT *, (cardinality($4::text[]) = 0 OR aggregate_type = ANY($4))
            AND (cardinality($5::text[]) = 0 OR event_type = ANY($5)) AS wanted
        FROM events WHERE ledger = $1 AND position > $2 AND position <= $3
    ) AS searched
    ORDER BY position";

/// The reading side of one ledger.
pub(super) struct Readers {
    pool: Arc<Pool>,
    ledger: String,
}

impl Readers {
    pub(super) fn new(pool: Arc<Pool>, id: &LedgerId) -> Self {
        Self { pool, ledger: id.to_string() }
    }

    pub(super) async fn tip(&self) -> Result<Tip, Failure> {
        let parameters: [Parameter<'_>; 1] = [(&self.ledger, Type::TEXT)];
        let rows = self.rows(tip::FIND, &parameters).await?;
        tip::read(rows.first().ok_or(Failure::Corrupt("the head row is gone"))?)
    }

    pub(super) async fn epochs(&self) -> Result<Epochs, Failure> {
        let parameters: [Parameter<'_>; 1] = [(&self.ledger, Type::TEXT)];
        epochs::read(&self.rows(epochs::ALL, &parameters).await?)
    }

    pub(super) async fn receipt(&self, command: CommandId) -> Result<Option<(Hash, Receipt)>, Failure> {
        let commands = [command.uuid()];
        let parameters: [Parameter<'_>; 2] =
            [(&self.ledger, Type::TEXT), (&commands.as_slice(), Type::UUID_ARRAY)];
        let rows = self.rows(table::RECEIPTS, &parameters).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        // A receipt is of the history that stands now: another one would not have it.
        let epoch = self.tip().await?.epoch;
        Ok(Some(table::receipt(row, epoch)?.1))
    }

    pub(super) async fn stream(
        &self,
        stream: StreamRef,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, Failure> {
        let (kind, id, first) = (stream.kind.as_str(), stream.id.to_string(), signed(after));
        let last = first.saturating_add(i64::try_from(limit).unwrap_or(i64::MAX));
        let parameters: [Parameter<'_>; 5] = [
            (&self.ledger, Type::TEXT),
            (&kind, Type::TEXT),
            (&id, Type::TEXT),
            (&first, Type::INT8),
            (&last, Type::INT8),
        ];
        let rows = self.rows(STREAM, &parameters).await?;
        rows.iter().map(entry).collect()
    }

    /// The events of some stretches, each after its start up to its end, in order.
    pub(super) async fn spans(&self, spans: &[Range<u64>]) -> Result<Vec<Entry>, Failure> {
        let afters: Vec<i64> = spans.iter().map(|span| signed(span.start)).collect();
        let throughs: Vec<i64> = spans.iter().map(|span| signed(span.end)).collect();
        let parameters: [Parameter<'_>; 3] =
            [(&self.ledger, Type::TEXT), (&afters, Type::INT8_ARRAY), (&throughs, Type::INT8_ARRAY)];
        let rows = self.rows(SPANS, &parameters).await?;
        rows.iter().map(entry).collect()
    }

    pub(super) async fn page(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, Failure> {
        let first = signed(after);
        let last = first.saturating_add(i64::try_from(limit).unwrap_or(i64::MAX));
        let kinds: Vec<&str> = filter.kinds.iter().map(|kind| kind.as_str()).collect();
        let parameters: [Parameter<'_>; 5] = [
            (&self.ledger, Type::TEXT),
            (&first, Type::INT8),
            (&last, Type::INT8),
            (&kinds, Type::TEXT_ARRAY),
            (&filter.event_types, Type::TEXT_ARRAY),
        ];
        let rows = self.rows(RANGE, &parameters).await?;
        let (mut entries, mut through) = (Vec::new(), after);
        for row in &rows {
            if table::count(row, 0)? != through + 1 {
                return Err(Failure::Corrupt("the ledger has a gap"));
            }
            through += 1;
            if row.try_get(10)? {
                entries.push(entry(row)?);
            }
        }
        Ok(Page { entries, through })
    }

    async fn rows(&self, statement: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Failure> {
        Ok(self.pool.query(statement, parameters).await?)
    }
}

/// An entry as it is stored: nothing is opened yet.
fn entry(row: &Row) -> Result<Entry, Failure> {
    let shape: &str = row.try_get(5)?;
    Ok(Entry {
        position: table::count(row, 0)?,
        stream: table::stream(row, 1)?,
        version: table::count(row, 3)?,
        event_type: row.try_get::<_, &str>(4)?.into(),
        event_version: shape.parse().map_err(|_| Failure::Corrupt("an event's version is no number"))?,
        recorded_at: row.try_get::<_, Stamp>(6)?.0,
        leaf_hash: table::hash(row, 7)?,
        metadata: Bytes::copy_from_slice(row.try_get::<_, Utf8<'_>>(8)?.0),
        payload: Bytes::copy_from_slice(row.try_get::<_, Utf8<'_>>(9)?.0),
        at_rest: AtRest::Clear,
    })
}
