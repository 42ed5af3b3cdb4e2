//! Where records wait for the disk: whatever waits while one append is on its way goes into the next.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use concord_kernel::{Clock, CommandId, IdSource, StreamRef, Token};
use concord_ledger::{Append, AppendError, Expected, Ledger, NewEvent};
use sha2::{Digest, Sha256};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;

use crate::event::{Encoded, events};
use crate::index::{Index, following};
use crate::{AccessLog, LooksError, Record};

/// What the journal takes at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls whose records may wait; one more is [`LooksError::Overloaded`].
    pub queue: usize,
    /// The most calls whose records share an append.
    pub batch: usize,
    /// Bytes of records that share an append, about.
    pub batch_bytes: usize,
    /// The least time from one append to the next while many look at once: what an append costs is then shared by more
    /// of them. Whoever looks alone waits for nobody.
    pub pace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { queue: 8_192, batch: 512, batch_bytes: 1024 * 1024, pace: Duration::from_millis(2) }
    }
}

/// Calls that share an append from which on many look at once.
const MANY: usize = 3;

/// When [`Looks::record`] returns. The mutations are reached by tests and benchmarks alone: no configuration names them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Answering {
    /// When the records are on the disk.
    #[default]
    AfterTheRecord,
    /// Mutation for tests: at once, so that a crash leaves looks that nobody knows of.
    MutationBeforeTheRecord,
    /// Mutation for benchmarks: at once, and nothing is recorded; what recording costs is measured against it.
    MutationNever,
}

/// What the metadata of these events say: that 42 CFR Part 2 protects them. Who and about whom stands in each record.
const METADATA: &[u8] = br#"{"part2":true}"#;

struct Waiting {
    records: Vec<Encoded>,
    done: oneshot::Sender<Result<Token, LooksError>>,
}

/// The records of access of one tenant. Clones share everything; a task writes until the last of them is dropped.
#[derive(Clone)]
pub struct Looks {
    queue: mpsc::Sender<Waiting>,
    ledger: Arc<dyn Ledger>,
    index: Arc<Index>,
    answering: Answering,
}

impl Looks {
    /// Keeps records in `ledger`, which is a tenant's of kind `access`. Called within a runtime with a clock, which runs two tasks: one
    /// that writes, and one that keeps the index.
    pub fn new(
        ledger: Arc<dyn Ledger>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        limits: Limits,
    ) -> Self {
        let (queue, waiting) = mpsc::channel(limits.queue.max(1));
        let journal = Journal { ledger: Arc::clone(&ledger), clock, ids, limits };
        tokio::spawn(journal.run(waiting));
        let index = following(&ledger);
        Self { queue, ledger, index, answering: Answering::default() }
    }

    /// The same, returning at another time.
    #[must_use]
    pub fn answering(self, answering: Answering) -> Self {
        Self { answering, ..self }
    }

    /// Puts records on the disk, all or none of them, and says up to where the ledger of access holds them then.
    ///
    /// # Errors
    ///
    /// [`LooksError`]; then what was to be recorded must not happen. Records may be there all the same when the store
    /// failed at the last moment: somebody who was refused is then on record as answered, never the other way round.
    pub async fn record(&self, records: Vec<Record>) -> Result<Token, LooksError> {
        if records.is_empty() || self.answering == Answering::MutationNever {
            return Ok(*self.ledger.watch().borrow());
        }
        let place = self.queue.try_reserve().map_err(|error| match error {
            mpsc::error::TrySendError::Full(()) => LooksError::Overloaded,
            mpsc::error::TrySendError::Closed(()) => LooksError::Unavailable,
        })?;
        let records =
            records.into_iter().flat_map(Record::pieces).map(|record| Encoded::of(&record)).collect();
        let (done, recorded) = oneshot::channel();
        place.send(Waiting { records, done });
        if self.answering == Answering::MutationBeforeTheRecord {
            return Ok(*self.ledger.watch().borrow());
        }
        recorded.await.unwrap_or(Err(LooksError::Unavailable))
    }

    /// Finds what is on record.
    pub fn log(&self) -> AccessLog {
        AccessLog::new(Arc::clone(&self.ledger), Arc::clone(&self.index))
    }

    /// The ledger of access.
    pub fn ledger(&self) -> &Arc<dyn Ledger> {
        &self.ledger
    }
}

struct Journal {
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    limits: Limits,
}

impl Journal {
    async fn run(self, mut queue: mpsc::Receiver<Waiting>) {
        let Limits { batch: most, pace, .. } = self.limits;
        let mut waiting = Vec::with_capacity(most);
        let mut next = Instant::now();
        while queue.recv_many(&mut waiting, most).await > 0 {
            tokio::time::sleep_until(next).await;
            while waiting.len() < most
                && let Ok(come) = queue.try_recv()
            {
                waiting.push(come);
            }
            if waiting.len() >= MANY {
                next = Instant::now() + pace;
            }
            while !waiting.is_empty() {
                let fitting = fitting(&waiting, self.limits.batch_bytes);
                let batch: Vec<_> = waiting.drain(..fitting).collect();
                let outcome = self.write(&batch).await;
                for Waiting { done, .. } in batch {
                    // Whoever gave up waiting has shown nothing.
                    let _gone = done.send(outcome);
                }
            }
        }
    }

    async fn write(&self, batch: &[Waiting]) -> Result<Token, LooksError> {
        let events = events(batch.iter().flat_map(|waiting| &waiting.records));
        let append = Append {
            command: CommandId::new(self.ids.next()),
            request_hash: hash(&events),
            stream: StreamRef::looks(self.clock.now().day()),
            expected: Expected::Any,
            conditions: Vec::new(),
            events,
            metadata: Bytes::from_static(METADATA),
            reply: Bytes::new(),
        };
        let appended = self.ledger.append(append).await.map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "records of looking cannot be kept");
            match error {
                AppendError::TooLarge => LooksError::TooLarge,
                AppendError::Overloaded => LooksError::Overloaded,
                AppendError::Conflict { .. }
                | AppendError::CommandReused
                | AppendError::Shredded
                | AppendError::Unavailable
                | AppendError::Corrupt(_) => LooksError::Unavailable,
            }
        })?;
        Ok(appended.into_receipt().token)
    }
}

fn hash(events: &[NewEvent]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for event in events {
        hash.update(&event.payload);
    }
    hash.finalize().into()
}

/// How many of those that wait go into one append; at least one.
fn fitting(waiting: &[Waiting], bytes: usize) -> usize {
    let mut sum = 0_usize;
    let fits = waiting.iter().take_while(|waiting| {
        sum += waiting.records.iter().map(|record| record.json.len()).sum::<usize>();
        sum <= bytes
    });
    fits.count().max(1)
}
