//! The one task of a process that writes: it takes whatever waits, has it committed as one transaction, then answers.
//!
//! Other processes write the same ledger. The head row serialises them: a batch is decided on what this process knows of
//! the ledger and is sent in one round trip, under the condition that the head is where the decision was made. When
//! somebody else was faster, the batch is decided again under the lock of the head row, on what has come since. While
//! others keep coming, that way is taken at once, and a turn at the head takes along what has come while it was waited for.
//!
//! A history that does not hold what this process has told others is not written to: a database that was set back, or a
//! standby that had not everything, would give places away twice. The task ends then, and the process must start again.

use std::ops::Range;
use std::sync::Arc;

use concord_kernel::{Clock, LedgerId, StreamRef};
use concord_postgres::Link;
use quick_cache::unsync::Cache;
use tokio::sync::{broadcast, mpsc};
use tokio_postgres::Row;
use uuid::Uuid;

use super::batch::{End, Known, Map, Plan, decide, named};
use super::failure::Failure;
use super::history::goes_on;
use super::news::News;
use super::options::PostgresOptions;
use super::table;
use crate::AppendError;
use crate::meter::{Begun, Meter};
use crate::tip::{Published, Tip};
use crate::work::{Answer, Work};

/// How often a batch is begun again after the connection was lost or somebody else was faster.
const ATTEMPTS: usize = 5;
/// Batches under the lock that met nobody before it is left out again.
const ALONE_AFTER: u32 = 8;

/// Who is told of commits: those who wait in this process, then other processes; and where others have been.
pub(super) struct Told {
    pub(super) published: Arc<Published>,
    pub(super) news: Arc<News>,
    pub(super) others: broadcast::Sender<Range<u64>>,
}

pub(super) struct Writer {
    link: Link,
    ledger: String,
    clock: Arc<dyn Clock>,
    options: PostgresOptions,
    told: Told,
    meter: Meter,
    queue: mpsc::Receiver<Work>,
    /// Out of the queue, for the next batch.
    waiting: Vec<Work>,
    /// True at `tip`: everything that others have appended up to there is in it.
    ends: Cache<StreamRef, End>,
    /// Where the history ended when this process last looked; `None` when that must be asked again.
    tip: Option<Tip>,
    /// The last end of the history of which this process knows that it holds everything that came before.
    verified: Tip,
    /// Batches under the lock still to come before a batch is sent without it again.
    locked: u32,
    /// Whether the history is another one than this process has told of.
    ended: bool,
}

impl Writer {
    pub(super) fn new(
        link: Link,
        ledger: &LedgerId,
        clock: Arc<dyn Clock>,
        options: PostgresOptions,
        told: Told,
        queue: mpsc::Receiver<Work>,
    ) -> Self {
        let (ends, verified) = (Cache::new(options.cached_streams), told.published.tip());
        let (ledger, meter) = (ledger.to_string(), Meter::new(ledger));
        let waiting = Vec::with_capacity(options.batch_commands);
        let (tip, locked, ended) = (None, 0, false);
        Self { link, ledger, clock, options, told, meter, queue, waiting, ends, tip, verified, locked, ended }
    }

    /// Works until the queue is closed and empty.
    pub(super) async fn run(mut self) {
        let most = self.options.batch_commands;
        while !self.ended
            && (!self.waiting.is_empty() || self.queue.recv_many(&mut self.waiting, most).await > 0)
        {
            let mut batch = Vec::with_capacity(most);
            self.take_along(&mut batch);
            self.commit(batch).await;
        }
    }

    /// Adds to `batch` what has come meanwhile, as far as it may be committed with it.
    fn take_along(&mut self, batch: &mut Vec<Work>) {
        let PostgresOptions { batch_commands, batch_bytes, .. } = self.options;
        while batch.len() + self.waiting.len() < batch_commands
            && let Ok(work) = self.queue.try_recv()
        {
            self.waiting.push(work);
        }
        let mut bytes: usize = batch.iter().map(|work| work.bytes).sum();
        let fits = |work: &&Work| {
            bytes = bytes.saturating_add(work.bytes);
            bytes <= batch_bytes
        };
        let fitting = self.waiting.iter().take_while(fits).count();
        // One that is too large for any batch has its own.
        let fitting = if batch.is_empty() { fitting.max(1) } else { fitting };
        batch.extend(self.waiting.drain(..fitting.min(self.waiting.len())));
    }

    async fn commit(&mut self, mut batch: Vec<Work>) {
        let mut begun = self.meter.begin(&batch);
        match self.settle(&mut batch, &mut begun).await {
            Ok(answers) => {
                self.meter.committed(&begun, &answers, self.told.published.position());
                tell(&mut batch, answers);
            }
            Err(Failure::Duplicate | Failure::Refused) if batch.len() > 1 => {
                self.meter.not_committed();
                // One of them cannot be stored: the others must not suffer for it.
                for work in batch {
                    self.commit_alone(work).await;
                }
            }
            Err(failure) => {
                self.ended |= failure == Failure::WentBack;
                self.meter.not_committed();
                self.meter.failed(batch.len());
                let answers = batch.iter().map(|_| Err(AppendError::from(failure))).collect();
                tell(&mut batch, answers);
            }
        }
    }

