//! Deciding what waits, on what is known of the ledger. Pure: the rows are written elsewhere, if what was known still
//! holds then.

use std::collections::HashMap;
use std::iter;

use concord_kernel::{CommandId, Instant, StreamRef, Token};
use quick_cache::DefaultHashBuilder;
use uuid::Uuid;

use super::stamp::Stamp;
use crate::leaf::{Leaf, NO_LEAF};
use crate::memory::next_instant;
use crate::merkle::Hash;
use crate::tip::Tip;
use crate::work::{Answer, Work};
use crate::{Append, AppendError, Appended, Condition, Receipt};

/// By identifiers that callers choose, so keyed; a batch looks up some hundred.
pub(super) type Map<K, V> = HashMap<K, V, DefaultHashBuilder>;

/// Where one stream ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct End {
    pub(super) version: u64,
    pub(super) leaf: Hash,
}

/// Before a stream's first event.
pub(super) const UNBEGUN: End = End { version: 0, leaf: NO_LEAF };

/// The ledger as it was when somebody looked.
pub(super) struct Known<'a> {
    pub(super) ledger: &'a str,
    pub(super) tip: Tip,
    /// Of every stream that the batch names.
    pub(super) ends: Map<StreamRef, End>,
    /// Of commands of the batch that have taken effect before, with the hash of their request.
    pub(super) receipts: Map<CommandId, (Hash, Receipt)>,
}

/// What the batch comes to.
pub(super) struct Plan<'a> {
    pub(super) answers: Vec<Answer>,
    pub(super) rows: Rows<'a>,
    /// Where the history ends with the rows.
    pub(super) tip: Tip,
    /// Where the streams end that the rows have moved.
    pub(super) moved: Map<StreamRef, End>,
}

/// Rows to write, column by column, as one statement takes them.
#[derive(Default)]
pub(super) struct Rows<'a> {
    pub(super) kinds: Vec<&'static str>,
    pub(super) ids: Vec<String>,
    pub(super) sequences: Vec<i64>,
    pub(super) event_types: Vec<&'static str>,
    pub(super) event_versions: Vec<String>,
    pub(super) payloads: Vec<Json<'a>>,
    pub(super) metadatas: Vec<Json<'a>>,
    pub(super) times: Vec<Stamp>,
    pub(super) leaves: Vec<Vec<u8>>,
    pub(super) commands: Vec<Uuid>,
    pub(super) hashes: Vec<&'a [u8]>,
    pub(super) positions: Vec<i64>,
    pub(super) counts: Vec<i32>,
    pub(super) versions: Vec<i64>,
    pub(super) answered: Vec<Stamp>,
    pub(super) replies: Vec<&'a [u8]>,
}

/// Bytes that are meant to be JSON. The server refuses them when they are not.
pub(super) type Json<'a> = super::text::Utf8<'a>;

impl Rows<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }
}

/// Every stream that `batch` names, once.
pub(super) fn named(batch: &[Work]) -> Vec<StreamRef> {
    let streams = batch.iter().flat_map(|work| {
        iter::once(work.append.stream).chain(work.append.conditions.iter().map(|condition| condition.stream))
    });
    let mut named: Vec<StreamRef> = streams.collect();
    named.sort_unstable();
    named.dedup();
    named
}

/// Decides each command in the light of those before it.
pub(super) fn decide<'a>(batch: &'a [Work], known: Known<'_>, now: Instant) -> Plan<'a> {
    let Known { ledger, tip, ends, receipts } = known;
    let mut deciding =
        Deciding { ledger, now, tip, ends, receipts, moved: Map::default(), rows: Rows::default() };
    let answers = batch.iter().map(|work| deciding.take(work)).collect();
    Plan { answers, rows: deciding.rows, tip: deciding.tip, moved: deciding.moved }
}

struct Deciding<'k, 'a> {
    ledger: &'k str,
    now: Instant,
    tip: Tip,
    ends: Map<StreamRef, End>,
    receipts: Map<CommandId, (Hash, Receipt)>,
    moved: Map<StreamRef, End>,
    rows: Rows<'a>,
}

impl<'a> Deciding<'_, 'a> {
    fn take(&mut self, work: &'a Work) -> Answer {
        let append = &work.append;
        if let Some((hash, receipt)) = self.receipts.get(&append.command) {
            let same = *hash == append.request_hash;
            return if same {
                Ok(Appended::Repeated(receipt.clone()))
            } else {
                Err(AppendError::CommandReused)
            };
        }
        let own = Condition { stream: append.stream, expected: append.expected };
        for condition in iter::once(&own).chain(&append.conditions) {
            let actual = self.end(condition.stream).version;
            if !condition.expected.holds(actual) {
                return Err(AppendError::Conflict { stream: condition.stream, actual });
            }
        }
        let mut end = self.end(append.stream);
        let mut recorded_at = self.now.max(next_instant(self.tip.recorded_at));
        for index in 0..append.events.len() {
            recorded_at = self.now.max(next_instant(self.tip.recorded_at));
            self.tip.recorded_at = recorded_at;
            end = self.write_event(work, index, end);
        }
        if !append.events.is_empty() {
            self.moved.insert(append.stream, end);
        }
        let receipt = Receipt {
            token: Token { epoch: self.tip.epoch, position: self.tip.position() },
            count: u32::try_from(append.events.len()).expect("the limits were checked"),
            stream_version: end.version,
            recorded_at,
            reply: append.reply.clone(),
        };
        self.write_receipt(append, &receipt);
        // The same command may wait twice.
        self.receipts.insert(append.command, (append.request_hash, receipt.clone()));
        Ok(Appended::New(receipt))
    }

    fn end(&self, stream: StreamRef) -> End {
        self.moved.get(&stream).or_else(|| self.ends.get(&stream)).copied().unwrap_or(UNBEGUN)
    }

    fn write_event(&mut self, work: &'a Work, index: usize, end: End) -> End {
        let (append, event) = (&work.append, &work.append.events[index]);
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
        let hash = leaf.hash(&mut Vec::new());
        self.tip.frontier.push(hash);
        let rows = &mut self.rows;
        rows.kinds.push(append.stream.kind.as_str());
        rows.ids.push(append.stream.id.to_string());
        rows.sequences.push(signed(end.version + 1));
        rows.event_types.push(event.event_type);
        rows.event_versions.push(event.event_version.to_string());
        rows.payloads.push(Json::new(&event.payload));
        rows.metadatas.push(Json::new(&append.metadata));
        rows.times.push(Stamp(self.tip.recorded_at));
        rows.leaves.push(hash.to_vec());
        End { version: end.version + 1, leaf: hash }
    }

    fn write_receipt(&mut self, append: &'a Append, receipt: &Receipt) {
        let rows = &mut self.rows;
        rows.commands.push(append.command.uuid());
        rows.hashes.push(&append.request_hash);
        rows.positions.push(signed(receipt.token.position));
        rows.counts.push(i32::try_from(receipt.count).expect("the limits were checked"));
        rows.versions.push(signed(receipt.stream_version));
        rows.answered.push(Stamp(receipt.recorded_at));
        rows.replies.push(&append.reply);
    }
}

/// Positions and versions count events; no ledger comes to 2^63 of them.
pub(super) fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
