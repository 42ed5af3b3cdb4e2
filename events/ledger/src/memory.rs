//! A ledger in memory: the model that the durable ones are tested against, and a quick one for other tests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use concord_kernel::{Clock, CommandId, IdSource, Instant, LedgerId, StreamRef, Token};
use tokio::sync::watch;
use uuid::Uuid;

use crate::leaf::{Leaf, NO_LEAF, digest};
use crate::merkle::{Frontier, Hash};
use crate::{
    Append, AppendError, Appended, AtRest, Condition, Entry, Filter, Head, Ledger, Limits, NewEvent, Page,
    ReadError, Receipt,
};

/// A ledger that forgets everything when it is dropped.
pub struct MemoryLedger {
    id: LedgerId,
    name: String,
    epoch: Uuid,
    clock: Arc<dyn Clock>,
    limits: Limits,
    history: Mutex<History>,
    head: watch::Sender<Token>,
}

struct History {
    entries: Vec<Entry>,
    receipts: HashMap<CommandId, (Hash, Receipt)>,
    frontier: Frontier,
    recorded_at: Instant,
}

impl MemoryLedger {
    /// Starts an empty history in a new epoch.
    pub fn new(id: LedgerId, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Self {
        Self::with_limits(id, clock, ids, Limits::default())
    }

    /// Starts an empty history with other limits on an append.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "every source of ids and time is passed as a shared one"
    )]
    pub fn with_limits(id: LedgerId, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>, limits: Limits) -> Self {
        let epoch = ids.next();
        let history = History {
            entries: Vec::new(),
            receipts: HashMap::new(),
            frontier: Frontier::default(),
            recorded_at: clock.now(),
        };
        let (head, _) = watch::channel(Token { epoch, position: 0 });
        Self { name: id.to_string(), id, epoch, clock, limits, history: Mutex::new(history), head }
    }

    fn history(&self) -> MutexGuard<'_, History> {
        self.history.lock().expect("nothing panics while it holds the history")
    }

    fn take(&self, history: &mut History, append: Append) -> Result<Appended, AppendError> {
        if let Some((hash, receipt)) = history.receipts.get(&append.command) {
            let same = *hash == append.request_hash;
            return if same {
                Ok(Appended::Repeated(receipt.clone()))
            } else {
                Err(AppendError::CommandReused)
            };
        }
        let own = Condition { stream: append.stream, expected: append.expected };
        for condition in std::iter::once(&own).chain(&append.conditions) {
            let actual = history.version(condition.stream);
            if !condition.expected.holds(actual) {
                return Err(AppendError::Conflict { stream: condition.stream, actual });
            }
        }
        let now = self.clock.now();
        let mut recorded_at = now.max(next_instant(history.recorded_at));
        let count = u32::try_from(append.events.len()).expect("the limits were checked");
        for event in append.events {
            recorded_at = now.max(next_instant(history.recorded_at));
            history.push(&self.name, append.stream, event, append.metadata.clone(), recorded_at);
        }
        let receipt = Receipt {
            token: Token { epoch: self.epoch, position: history.frontier.size() },
            count,
            stream_version: history.version(append.stream),
            recorded_at,
            reply: append.reply,
        };
        history.receipts.insert(append.command, (append.request_hash, receipt.clone()));
        Ok(Appended::New(receipt))
    }
}

impl History {
    fn version(&self, stream: StreamRef) -> u64 {
        self.entries.iter().rev().find(|entry| entry.stream == stream).map_or(0, |entry| entry.version)
    }

    fn push(
        &mut self,
        ledger: &str,
        stream: StreamRef,
        event: NewEvent,
        metadata: bytes::Bytes,
        at: Instant,
    ) {
        let last = self.entries.iter().rev().find(|entry| entry.stream == stream);
        let leaf = Leaf {
            ledger,
            position: self.frontier.size() + 1,
            stream,
            version: last.map_or(0, |entry| entry.version) + 1,
            event_type: event.event_type,
            event_version: event.event_version,
            recorded_at: at,
            payload: digest(&event.payload),
            metadata: digest(&metadata),
            previous: last.map_or(NO_LEAF, |entry| entry.leaf_hash),
        };
        let leaf_hash = leaf.hash(&mut Vec::new());
        let (position, version) = (leaf.position, leaf.version);
        self.frontier.push(leaf_hash);
        self.recorded_at = at;
        self.entries.push(Entry {
            position,
            stream,
            version,
            event_type: event.event_type.into(),
            event_version: event.event_version,
            recorded_at: at,
            payload: event.payload,
            at_rest: AtRest::Clear,
            metadata,
            leaf_hash,
        });
    }
}

/// The earliest instant that an event after one recorded at `last` may have.
pub(crate) fn next_instant(last: Instant) -> Instant {
    last.plus(Duration::from_micros(1))
}

#[async_trait]
impl Ledger for MemoryLedger {
    fn id(&self) -> &LedgerId {
        &self.id
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.limits.check(&append)?;
        let mut history = self.history();
        let answer = self.take(&mut history, append);
        let token = Token { epoch: self.epoch, position: history.frontier.size() };
        self.head.send_if_modified(|current| std::mem::replace(current, token) != token);
        answer
    }

    async fn receipt(&self, command: CommandId) -> Result<Option<(Hash, Receipt)>, ReadError> {
        Ok(self.history().receipts.get(&command).cloned())
    }

    async fn read_stream(
        &self,
        stream: StreamRef,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        let history = self.history();
        let wanted = history.entries.iter().filter(|entry| entry.stream == stream && entry.version > after);
        Ok(wanted.take(limit).cloned().collect())
    }

    async fn read(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, ReadError> {
        let history = self.history();
        let end = history.entries.len();
        let start = usize::try_from(after).unwrap_or(end).min(end);
        let searched = &history.entries[start..end.min(start.saturating_add(limit))];
        let through = searched.last().map_or(after, |entry| entry.position);
        let wanted = searched.iter().filter(|entry| filter.wants(entry.stream.kind, &entry.event_type));
        Ok(Page { entries: wanted.cloned().collect(), through })
    }

    async fn head(&self) -> Result<Head, ReadError> {
        let history = self.history();
        Ok(Head {
            token: Token { epoch: self.epoch, position: history.frontier.size() },
            recorded_at: history.recorded_at,
            root: history.frontier.root(),
        })
    }

    fn watch(&self) -> watch::Receiver<Token> {
        self.head.subscribe()
    }
}