    async fn commit_alone(&mut self, work: Work) {
        let mut alone = vec![work];
        let begun = self.meter.begin(&alone);
        let answers = match self.again(&alone, 0).await {
            Ok(answers) => {
                self.meter.committed(&begun, &answers, self.told.published.position());
                answers
            }
            Err(failure) => {
                self.ended |= failure == Failure::WentBack;
                self.meter.failed(1);
                vec![Err(failure.into())]
            }
        };
        tell(&mut alone, answers);
    }

    /// Commits `batch` with what comes while the lock is waited for.
    async fn settle(&mut self, batch: &mut Vec<Work>, begun: &mut Begun) -> Result<Vec<Answer>, Failure> {
        if self.locked == 0 && self.tip.is_some() {
            return self.again(batch, 0).await;
        }
        let (longest, alone) = (self.options.longest_answer, batch.len());
        let settled = tokio::time::timeout(longest, self.in_company(batch)).await;
        if batch.len() > alone {
            *begun = self.meter.begin(batch);
        }
        match self.settled(settled.unwrap_or(Err(Failure::Away))).await? {
            Some(answers) => Ok(answers),
            None => self.again(batch, 1).await,
        }
    }

    /// Commits `batch` as it is, whatever it takes of attempts after those that were `made`. A lost connection leaves it open
    /// whether the commit happened: the next attempt finds out, because it looks for the receipts after it has the lock
    /// that the lost one held.
    async fn again(&mut self, batch: &[Work], made: usize) -> Result<Vec<Answer>, Failure> {
        for _ in made..ATTEMPTS {
            // A server that says nothing any more must not hold those who wait: the connection is given up then, and
            // what came of it is found out by another.
            let longest = self.options.longest_answer;
            let settled = tokio::time::timeout(longest, self.attempt(batch)).await;
            if let Some(answers) = self.settled(settled.unwrap_or(Err(Failure::Away))).await? {
                return Ok(answers);
            }
        }
        Err(Failure::Away)
    }

    /// What came of an attempt: `None` when another one must be made, for which everything is ready then.
    async fn settled(
        &mut self,
        attempted: Result<Option<Vec<Answer>>, Failure>,
    ) -> Result<Option<Vec<Answer>>, Failure> {
        match attempted {
            Ok(answers) => return Ok(answers),
            Err(Failure::Away) => {
                self.locked = ALONE_AFTER;
                self.renew().await?;
            }
            Err(Failure::Held) => {
                self.locked = ALONE_AFTER;
                let made = tokio::time::timeout(self.options.longest_answer, self.make_way()).await;
                if !matches!(made, Ok(Ok(()))) {
                    self.renew().await?;
                }
            }
            Err(failure) => {
                // An open transaction would hold the lock; if this fails, so does the connection.
                let _ = self.link.client().batch_execute("ROLLBACK").await;
                return Err(failure);
            }
        }
        Ok(None)
    }

    async fn renew(&mut self) -> Result<(), Failure> {
        if self.link.renew(self.options.patience).await { Ok(()) } else { Err(Failure::Away) }
    }

