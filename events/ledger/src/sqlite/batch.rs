//! Deciding and writing the commands of one transaction.

use std::collections::BTreeMap;
use std::iter;

use concord_kernel::{Clock, CommandId, StreamRef, Token};
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};
use uuid::Uuid;

use super::ends::Fresh;
use super::failure::Failure;
use super::schema::instant;
use super::streams::{Finder, StreamEnd, Streams};
use crate::leaf::Leaf;
use crate::memory::next_instant;
use crate::merkle::Hash;
use crate::tip::Tip;
use crate::work::{Answer, Work};
use crate::{AppendError, Appended, Condition, Receipt};

pub(super) const FIND_RECEIPT: &str = "SELECT request_hash, position, count, stream_version, recorded_at, reply FROM receipts WHERE command_id = ?";
pub(super) const ADD_RECEIPT: &str = "INSERT INTO receipts
    (command_id, request_hash, position, count, stream_version, recorded_at, reply) VALUES (?, ?, ?, ?, ?, ?, ?)";
const ADD_STREAM: &str = "INSERT INTO streams (kind, id) VALUES (?, ?)";
pub(super) const ADD_ENTRY: &str = "INSERT INTO entries
    (position, stream, version, previous, event_type, event_version, recorded_at, leaf_hash, metadata, payload)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const MOVE_HEAD: &str = "UPDATE head SET position = ?, recorded_at = ?, frontier = ?";

/// The statements and the state that the commands of one transaction share.
pub(super) struct Batch<'a> {
    connection: &'a Connection,
    find_receipt: CachedStatement<'a>,
    add_receipt: CachedStatement<'a>,
    finder: Finder<'a>,
    add_stream: CachedStatement<'a>,
    add_entry: CachedStatement<'a>,
    ledger: &'a str,
    clock: &'a dyn Clock,
    streams: &'a mut Streams,
    tip: Tip,
    scratch: Vec<u8>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        ledger: &'a str,
        clock: &'a dyn Clock,
        streams: &'a mut Streams,
        fresh: &'a Fresh,
        tip: Tip,
    ) -> rusqlite::Result<Self> {
        Ok(Self {
            connection,
            find_receipt: connection.prepare_cached(FIND_RECEIPT)?,
            add_receipt: connection.prepare_cached(ADD_RECEIPT)?,
            finder: Finder::new(connection, fresh)?,
            add_stream: connection.prepare_cached(ADD_STREAM)?,
            add_entry: connection.prepare_cached(ADD_ENTRY)?,
            ledger,
            clock,
            streams,
            tip,
            scratch: Vec::new(),
        })
    }

    /// Decides one command in the light of those before it, and writes its rows when it holds.
    pub(super) fn take(&mut self, work: &Work) -> Result<Answer, Failure> {
        let append = &work.append;
        if let Some((hash, receipt)) = find_receipt(&mut self.find_receipt, append.command, self.tip.epoch)? {
            let same = hash == append.request_hash;
            return Ok(if same { Ok(Appended::Repeated(receipt)) } else { Err(AppendError::CommandReused) });
        }
        let own = Condition { stream: append.stream, expected: append.expected };
        for condition in iter::once(&own).chain(&append.conditions) {
            let actual = self.streams.find(condition.stream, &mut self.finder)?.version;
            if !condition.expected.holds(actual) {
                return Ok(Err(AppendError::Conflict { stream: condition.stream, actual }));
            }
        }
        let receipt = self.write(work)?;
        Ok(Ok(Appended::New(receipt)))
    }

    /// Writes where the history ends now, when it has moved. Gives that, and the ends of streams that have moved.
    pub(super) fn finish(self, before: u64) -> Result<(Tip, BTreeMap<i64, u64>), Failure> {
        let position = self.tip.position();
        if position != before {
            let mut statement = self.connection.prepare_cached(MOVE_HEAD)?;
            let frontier = self.tip.frontier.to_bytes();
            statement.execute(params![position, self.tip.recorded_at.micros(), frontier])?;
        }
        Ok((self.tip, self.finder.into_moved()))
    }

    fn write(&mut self, work: &Work) -> Result<Receipt, Failure> {
        let append = &work.append;
        let mut end = self.streams.find(append.stream, &mut self.finder)?;
        let now = self.clock.now();
        let mut recorded_at = now.max(next_instant(self.tip.recorded_at));
        for index in 0..append.events.len() {
            recorded_at = now.max(next_instant(self.tip.recorded_at));
            self.tip.recorded_at = recorded_at;
            self.write_event(work, index, &mut end)?;
        }
        self.streams.set(append.stream, end);
        let receipt = Receipt {
            token: Token { epoch: self.tip.epoch, position: self.tip.position() },
            count: u32::try_from(append.events.len()).expect("the limits were checked"),
            stream_version: end.version,
            recorded_at,
            reply: append.reply.clone(),
        };
        self.add_receipt.execute(params![
            append.command.uuid().as_bytes().as_slice(),
            append.request_hash.as_slice(),
            receipt.token.position,
            receipt.count,
            receipt.stream_version,
            recorded_at.micros(),
            receipt.reply.as_ref(),
        ])?;
        Ok(receipt)
    }

    fn write_event(&mut self, work: &Work, index: usize, end: &mut StreamEnd) -> Result<(), Failure> {
        let (append, event) = (&work.append, &work.append.events[index]);
        let number = self.number(append.stream, end)?;
        let leaf = Leaf {
            ledger: self.ledger,
            position: self.tip.position() + 1,
            stream: append.stream,
            version: end.version + 1,
            event_type: event.event_type,
            event_version: event.event_version,
            recorded_at: self.tip.recorded_at,
            payload: work.payloads[index],
            metadata: work.metadata,
            previous: end.leaf,
        };
        let hash = leaf.hash(&mut self.scratch);
        self.add_entry.execute(params![
            leaf.position,
            number,
            leaf.version,
            end.position,
            leaf.event_type,
            leaf.event_version,
            leaf.recorded_at.micros(),
            hash.as_slice(),
            append.metadata.as_ref(),
            event.payload.as_ref(),
        ])?;
        (end.position, end.version, end.leaf) = (leaf.position, leaf.version, hash);
        self.finder.moved(number, leaf.position);
        self.tip.frontier.push(hash);
        Ok(())
    }

    fn number(&mut self, stream: StreamRef, end: &mut StreamEnd) -> Result<i64, Failure> {
        if let Some(number) = end.number {
            return Ok(number);
        }
        let key = params![stream.kind.as_str(), stream.id.as_bytes().as_slice()];
        let number = self.add_stream.insert(key)?;
        end.number = Some(number);
        Ok(number)
    }
}

/// Finds what a command was answered, with the hash of its request.
pub(super) fn find_receipt(
    statement: &mut CachedStatement<'_>,
    command: CommandId,
    epoch: Uuid,
) -> Result<Option<(Hash, Receipt)>, Failure> {
    let found = statement.query_row(params![command.uuid().as_bytes().as_slice()], |row| {
        let receipt = Receipt {
            token: Token { epoch, position: row.get(1)? },
            count: row.get(2)?,
            stream_version: row.get(3)?,
            recorded_at: instant(row, 4)?,
            reply: row.get::<_, Vec<u8>>(5)?.into(),
        };
        Ok((row.get(0)?, receipt))
    });
    Ok(found.optional()?)
}
