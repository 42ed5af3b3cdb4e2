//! Handing out everything that the database holds of a ledger, in order and in one snapshot.

use std::collections::VecDeque;
use std::io::Write;

use bytes::Bytes;
use concord_kernel::LedgerId;
use concord_postgres::{Link, Parameter};
use tokio_postgres::types::Type;
use tokio_postgres::{Client, Row};

use super::database::PostgresDatabase;
use super::failure::Failure;
use super::stamp::Stamp;
use super::text::Utf8;
use super::{epochs, table, tip};
use crate::archive::Writing;
use crate::check::Check;
use crate::stored::{Record, StoredEntry, StoredHead, StoredReceipt};
use crate::{ArchiveError, FsckError, Progress, Report};

/// Rows that are fetched at once.
const PAGE: usize = 500;
/// Positions between two reports of progress.
const PROGRESS_STEP: u64 = 10_000;

const SNAPSHOT: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// Declaring takes no parameters, so the name of the ledger is quoted, by the database.
const QUOTED: &str = "SELECT quote_literal($1)";
const HELD: &str = "SELECT to_regclass('heads') IS NOT NULL AND to_regclass('epochs') IS NOT NULL";

/// Writes the ledger to `out`, checking all of it on the way. The ledger may be in use.
///
/// # Errors
///
/// See [`ArchiveError`]; what has been written is no export then.
pub async fn export_database(
    database: impl Into<PostgresDatabase>,
    id: &LedgerId,
    out: impl Write,
    progress: &mut Progress<'_>,
) -> Result<Report, ArchiveError> {
    let mut rows = Snapshot::begin(database.into(), id).await?;
    let mut writing = Writing::begin(out, rows.head.clone())?;
    while let Some(record) = rows.next().await? {
        writing.take(&record)?;
        let (done, all) = writing.progress();
        tell(progress, done, all);
    }
    writing.finish()
}

/// Checks the ledger in the database: positions, versions, links, times, hashes, receipts, the root and the epochs. Where
/// streams end is not stored there, so there is nothing to check about it. The ledger may be in use.
///
/// # Errors
///
/// [`ArchiveError::Unsound`] with the first thing that is wrong.
pub async fn fsck_database(
    database: impl Into<PostgresDatabase>,
    id: &LedgerId,
    progress: &mut Progress<'_>,
) -> Result<Report, ArchiveError> {
    let mut rows = Snapshot::begin(database.into(), id).await?;
    let mut check = Check::of(rows.head.clone());
    let all = rows.head.position;
    while let Some(record) = rows.next().await? {
        check.take(&record)?;
        tell(progress, check.position(), all);
    }
    Ok(check.finish()?)
}

fn tell(progress: &mut Progress<'_>, done: u64, all: u64) {
    if done.is_multiple_of(PROGRESS_STEP) || done == all {
        progress(done, all);
    }
}

/// The rows of a ledger as they were when it began.
struct Snapshot {
    link: Link,
    head: StoredHead,
    position: u64,
    entries: Cursor,
    receipts: Cursor,
}

/// Rows that are fetched page by page.
struct Cursor {
    fetch: String,
    page: VecDeque<(u64, Record)>,
    ended: bool,
}