    /// Ends the sessions of processes that hold a head row and have stopped in the middle. The server does so itself for those
    /// that have sent whole statements; it cannot for one that has stopped within a statement.
    async fn make_way(&self) -> Result<(), Failure> {
        let client = self.link.client();
        client.batch_execute("ROLLBACK").await?;
        let ended = table::end_abandoned(client, self.options.longest_pause).await?;
        if ended > 0 {
            tracing::warn!(
                sessions = ended,
                "ended sessions of processes that held the ledger and did not go on"
            );
        }
        Ok(())
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
        let known = Known { ledger: &self.ledger, tip: on.clone(), ends, receipts: Map::default() };
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

    /// Two round trips: the lock with a look at what has come since, and the rows with the commit. Receipts are looked up
    /// with the lock, for all of the batch.
    async fn under_lock(&mut self, batch: &[Work], known: Option<Tip>) -> Result<Vec<Answer>, Failure> {
        let commands: Vec<Uuid> = batch.iter().map(|work| work.append.command.uuid()).collect();
        let (on, receipts) = self.lock(batch, &commands, known.is_some()).await?;
        let receipts = table::receipts_of(&receipts, on.epoch)?;
        let ends = self.ends_of(batch).await?;
        let known = Known { ledger: &self.ledger, tip: on.clone(), ends, receipts };
        let plan = decide(batch, known, self.clock.now());
        self.write(&on, plan).await
    }

    /// The same, with what comes until the lock is had: where many wait for it, each turn is worth more. Nothing is
    /// known of the receipts of late-comers, so they are looked up where it matters: for what would be refused. A command
    /// that has taken effect before cannot take effect again; then `None`, and the batch begins anew.
    async fn in_company(&mut self, batch: &mut Vec<Work>) -> Result<Option<Vec<Answer>>, Failure> {
        let known = self.tip.take().is_some();
        let (on, _) = self.lock(batch, &[], known).await?;
        self.take_along(batch);
        let batch: &[Work] = batch;
        let now = self.clock.now();
        let receipts = Map::default();
        let ends = self.ends_of(batch).await?;
        let mut plan = decide(batch, Known { ledger: &self.ledger, tip: on.clone(), ends, receipts }, now);
        let refused = batch.iter().zip(&plan.answers).filter(|(_, answer)| answer.is_err());
        let refused: Vec<Uuid> = refused.map(|(work, _)| work.append.command.uuid()).collect();
        if !refused.is_empty() {
            let receipts = table::receipts(self.link.client(), &self.ledger, &refused).await?;
            let receipts = table::receipts_of(&receipts, on.epoch)?;
            let ends = self.ends_of(batch).await?;
            plan = decide(batch, Known { ledger: &self.ledger, tip: on.clone(), ends, receipts }, now);
        }
        match self.write(&on, plan).await {
            Err(Failure::Duplicate) => {
                self.tip = Some(on);
                self.locked = ALONE_AFTER;
                Ok(None)
            }
            written => written.map(Some),
        }
    }

    /// Writes under the lock, and commits.
    async fn write(&mut self, on: &Tip, plan: Plan<'_>) -> Result<Vec<Answer>, Failure> {
        let client = self.link.client();
        if plan.rows.is_empty() {
            client.batch_execute("COMMIT").await?;
            return Ok(self.accept(plan));
        }
        let (appended, committed) = tokio::join!(
            biased;
            table::append(client, &self.ledger, on, &plan),
            client.batch_execute("COMMIT"),
        );
        if !appended? {
            return Err(Failure::Corrupt("the head moved while its row was locked"));
        }
        committed?;
        Ok(self.accept(plan))
    }

    /// Takes the lock, and takes in what others have appended since this process looked, if its memory is `known` to be true
    /// up to there. Gives where the history ends, and the receipts that `commands` have already.
    async fn lock(
        &mut self,
        batch: &[Work],
        commands: &[Uuid],
        known: bool,
    ) -> Result<(Tip, Vec<Row>), Failure> {
        let longest = self.options.longest_pause.as_millis();
        let opening = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED;
            SET LOCAL idle_in_transaction_session_timeout = {longest}; SET LOCAL lock_timeout = {longest}"
        );
        let told = self.told.published.tip();
        let since = self.verified.position();
        let most = self.options.caught_up;
        let unknown = if known { self.unknown(named(batch)) } else { named(batch) };
        let client = self.link.client();
        // Statements of their own: each sees what was committed before the lock was had.
        let (begun, taken, ends, receipts) = tokio::join!(
            biased;
            client.batch_execute(&opening),
            table::take_head(client, &self.ledger, since, most + 1),
            table::ends(client, &self.ledger, &unknown),
            table::receipts(client, &self.ledger, commands),
        );
        begun?;
        let (on, moved) = taken?;
        let (ends, receipts) = (ends?, receipts?);
        if !goes_on(&self.verified, &told, &on, &moved) {
            tracing::error!(
                told = told.position(),
                found = on.position(),
                same_epoch = told.epoch == on.epoch,
                "the ledger is not what this process has told of; it writes no more"
            );
            // Whoever serves another epoch must hear of it.
            self.told.published.advance(&on);
            return Err(Failure::WentBack);
        }
        if since < on.position() {
            // Nobody may be there who remembers states.
            let _ = self.told.others.send(since..on.position());
        }
        on.clone_into(&mut self.verified);
        if known && moved.len() <= most {
            self.locked = if moved.is_empty() { self.locked.saturating_sub(1) } else { ALONE_AFTER };
        } else {
            self.ends.clear();
            self.locked = self.locked.saturating_sub(1);
        }
        let moved = if known && moved.len() <= most { moved } else { Vec::new() };
        for (stream, end) in moved.into_iter().chain(ends) {
            self.ends.insert(stream, end);
        }
        Ok((on, receipts))
    }

    /// Those of `streams` of which it is not remembered where they end.
    fn unknown(&mut self, streams: Vec<StreamRef>) -> Vec<StreamRef> {
        streams.into_iter().filter(|stream| self.ends.get(stream).is_none()).collect()
    }

    /// Where every stream ends that `batch` names: from memory, and from the tables what is not in it.
    async fn ends_of(&mut self, batch: &[Work]) -> Result<Map<StreamRef, End>, Failure> {
        let mut ends = Map::default();
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
        self.told.published.advance(&plan.tip);
        if !plan.rows.leaves.is_empty() {
            self.told.news.committed(&self.ledger, plan.tip.position());
        }
        plan.tip.clone_into(&mut self.verified);
        self.tip = Some(plan.tip);
        plan.answers
    }
}

fn tell(batch: &mut [Work], answers: Vec<Answer>) {
    for (work, answer) in batch.iter_mut().zip(answers) {
        work.answer(answer);
    }
}
