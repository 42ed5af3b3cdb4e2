//! Filling a ledger in the database from an export: one transaction, so that a restore that was cut off has left nothing.

use std::io::Read;

use concord_kernel::{Clock, IdSource, LedgerId, Token};
use concord_postgres::{Link, Parameter};
use tokio_postgres::Client;
use tokio_postgres::types::Type;
use uuid::Uuid;

use super::batch::{Json, signed};
use super::database::PostgresDatabase;
use super::stamp::Stamp;
use super::{epochs, schema, table, tip};
use crate::archive::Reading;
use crate::stored::{Record, StoredEntry, StoredHead, StoredReceipt};
use crate::{ArchiveError, Begun, Epoch, OpenError, Progress, Restored};

/// Rows that are sent at once.
const PAGE: usize = 500;
/// Bytes of payloads and metadata after which they are sent, however few.
const PAGE_BYTES: usize = 1024 * 1024;

const HEAD: &str = "INSERT INTO heads (ledger, epoch, position, recorded_at, frontier)
    VALUES ($1, $2, 0, $3, '') ON CONFLICT (ledger) DO NOTHING";
const RECEIPTS: &str = "SELECT count(*) > 0 FROM receipts WHERE ledger = $1";
const MOVE_HEAD: &str = "UPDATE heads SET position = $2, recorded_at = $3, frontier = $4 WHERE ledger = $1";
const ADD_ENTRIES: &str = "INSERT INTO events (ledger, position, aggregate_type, aggregate_id, sequence, event_type,
        event_version, payload, metadata, recorded_at, leaf_hash)
    SELECT $1, position, kind, id, version, event, shape, payload::json, metadata::json, at, leaf
    FROM unnest($2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::timestamptz[], $11::bytea[])
        AS new (position, kind, id, version, event, shape, payload, metadata, at, leaf)";
const ADD_RECEIPTS: &str = "INSERT INTO receipts (ledger, command_id, request_hash, position, count, stream_version,
        recorded_at, reply)
    SELECT $1, command, hash, place, number, version, at, reply
    FROM unnest($2::uuid[], $3::bytea[], $4::bigint[], $5::integer[], $6::bigint[], $7::timestamptz[], $8::bytea[])
        AS new (command, hash, place, number, version, at, reply)";

/// Restores an export into the database, where the ledger has not begun or is empty, in a new epoch.
///
/// # Errors
///
/// See [`ArchiveError`]; nothing was written then.
pub async fn restore_database(
    database: impl Into<PostgresDatabase>,
    id: &LedgerId,
    from: impl Read,
    (clock, ids): (&dyn Clock, &dyn IdSource),
    progress: &mut Progress<'_>,
) -> Result<Restored, ArchiveError> {
    let mut reading = Reading::begin(from)?;
    let head = reading.head().clone();
    if head.ledger != id.to_string() {
        return Err(ArchiveError::OtherLedger { found: head.ledger, wanted: id.clone() });
    }
    let link = Link::connect(database.into().pool().server()).await?;
    link.fitness().await?.map_err(|unfit| ArchiveError::Store(Box::new(unfit)))?;
    schema::migrate(&link).await?;
    let client = link.client();
    // It ends with the connection when this fails, and nothing was written.
    client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED").await?;
    let first = head.epochs.iter().next().copied().unwrap_or_else(|| head.epochs.now());
    let there = take_empty(client, &head, &first).await?;
    let mut page = Page::default();
    while let Some(record) = reading.next()? {
        page.add(record);
        if page.is_full() {
            page.write(client, &head.ledger).await?;
        }
        reading.tell(progress);
    }
    page.write(client, &head.ledger).await?;
    let report = reading.finish()?;
    let next = Epoch { id: ids.next(), after: head.position, began_at: clock.now() };
    // One came with the row of the head: the first, or that of the empty ledger, which ended where it began.
    for epoch in head.epochs.iter().filter(|epoch| epoch.id != there).chain([&next]) {
        epochs::add(client, &head.ledger, epoch).await?;
    }
    move_head(client, &head).await?;
    epochs::move_head(client, &head.ledger, next.id).await?;
    client.batch_execute("COMMIT").await?;
    let at = |epoch| Token { epoch, position: next.after };
    Ok(Restored { report, begun: Begun { was: at(head.epoch), now: at(next.id) } })
}

