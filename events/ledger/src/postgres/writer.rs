//! The one task of a process that writes: it takes whatever waits, has it committed as one transaction, then answers.
//!
//! Other processes write the same ledger. The head row serialises them: a batch is decided on what this process knows of
//! the ledger and is sent in one round trip, under the condition that the head is where the decision was made. When
//! somebody else was faster, the batch is decided again under the lock of the head row, on what has come since. While
//! others keep coming, that way is taken at once.

use std::collections::HashMap;
use std::sync::Arc;

use concord_kernel::{Clock, CommandId, LedgerId, StreamRef};
use quick_cache::unsync::Cache;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::batch::{End, Known, Plan, decide, named};
use super::failure::Failure;
use super::link::Link;
use super::options::PostgresOptions;
use super::{table, tip};
use crate::AppendError;
use crate::meter::Meter;
use crate::tip::{Published, Tip};
use crate::work::{Answer, Work};

/// How often a batch is begun again after the connection was lost or somebody else was faster.
const ATTEMPTS: usize = 5;
/// Batches under the lock that met nobody before it is left out again.
const ALONE_AFTER: u32 = 8;

pub(super) struct Writer {
    link: Link,
    ledger: String,
    clock: Arc<dyn Clock>,
    options: PostgresOptions,
    published: Arc<Published>,
    meter: Meter,
    /// True at `tip`: everything that others have appended up to there is in it.
    ends: Cache<StreamRef, End>,
    /// Where the history ended when this process last looked; `None` when that must be asked again.
    tip: Option<Tip>,
    /// Batches under the lock still to come before a batch is sent without it again.
    locked: u32,
}

impl Writer {
    pub(super) fn new(
        link: Link,
        ledger: &LedgerId,
        clock: Arc<dyn Clock>,
        options: PostgresOptions,
        published: Arc<Published>,
    ) -> Self {
        let ends = Cache::new(options.cached_streams);
        let (ledger, meter) = (ledger.to_string(), Meter::new(ledger));
        Self { link, ledger, clock, options, published, meter, ends, tip: None, locked: 0 }
    }

