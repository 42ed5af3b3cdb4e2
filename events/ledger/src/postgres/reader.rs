//! Reading, on a few connections that all questions share.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use concord_kernel::{CommandId, LedgerId, StreamRef};
use tokio::sync::Mutex;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Config, Row};

use super::batch::signed;
use super::failure::Failure;
use super::link::Link;
use super::options::PostgresOptions;
use super::stamp::Stamp;
use super::text::Utf8;
use super::{epochs, table, tip};
use crate::merkle::Hash;
use crate::tip::Tip;
use crate::{Entry, Epochs, Filter, Page, Receipt, Vault};

const STREAM: &str =
    "SELECT position, aggregate_type, aggregate_id, sequence, event_type, event_version, recorded_at,
        leaf_hash, metadata, payload
    FROM events
    WHERE aggregate_type = $2 AND aggregate_id = $3 AND ledger = $1 AND sequence > $4 AND sequence <= $5
    ORDER BY sequence";
const RANGE: &str =
    "SELECT position, aggregate_type, aggregate_id, sequence, event_type, event_version, recorded_at,
        leaf_hash, metadata, payload
    FROM events WHERE ledger = $1 AND position > $2 AND position <= $3 ORDER BY position";

type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// The reading side of one ledger.
pub(super) struct Readers {
    config: Config,
    id: LedgerId,
    ledger: String,
    vault: Arc<dyn Vault>,
    slots: Vec<Mutex<Option<Arc<Link>>>>,
    turn: AtomicUsize,
}

impl Readers {
    pub(super) fn new(config: Config, id: LedgerId, options: &PostgresOptions) -> Self {
        let slots = (0..options.readers.max(1)).map(|_| Mutex::default()).collect();
        let (ledger, vault) = (id.to_string(), Arc::clone(&options.vault));
        Self { config, id, ledger, vault, slots, turn: AtomicUsize::new(0) }
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
        rows.iter().map(|row| self.entry(row)).collect()
    }

    pub(super) async fn page(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, Failure> {
        let first = signed(after);
        let last = first.saturating_add(i64::try_from(limit).unwrap_or(i64::MAX));
        let parameters: [Parameter<'_>; 3] =
            [(&self.ledger, Type::TEXT), (&first, Type::INT8), (&last, Type::INT8)];
        let rows = self.rows(RANGE, &parameters).await?;
        let (mut entries, mut through) = (Vec::new(), after);
        for row in &rows {
            if table::count(row, 0)? != through + 1 {
                return Err(Failure::Corrupt("the ledger has a gap"));
            }
            through += 1;
            if filter.wants(table::stream(row, 1)?.kind, row.try_get(4)?) {
                entries.push(self.entry(row)?);
            }
        }
        Ok(Page { entries, through })
    }

    /// Asks once more when the connection turns out to be lost: a question may be repeated.
    async fn rows(&self, statement: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, Failure> {
        let parameters =
            || parameters.iter().map(|(value, kind)| (*value, kind.clone())).collect::<Vec<Parameter<'_>>>();
        let link = self.link().await?;
        match link.client().query_typed(statement, &parameters()).await {
            Err(_) if link.client().is_closed() => {
                Ok(self.link().await?.client().query_typed(statement, &parameters()).await?)
            }
            answered => Ok(answered?),
        }
    }

    async fn link(&self) -> Result<Arc<Link>, Failure> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % self.slots.len();
        let mut slot = self.slots[turn].lock().await;
        if let Some(link) = slot.as_ref().filter(|link| !link.client().is_closed()) {
            return Ok(Arc::clone(link));
        }
        let link = Arc::new(Link::connect(&self.config).await?);
        *slot = Some(Arc::clone(&link));
        Ok(link)
    }

    fn entry(&self, row: &Row) -> Result<Entry, Failure> {
        let stream = table::stream(row, 1)?;
        let sealed = Bytes::copy_from_slice(row.try_get::<_, Utf8<'_>>(9)?.0);
        let shape: &str = row.try_get(5)?;
        Ok(Entry {
            position: table::count(row, 0)?,
            stream,
            version: table::count(row, 3)?,
            event_type: row.try_get::<_, &str>(4)?.into(),
            event_version: shape.parse().map_err(|_| Failure::Corrupt("an event's version is no number"))?,
            recorded_at: row.try_get::<_, Stamp>(6)?.0,
            leaf_hash: table::hash(row, 7)?,
            metadata: Bytes::copy_from_slice(row.try_get::<_, Utf8<'_>>(8)?.0),
            payload: self.vault.open(&self.id, stream, sealed).map_err(|_| Failure::Away)?,
        })
    }
}
