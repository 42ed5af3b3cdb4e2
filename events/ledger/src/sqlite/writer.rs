//! The one thread that writes: it takes whatever waits, commits it as one transaction, then answers.

use std::sync::{Arc, Mutex, PoisonError};

use concord_kernel::{Clock, Token};
use rusqlite::Connection;
use tokio::sync::{mpsc, watch};

use super::batch::Batch;
use super::checkpoint::Checkpointer;
use super::failure::Failure;
use super::options::{CrashPoint, Durability, SqliteOptions};
use super::schema::{Tip, tip};
use super::streams::Streams;
use super::work::{Answer, Work};

/// The committed end of the history, for everybody who asks.
pub(super) struct Published {
    tip: Mutex<Tip>,
    watch: watch::Sender<Token>,
}

impl Published {
    pub(super) fn new(tip: Tip) -> Self {
        let (watch, _) = watch::channel(Token { epoch: tip.epoch, position: tip.position() });
        Self { tip: Mutex::new(tip), watch }
    }

    pub(super) fn tip(&self) -> Tip {
        self.tip.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn watch(&self) -> watch::Receiver<Token> {
        self.watch.subscribe()
    }

    fn publish(&self, tip: &Tip) {
        let token = Token { epoch: tip.epoch, position: tip.position() };
        tip.clone_into(&mut self.tip.lock().unwrap_or_else(PoisonError::into_inner));
        self.watch.send_if_modified(|current| std::mem::replace(current, token) != token);
    }
}

pub(super) struct Writer {
    connection: Connection,
    ledger: String,
    clock: Arc<dyn Clock>,
    options: SqliteOptions,
    published: Arc<Published>,
    checkpointer: Checkpointer,
    streams: Streams,
    /// `None` when a transaction failed and the head must be read again.
    tip: Option<Tip>,
    /// SQLite's count of what other connections have written; this one is alone as long as it stands still.
    data_version: i64,
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        ledger: String,
        clock: Arc<dyn Clock>,
        options: SqliteOptions,
        published: Arc<Published>,
        checkpointer: Checkpointer,
    ) -> Self {
        let streams = Streams::new(options.cached_streams);
        Self {
            connection,
            ledger,
            clock,
            options,
            published,
            checkpointer,
            streams,
            tip: None,
            data_version: 0,
        }
    }

    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self, mut queue: mpsc::Receiver<Work>) {
        let mut waiting = Vec::with_capacity(self.options.batch_commands);
        while queue.blocking_recv_many(&mut waiting, self.options.batch_commands) > 0 {
            while !waiting.is_empty() {
                let fitting = fitting(&waiting, self.options.batch_bytes);
                self.commit(waiting.drain(..fitting).collect());
            }
            self.checkpointer.tend(&self.connection);
        }
        self.checkpointer.close(&self.connection);
    }

    fn commit(&mut self, mut batch: Vec<Work>) {
        match self.transact(&mut batch) {
            Ok((tip, answers)) => {
                self.published.publish(&tip);
                self.tip = Some(tip);
                for (work, answer) in batch.iter_mut().zip(answers) {
                    work.answer(answer);
                }
            }
            Err(failure) => {
                self.roll_back();
                if failure != Failure::Away && batch.len() > 1 {
                    // One of them cannot be stored, or its stream is damaged: the others must not suffer for it.
                    for work in batch {
                        self.commit(vec![work]);
                    }
                } else {
                    for work in &mut batch {
                        work.answer(Err(failure.into()));
                    }
                }
            }
        }
    }

    fn transact(&mut self, batch: &mut [Work]) -> Result<(Tip, Vec<Answer>), Failure> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        self.reached(CrashPoint::AfterBegin);
        let tip = self.current()?;
        let before = tip.position();
        let mut rows =
            Batch::new(&self.connection, &self.ledger, self.clock.as_ref(), &mut self.streams, tip)?;
        let answers = batch.iter().map(|work| rows.take(work)).collect::<Result<Vec<_>, _>>()?;
        if let Some(faults) = &self.options.faults {
            faults.reached(CrashPoint::AfterInsert);
        }
        let tip = rows.finish(before)?;
        if self.options.durability == Durability::MutationAckBeforeCommit {
            for (work, answer) in batch.iter_mut().zip(&answers) {
                work.answer(answer.clone());
            }
        }
        self.reached(CrashPoint::BeforeCommit);
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        self.reached(CrashPoint::AfterCommit);
        self.checkpointer.written(tip.position() - before, batch.len());
        Ok((tip, answers))
    }

    /// Where the history ends, inside the write transaction. What is remembered holds unless another connection has
    /// written, which the data folder's lock should have kept out.
    fn current(&mut self) -> Result<Tip, Failure> {
        let version =
            self.connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))?;
        let alone = version == self.data_version;
        match self.tip.take() {
            Some(tip) if alone => Ok(tip),
            Some(_) | None => {
                self.data_version = version;
                self.streams.clear();
                tip(&self.connection)
            }
        }
    }

    fn roll_back(&mut self) {
        // SQLite may have rolled back by itself; then there is nothing to do and it says so.
        let _ = self.connection.execute_batch("ROLLBACK");
        self.streams.clear();
        self.tip = None;
    }

    fn reached(&self, point: CrashPoint) {
        if let Some(faults) = &self.options.faults {
            faults.reached(point);
        }
    }
}

/// How many of the first appends fit into one transaction; at least one.
fn fitting(waiting: &[Work], bytes: usize) -> usize {
    let mut sum = 0_usize;
    let fitting = waiting.iter().take_while(|work| {
        sum = sum.saturating_add(work.bytes);
        sum <= bytes
    });
    fitting.count().max(1)
}