/// Begins the ledger, or takes it when it is empty. Gives the epoch that it is in. Whoever else would begin it waits.
async fn take_empty(client: &Client, head: &StoredHead, first: &Epoch) -> Result<Uuid, ArchiveError> {
    let ledger = &head.ledger;
    let at = Stamp(first.began_at);
    let parameters: [Parameter<'_>; 3] =
        [(ledger, Type::TEXT), (&first.id, Type::UUID), (&at, Type::TIMESTAMPTZ)];
    client.execute_typed(HEAD, &parameters).await?;
    let parameters: [Parameter<'_>; 1] = [(ledger, Type::TEXT)];
    let locked = client.query_typed_one(table::LOCK, &parameters).await?;
    let tip = tip::read(&locked).map_err(|_| OpenError::Corrupt("the head row is unreadable"))?;
    let answered: bool = client.query_typed_one(RECEIPTS, &parameters).await?.try_get(0)?;
    if tip.position() > 0 || answered {
        return Err(ArchiveError::NotEmpty { position: tip.position() });
    }
    Ok(tip.epoch)
}

async fn move_head(client: &Client, head: &StoredHead) -> Result<(), tokio_postgres::Error> {
    let (position, at) = (signed(head.position), Stamp(head.recorded_at));
    let parameters: [Parameter<'_>; 4] = [
        (&head.ledger, Type::TEXT),
        (&position, Type::INT8),
        (&at, Type::TIMESTAMPTZ),
        (&head.frontier, Type::BYTEA),
    ];
    client.execute_typed(MOVE_HEAD, &parameters).await?;
    Ok(())
}

/// Rows that wait to be sent.
#[derive(Default)]
struct Page {
    entries: Vec<StoredEntry>,
    receipts: Vec<StoredReceipt>,
    bytes: usize,
}

impl Page {
    fn add(&mut self, record: Record) {
        match record {
            Record::Entry(entry) => {
                self.bytes += entry.payload.len() + entry.metadata.len();
                self.entries.push(entry);
            }
            Record::Receipt(receipt) => {
                self.bytes += receipt.reply.len();
                self.receipts.push(receipt);
            }
            Record::Unreadable => {}
        }
    }

    fn is_full(&self) -> bool {
        self.entries.len() + self.receipts.len() >= PAGE || self.bytes >= PAGE_BYTES
    }

    async fn write(&mut self, client: &Client, ledger: &str) -> Result<(), ArchiveError> {
        let Self { entries, receipts, .. } = std::mem::take(self);
        write_entries(client, ledger, &entries).await?;
        write_receipts(client, ledger, &receipts).await?;
        Ok(())
    }
}

async fn write_entries(
    client: &Client,
    ledger: &str,
    entries: &[StoredEntry],
) -> Result<(), tokio_postgres::Error> {
    let column = entries.iter();
    let positions: Vec<i64> = column.clone().map(|entry| signed(entry.position)).collect();
    let kinds: Vec<&str> = column.clone().map(|entry| entry.stream.kind.as_str()).collect();
    let ids: Vec<String> = column.clone().map(|entry| entry.stream.id.to_string()).collect();
    let versions: Vec<i64> = column.clone().map(|entry| signed(entry.version)).collect();
    let event_types: Vec<&str> = column.clone().map(|entry| entry.event_type.as_str()).collect();
    let shapes: Vec<String> = column.clone().map(|entry| entry.event_version.to_string()).collect();
    let payloads: Vec<Json<'_>> = column.clone().map(|entry| Json::new(&entry.payload)).collect();
    let metadatas: Vec<Json<'_>> = column.clone().map(|entry| Json::new(&entry.metadata)).collect();
    let times: Vec<Stamp> = column.clone().map(|entry| Stamp(entry.recorded_at)).collect();
    let leaves: Vec<&[u8]> = column.map(|entry| entry.leaf_hash.as_slice()).collect();
    let parameters: [Parameter<'_>; 11] = [
        (&ledger, Type::TEXT),
        (&positions, Type::INT8_ARRAY),
        (&kinds, Type::TEXT_ARRAY),
        (&ids, Type::TEXT_ARRAY),
        (&versions, Type::INT8_ARRAY),
        (&event_types, Type::TEXT_ARRAY),
        (&shapes, Type::TEXT_ARRAY),
        (&payloads, Type::TEXT_ARRAY),
        (&metadatas, Type::TEXT_ARRAY),
        (&times, Type::TIMESTAMPTZ_ARRAY),
        (&leaves, Type::BYTEA_ARRAY),
    ];
    client.execute_typed(ADD_ENTRIES, &parameters).await?;
    Ok(())
}

async fn write_receipts(
    client: &Client,
    ledger: &str,
    receipts: &[StoredReceipt],
) -> Result<(), tokio_postgres::Error> {
    let column = receipts.iter();
    let commands: Vec<Uuid> = column.clone().map(|receipt| receipt.command.uuid()).collect();
    let hashes: Vec<&[u8]> = column.clone().map(|receipt| receipt.request_hash.as_slice()).collect();
    let positions: Vec<i64> = column.clone().map(|receipt| signed(receipt.position)).collect();
    let counts: Vec<i32> =
        column.clone().map(|receipt| i32::try_from(receipt.count).unwrap_or(i32::MAX)).collect();
    let versions: Vec<i64> = column.clone().map(|receipt| signed(receipt.stream_version)).collect();
    let times: Vec<Stamp> = column.clone().map(|receipt| Stamp(receipt.recorded_at)).collect();
    let replies: Vec<&[u8]> = column.map(|receipt| receipt.reply.as_ref()).collect();
    let parameters: [Parameter<'_>; 8] = [
        (&ledger, Type::TEXT),
        (&commands, Type::UUID_ARRAY),
        (&hashes, Type::BYTEA_ARRAY),
        (&positions, Type::INT8_ARRAY),
        (&counts, Type::INT4_ARRAY),
        (&versions, Type::INT8_ARRAY),
        (&times, Type::TIMESTAMPTZ_ARRAY),
        (&replies, Type::BYTEA_ARRAY),
    ];
    client.execute_typed(ADD_RECEIPTS, &parameters).await?;
    Ok(())
}