    /// Works until the queue is closed and empty.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Work>) {
        let mut waiting = Vec::with_capacity(self.options.batch_commands);
        while queue.recv_many(&mut waiting, self.options.batch_commands).await > 0 {
            while !waiting.is_empty() {
                let fitting = crate::work::fitting(&waiting, self.options.batch_bytes);
                let batch = waiting.drain(..fitting).collect();
                self.commit(batch).await;
            }
        }
    }

    async fn commit(&mut self, mut batch: Vec<Work>) {
        let begun = self.meter.begin(&batch);
        match self.settle(&batch).await {
            Ok(answers) => {
                self.meter.committed(&begun, &answers, self.published.position());
                tell(&mut batch, answers);
            }
            Err(Failure::Duplicate | Failure::Refused) if batch.len() > 1 => {
                self.meter.not_committed();
                // One of them cannot be stored: the others must not suffer for it.
                for mut work in batch {
                    self.commit_alone(&mut work).await;
                }
            }
            Err(failure) => {
                self.meter.not_committed();
                self.meter.failed(batch.len());
                let answers = batch.iter().map(|_| Err(AppendError::from(failure))).collect();
                tell(&mut batch, answers);
            }
        }
    }

    async fn commit_alone(&mut self, work: &mut Work) {
        let alone = std::slice::from_mut(work);
        let begun = self.meter.begin(alone);
        let answers = match self.settle(alone).await {
            Ok(answers) => {
                self.meter.committed(&begun, &answers, self.published.position());
                answers
            }
            Err(failure) => {
                self.meter.failed(1);
                vec![Err(failure.into())]
            }
        };
        tell(alone, answers);
    }

    /// Commits `batch`, whatever it takes of attempts. A lost connection leaves it open whether the commit happened: the
    /// next attempt finds out, because it looks for the receipts after it has the lock that the lost one held.
    async fn settle(&mut self, batch: &[Work]) -> Result<Vec<Answer>, Failure> {
        for _ in 0..ATTEMPTS {
            // A server that says nothing any more must not hold those who wait: the connection is given up then, and
            // what came of it is found out by another.
            let longest = self.options.longest_answer;
            let settled =
                tokio::time::timeout(longest, self.attempt(batch)).await.unwrap_or(Err(Failure::Away));
            match settled {
                Ok(Some(answers)) => return Ok(answers),
                Ok(None) => {}
                Err(Failure::Away) => {
                    self.locked = ALONE_AFTER;
                    self.link.renew(self.options.patience).await?;
                }
                Err(failure) => {
                    // An open transaction would hold the lock; if this fails, so does the connection.
                    let _ = self.link.client().batch_execute("ROLLBACK").await;
                    return Err(failure);
                }
            }
        }
        Err(Failure::Away)
    }

    async fn attempt(&mut self, batch: &[Work]) -> Result<Option<Vec<Answer>>, Failure> {
        match self.tip.take() {
            Some(tip) if self.locked == 0 => self.at_once(batch, tip).await,
            known => self.under_lock(batch, known).await.map(Some),
        }
    }

    /// One round trip, on what is known. `None` when it must be done under the lock.
    async fn at_once(&mut self, batch: &[Work], on: Tip) -> Result<Option<Vec<Answer>>, Failure> {
        let ends = self.ends_of(batch).await?;
        let known = Known { ledger: &self.ledger, tip: on.clone(), ends, receipts: HashMap::new() };
        let plan = decide(batch, known, self.clock.now());
        if plan.answers.iter().any(Result::is_err) {
            // A refusal is only true if nothing has come since, and if the command has not taken effect before. That is no
            // sign of others, so the batch after this one goes without the lock again.
            self.locked = 1;
            self.tip = Some(on);
            return Ok(None);
        }
        match table::append(self.link.client(), &self.ledger, &on, &plan).await {
            Ok(true) => Ok(Some(self.accept(plan))),
            // Somebody else was faster, or has executed one of these commands before.
            Ok(false) | Err(Failure::Duplicate) => {
                self.locked = ALONE_AFTER;
                self.tip = Some(on);
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }

    /// Two round trips: the lock with a look at what has come since, and the rows with the commit.
    async fn under_lock(&mut self, batch: &[Work], known: Option<Tip>) -> Result<Vec<Answer>, Failure> {
        let (on, receipts) = self.lock(batch, known).await?;
        let ends = self.ends_of(batch).await?;
        let known = Known { ledger: &self.ledger, tip: on.clone(), ends, receipts };
        let plan = decide(batch, known, self.clock.now());
        let client = self.link.client();
        if plan.rows.is_empty() {
            client.batch_execute("COMMIT").await?;
            return Ok(self.accept(plan));
        }
        let (appended, committed) = tokio::join!(
            biased;
            table::append(client, &self.ledger, &on, &plan),
            client.batch_execute("COMMIT"),
        );
        if !appended? {
            return Err(Failure::Corrupt("the head moved while its row was locked"));
        }
        committed?;
        Ok(self.accept(plan))
    }

    /// Takes the lock, and takes in what others have appended since `known`. Gives where the history ends, and the
    /// receipts that commands of `batch` have already.
    async fn lock(
        &mut self,
        batch: &[Work],
        known: Option<Tip>,
    ) -> Result<(Tip, HashMap<CommandId, (crate::merkle::Hash, crate::Receipt)>), Failure> {
        let client = self.link.client();
        let longest = self.options.longest_pause.as_millis();
        let opening = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED;
            SET LOCAL idle_in_transaction_session_timeout = {longest}; SET LOCAL lock_timeout = {longest}"
        );
        let commands: Vec<Uuid> = batch.iter().map(|work| work.append.command.uuid()).collect();
        let position = known.as_ref().map_or(u64::MAX, Tip::position);
        let most = self.options.caught_up;
        let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), _); 1] =
            [(&self.ledger, tokio_postgres::types::Type::TEXT)];
        // Statements of their own: each sees what was committed before the lock was had.
        let (begun, head, moved, receipts) = tokio::join!(
            biased;
            client.batch_execute(&opening),
            client.query_typed_one(table::LOCK, &parameters),
            table::moved(client, &self.ledger, position, most + 1),
            table::receipts(client, &self.ledger, &commands),
        );
        begun?;
        let on = tip::read(&head?)?;
        let (moved, receipts) = (moved?, receipts?);
        let follows = known.is_some_and(|known| {
            let same = known.position() == on.position();
            known.epoch == on.epoch
                && known.position() <= on.position()
                && (!same || known.frontier == on.frontier)
        });
        if follows && moved.len() <= most {
            self.locked = if moved.is_empty() { self.locked.saturating_sub(1) } else { ALONE_AFTER };
            for (stream, end) in moved {
                self.ends.insert(stream, end);
            }
        } else {
            self.ends.clear();
            self.locked = self.locked.saturating_sub(1);
        }
        let receipts = receipts.iter().map(|row| table::receipt(row, on.epoch)).collect::<Result<_, _>>()?;
        Ok((on, receipts))
    }

    /// Where every stream ends that `batch` names: from memory, and from the tables what is not in it.
    async fn ends_of(&mut self, batch: &[Work]) -> Result<HashMap<StreamRef, End>, Failure> {
        let mut ends = HashMap::new();
        let mut missing = Vec::new();
        for stream in named(batch) {
            match self.ends.get(&stream) {
                Some(end) => {
                    ends.insert(stream, *end);
                }
                None => missing.push(stream),
            }
        }
        for (stream, end) in table::ends(self.link.client(), &self.ledger, &missing).await? {
            self.ends.insert(stream, end);
            ends.insert(stream, end);
        }
        Ok(ends)
    }

    /// What was decided has come to be.
    fn accept(&mut self, plan: Plan<'_>) -> Vec<Answer> {
        for (stream, end) in plan.moved {
            self.ends.insert(stream, end);
        }
        self.published.advance(&plan.tip);
        self.tip = Some(plan.tip);
        plan.answers
    }
}

fn tell(batch: &mut [Work], answers: Vec<Answer>) {
    for (work, answer) in batch.iter_mut().zip(answers) {
        work.answer(answer);
    }
}