impl Snapshot {
    async fn begin(database: PostgresDatabase, id: &LedgerId) -> Result<Self, ArchiveError> {
        let (link, ledger) = (Link::connect(&database.server().reading()).await?, id.to_string());
        let client = link.client();
        let begun: bool = client.query_typed_one(HELD, &[]).await?.try_get(0)?;
        if !begun {
            return Err(ArchiveError::NoLedger);
        }
        // It ends with the connection.
        client.batch_execute(SNAPSHOT).await?;
        let head = head(client, &ledger).await?;
        let parameters: [Parameter<'_>; 1] = [(&ledger, Type::TEXT)];
        let quoted: String = client.query_typed_one(QUOTED, &parameters).await?.try_get(0)?;
        client
            .batch_execute(&format!(
                "DECLARE all_entries NO SCROLL CURSOR FOR
                    SELECT position, aggregate_type, aggregate_id, sequence, event_type, event_version,
                        recorded_at, leaf_hash, metadata, payload
                    FROM events WHERE ledger = {quoted} ORDER BY position;
                DECLARE all_receipts NO SCROLL CURSOR FOR
                    SELECT command_id, request_hash, position, count, stream_version, recorded_at, reply
                    FROM receipts WHERE ledger = {quoted} ORDER BY position, count = 0, command_id"
            ))
            .await?;
        let (entries, receipts) = (Cursor::of("all_entries"), Cursor::of("all_receipts"));
        Ok(Self { link, head, position: 0, entries, receipts })
    }

    /// The next row, in the order of [`Record`].
    async fn next(&mut self) -> Result<Option<Record>, ArchiveError> {
        let client = self.link.client();
        self.receipts.fill(client, |row| (table::count(row, 2), receipt(row).map(Record::Receipt))).await?;
        if self.receipts.page.front().is_some_and(|(at, _)| *at <= self.position) {
            return Ok(self.receipts.page.pop_front().map(|(_, record)| record));
        }
        self.entries.fill(client, |row| (table::count(row, 0), entry(row).map(Record::Entry))).await?;
        if let Some((at, record)) = self.entries.page.pop_front() {
            self.position = at;
            return Ok(Some(record));
        }
        // Receipts of events that are not there.
        Ok(self.receipts.page.pop_front().map(|(_, record)| record))
    }
}

impl Cursor {
    fn of(name: &str) -> Self {
        Self { fetch: format!("FETCH FORWARD {PAGE} FROM {name}"), page: VecDeque::new(), ended: false }
    }

    async fn fill(
        &mut self,
        client: &Client,
        read: impl Fn(&Row) -> (Result<u64, Failure>, Result<Record, Failure>),
    ) -> Result<(), ArchiveError> {
        if self.page.is_empty() && !self.ended {
            let rows = client.query_typed(&self.fetch, &[]).await?;
            self.ended = rows.len() < PAGE;
            self.page.extend(rows.iter().map(|row| {
                let (position, record) = read(row);
                (position.unwrap_or(0), record.unwrap_or(Record::Unreadable))
            }));
        }
        Ok(())
    }
}

async fn head(client: &Client, ledger: &str) -> Result<StoredHead, ArchiveError> {
    let parameters: [Parameter<'_>; 1] = [(&ledger, Type::TEXT)];
    let rows = client.query_typed(tip::FIND, &parameters).await?;
    let tip = tip::read(rows.first().ok_or(ArchiveError::NoLedger)?).map_err(|_| FsckError::Root)?;
    let epochs = client.query_typed(epochs::ALL, &parameters).await?;
    let epochs = epochs::read(&epochs).map_err(|_| FsckError::Epochs)?;
    Ok(StoredHead {
        ledger: ledger.to_owned(),
        epoch: tip.epoch,
        position: tip.position(),
        recorded_at: tip.recorded_at,
        frontier: tip.frontier.to_bytes(),
        epochs,
    })
}

fn entry(row: &Row) -> Result<StoredEntry, Failure> {
    let shape: &str = row.try_get(5)?;
    Ok(StoredEntry {
        position: table::count(row, 0)?,
        stream: table::stream(row, 1)?,
        version: table::count(row, 3)?,
        event_type: row.try_get(4)?,
        event_version: shape.parse().map_err(|_| Failure::Corrupt("an event's version is no number"))?,
        recorded_at: row.try_get::<_, Stamp>(6)?.0,
        leaf_hash: table::hash(row, 7)?,
        metadata: Bytes::copy_from_slice(row.try_get::<_, Utf8<'_>>(8)?.0),
        payload: Bytes::copy_from_slice(row.try_get::<_, Utf8<'_>>(9)?.0),
    })
}

fn receipt(row: &Row) -> Result<StoredReceipt, Failure> {
    let (command, (request_hash, receipt)) = table::receipt(row, uuid::Uuid::nil())?;
    Ok(StoredReceipt {
        command,
        request_hash,
        position: receipt.token.position,
        count: receipt.count,
        stream_version: receipt.stream_version,
        recorded_at: receipt.recorded_at,
        reply: receipt.reply,
    })
}
