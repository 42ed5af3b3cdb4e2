//! The one task of a process that writes: it takes whatever waits, has it committed as one transaction, then answers.
//!
//! Other processes write the same ledger. The head row serialises them: a batch is decided on what this process knows of
//! the ledger and is sent in one round trip, under the condition that the head is where the decision was made. When
//! somebody else was faster, the batch is decided again under the lock of the head row, on what has come since. While
//! others keep coming, that way is taken at once.
//!
//! A history that does not hold what this process has told others is not written to: a database that was set back, or a
//! standby that had not everything, would give places away twice. The task ends then, and the process must start again.

use std::collections::HashMap;
use std::sync::Arc;

use concord_kernel::{Clock, CommandId, LedgerId, StreamRef};
use concord_postgres::Link;
use quick_cache::unsync::Cache;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::batch::{End, Known, Plan, decide, named};
use super::failure::Failure;
use super::news::News;
use super::options::PostgresOptions;
use super::{table, tip};
use crate::AppendError;
use crate::merkle::Frontier;
use crate::meter::Meter;
use crate::tip::{Published, Tip};
use crate::work::{Answer, Work};

/// How often a batch is begun again after the connection was lost or somebody else was faster.
const ATTEMPTS: usize = 5;
/// Batches under the lock that met nobody before it is left out again.
const ALONE_AFTER: u32 = 8;

/// Who is told of commits: those who wait in this process, then other processes.
pub(super) struct Told {
    pub(super) published: Arc<Published>,
    pub(super) news: Arc<News>,
}

pub(super) struct Writer {
    link: Link,
    ledger: String,
    clock: Arc<dyn Clock>,
    options: PostgresOptions,
    told: Told,
    meter: Meter,
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
    ) -> Self {
        let (ends, verified) = (Cache::new(options.cached_streams), told.published.tip());
        let (ledger, meter) = (ledger.to_string(), Meter::new(ledger));
        Self { link, ledger, clock, options, told, meter, ends, tip: None, verified, locked: 0, ended: false }
    }

    /// Works until the queue is closed and empty.
    pub(super) async fn run(mut self, mut queue: mpsc::Receiver<Work>) {
        let mut waiting = Vec::with_capacity(self.options.batch_commands);
        while !self.ended && queue.recv_many(&mut waiting, self.options.batch_commands).await > 0 {
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
                self.meter.committed(&begun, &answers, self.told.published.position());
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
                self.ended |= failure == Failure::WentBack;
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
                self.meter.committed(&begun, &answers, self.told.published.position());
                answers
            }
            Err(failure) => {
                self.ended |= failure == Failure::WentBack;
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
                    self.renew().await?;
                }
                Err(Failure::Held) => {
                    self.locked = ALONE_AFTER;
                    let made = tokio::time::timeout(longest, self.make_way()).await;
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
        }
        Err(Failure::Away)
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
        let told = self.told.published.tip();
        let since = self.verified.position();
        let most = self.options.caught_up;
        let parameters: [(&(dyn tokio_postgres::types::ToSql + Sync), _); 1] =
            [(&self.ledger, tokio_postgres::types::Type::TEXT)];
        // Statements of their own: each sees what was committed before the lock was had.
        let (begun, head, moved, receipts) = tokio::join!(
            biased;
            client.batch_execute(&opening),
            client.query_typed_one(table::LOCK, &parameters),
            table::moved(client, &self.ledger, since, most + 1),
            table::receipts(client, &self.ledger, &commands),
        );
        begun?;
        let on = tip::read(&head?)?;
        let (moved, receipts) = (moved?, receipts?);
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
        on.clone_into(&mut self.verified);
        if known.is_some() && moved.len() <= most {
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

/// Whether the history that ends at `on` holds everything up to `told`. `moved` is what it has after `since`, in order;
/// where that is not all of it, the rest is taken for what the head says.
fn goes_on(since: &Tip, told: &Tip, on: &Tip, moved: &[(StreamRef, End)]) -> bool {
    // Whoever follows the head may have heard of another epoch, and told of it, before the writer looks.
    if on.epoch != since.epoch || on.epoch != told.epoch || on.position() < told.position() {
        return false;
    }
    let mut frontier = since.frontier.clone();
    let is_told = |frontier: &Frontier| frontier.size() != told.position() || *frontier == told.frontier;
    for (_, end) in moved {
        if !is_told(&frontier) {
            return false;
        }
        frontier.push(end.leaf);
    }
    is_told(&frontier) && (frontier.size() != on.position() || frontier == on.frontier)
}

#[cfg(test)]
mod tests {
    use concord_kernel::{Instant, StreamKind};

    use super::*;

    /// The history of leaves with these numbers.
    fn tip(epoch: u128, leaves: &[u8]) -> Tip {
        let mut frontier = Frontier::default();
        for leaf in leaves {
            frontier.push([*leaf; 32]);
        }
        Tip { epoch: Uuid::from_u128(epoch), recorded_at: Instant::from_micros(0).unwrap(), frontier }
    }

    fn moved(leaves: &[u8]) -> Vec<(StreamRef, End)> {
        let stream = StreamRef { kind: StreamKind::Scales, id: Uuid::nil() };
        leaves.iter().map(|leaf| (stream, End { version: 1, leaf: [*leaf; 32] })).collect()
    }

    #[test]
    fn a_history_goes_on_when_it_holds_all_that_was_told() {
        let (known, told) = (tip(1, &[1, 2]), tip(1, &[1, 2, 3]));
        assert!(goes_on(&known, &told, &tip(1, &[1, 2, 3]), &moved(&[3])));
        assert!(goes_on(&known, &told, &tip(1, &[1, 2, 3, 4]), &moved(&[3, 4])));
        assert!(goes_on(&told, &told, &told, &[]));
    }

    #[test]
    fn a_history_that_went_back_does_not_go_on() {
        let (known, told) = (tip(1, &[1, 2]), tip(1, &[1, 2, 3]));
        assert!(!goes_on(&known, &told, &tip(1, &[1, 2]), &[]), "it ends before");
        assert!(!goes_on(&known, &told, &tip(1, &[1, 2, 9]), &moved(&[9])), "another event is there instead");
        assert!(!goes_on(&known, &told, &tip(1, &[1, 2, 9, 4]), &moved(&[9, 4])), "and it went further");
        assert!(!goes_on(&known, &told, &tip(1, &[1, 8, 3]), &moved(&[3])), "it was another one before");
        assert!(!goes_on(&known, &told, &tip(2, &[1, 2, 3]), &moved(&[3])), "somebody began another epoch");
        let heard = tip(2, &[1, 2]);
        assert!(!goes_on(&told, &heard, &heard, &[]), "and this process has heard of it already");
    }
}
