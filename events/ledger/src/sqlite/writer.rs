//! The one thread that writes: it takes whatever waits, commits it as one transaction, then answers.

use std::sync::Arc;

use concord_kernel::{Clock, LedgerId};
use rusqlite::Connection;
use tokio::sync::mpsc;

use super::batch::Batch;
use super::checkpoint::Checkpointer;
use super::ends::{Ends, Fresh};
use super::failure::Failure;
use super::options::{CrashPoint, Durability, SqliteOptions};
use super::schema::tip;
use super::streams::Streams;
use crate::meter::Meter;
use crate::tip::{Published, Tip};
use crate::work::{Answer, Work, fitting};

pub(super) struct Writer {
    connection: Connection,
    ledger: String,
    clock: Arc<dyn Clock>,
    options: SqliteOptions,
    published: Arc<Published>,
    checkpointer: Checkpointer,
    meter: Meter,
    streams: Streams,
    ends: Ends,
    /// `None` when a transaction failed and the head must be read again.
    tip: Option<Tip>,
    /// SQLite's count of what other connections have written; this one is alone as long as it stands still.
    data_version: i64,
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        ledger: &LedgerId,
        clock: Arc<dyn Clock>,
        options: SqliteOptions,
        published: Arc<Published>,
        checkpointer: Checkpointer,
    ) -> Result<Self, Failure> {
        let streams = Streams::new(options.cached_streams);
        // Looked up before the ends are read, so that what is written meanwhile makes a difference.
        let data_version = data_version(&connection)?;
        let ends = Ends::load(&connection, &options)?;
        Ok(Self {
            connection,
            ledger: ledger.to_string(),
            clock,
            options,
            published,
            checkpointer,
            meter: Meter::new(ledger),
            streams,
            ends,
            tip: None,
            data_version,
        })
    }

    /// The ends of streams that the table does not have, for the readers.
    pub(super) fn fresh(&self) -> Arc<Fresh> {
        Arc::clone(self.ends.fresh())
    }

    /// Works until the queue is closed and empty.
    pub(super) fn run(mut self, mut queue: mpsc::Receiver<Work>) {
        let mut waiting = Vec::with_capacity(self.options.batch_commands);
        while queue.blocking_recv_many(&mut waiting, self.options.batch_commands) > 0 {
            while !waiting.is_empty() {
                let fitting = fitting(&waiting, self.options.batch_bytes);
                self.commit(waiting.drain(..fitting).collect());
                self.tend_ends();
            }
            self.checkpointer.tend(&self.connection);
        }
        while !self.ends.complete() && self.write_ends() {}
        self.checkpointer.close(&self.connection);
    }

    /// Between two commits: writes a slice of the ends that have moved, or all of them when they have become too many.
    fn tend_ends(&mut self) {
        while self.ends.due() && self.write_ends() && self.ends.overdue() {}
    }

    /// Whether it could be done.
    fn write_ends(&mut self) -> bool {
        let written = self.transact_ends();
        if written.is_err() {
            self.roll_back();
        }
        written.is_ok()
    }

    fn transact_ends(&mut self) -> Result<(), Failure> {
        self.connection.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        // Another connection may have moved them on.
        let tip = self.current()?;
        let slice = self.ends.slice();
        slice.write(&self.connection)?;
        self.reached(CrashPoint::BeforeEnds);
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        self.reached(CrashPoint::AfterEnds);
        self.ends.written(&slice);
        self.tip = Some(tip);
        self.checkpointer.written_ends(slice.len());
        Ok(())
    }

    fn commit(&mut self, mut batch: Vec<Work>) {
        if self.ends.overdue() {
            // Left so by a process that ended, or because they could not be written: perhaps they can now.
            self.tend_ends();
        }
        let begun = self.meter.begin(&batch);
        match self.transact(&mut batch) {
            Ok((tip, answers)) => {
                self.meter.committed(&begun, &answers, tip.position());
                self.published.publish(&tip);
                self.tip = Some(tip);
                for (work, answer) in batch.iter_mut().zip(answers) {
                    work.answer(answer);
                }
            }
            Err(failure) => {
                self.roll_back();
                self.meter.not_committed();
                if failure != Failure::Away && batch.len() > 1 {
                    // One of them cannot be stored, or its stream is damaged: the others must not suffer for it.
                    for work in batch {
                        self.commit(vec![work]);
                    }
                } else {
                    self.meter.failed(batch.len());
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
        if self.ends.overdue() {
            return Err(Failure::Away);
        }
        let before = tip.position();
        let (clock, fresh) = (self.clock.as_ref(), self.ends.fresh().as_ref());
        let mut rows = Batch::new(&self.connection, &self.ledger, clock, &mut self.streams, fresh, tip)?;
        let answers = batch.iter().map(|work| rows.take(work)).collect::<Result<Vec<_>, _>>()?;
        if let Some(faults) = &self.options.faults {
            faults.reached(CrashPoint::AfterInsert);
        }
        let (tip, moved) = rows.finish(before)?;
        if self.options.durability == Durability::MutationAckBeforeCommit {
            for (work, answer) in batch.iter_mut().zip(&answers) {
                work.answer(answer.clone());
            }
        }
        self.reached(CrashPoint::BeforeCommit);
        self.connection.prepare_cached("COMMIT")?.execute([])?;
        self.reached(CrashPoint::AfterCommit);
        self.ends.moved(moved, tip.position());
        self.checkpointer.written(batch.iter().map(|work| work.bytes).sum(), batch.len());
        Ok((tip, answers))
    }

    /// Where the history ends, inside the write transaction. What is remembered holds unless another connection has
    /// written, which the data folder's lock should have kept out.
    fn current(&mut self) -> Result<Tip, Failure> {
        let version = data_version(&self.connection)?;
        let alone = version == self.data_version;
        if !alone {
            self.ends.reload(&self.connection)?;
            self.data_version = version;
        }
        match self.tip.take() {
            Some(tip) if alone => Ok(tip),
            Some(_) | None => {
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

fn data_version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.prepare_cached("PRAGMA data_version")?.query_row([], |row| row.get(0))
}
