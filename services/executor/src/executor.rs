//! Executes commands.

use std::sync::Arc;

use concord_domain::ruleset::Archive;
use concord_domain::{Command, Context, DomainEvent, Facts, Target, chart};
use concord_kernel::{Clock, CommandId, Instant, LedgerId, StreamKind, StreamRef};
use concord_knowledge::{FindingKey, Ruleset};
use concord_ledger::{AppendError, Appended, Condition, Expected, Ledger};
use concord_telemetry::trace;
use tracing::Instrument;
use uuid::Uuid;

use crate::cache::{CacheSize, Folded, StateCache};
use crate::gates::Gates;
use crate::load::load;
use crate::meter::Meter;
use crate::prepare::prepare;
use crate::rulebook::{self, Rulebook, Rules};
use crate::{ExecuteError, Receipt, Request};

/// Namespace of the names of commands that another one asks for first; never changes.
const FIRST: Uuid = Uuid::from_u128(0x3f7a_90c2_6b1e_5d84_9e05_c1d7_42a8_6f13);

/// The executor's bounds.
#[derive(Clone, Copy, Debug)]
pub struct ExecutorOptions {
    /// Memory for folded states, in bytes.
    pub cache_bytes: u64,
    /// How often a command is decided again after losing a race.
    pub attempts: u32,
}

impl Default for ExecutorOptions {
    fn default() -> Self {
        Self { cache_bytes: 128 * 1024 * 1024, attempts: 8 }
    }
}

/// Executes commands on one ledger. Clones share everything.
#[derive(Clone)]
pub struct Executor(Arc<Inner>);

struct Inner {
    ledger: Arc<dyn Ledger>,
    clock: Arc<dyn Clock>,
    book: Rulebook,
    options: ExecutorOptions,
    cache: StateCache,
    gates: Gates,
    meter: Meter,
}

/// A decision with everything it rests on.
pub(crate) struct Decided {
    pub(crate) events: Vec<DomainEvent>,
    pub(crate) conditions: Vec<Condition>,
}

/// What came of deciding once.
enum Attempt {
    /// It was recorded, now or before.
    Done(Receipt),
    /// Others were faster.
    Overtaken,
    /// Another process has published rules since they were read here.
    RulesChanged,
}

impl Executor {
    /// Executes commands on `ledger` by `rules`, and by what is published in it over them.
    pub fn new(
        ledger: Arc<dyn Ledger>,
        clock: Arc<dyn Clock>,
        rules: &'static Ruleset,
        options: ExecutorOptions,
    ) -> Self {
        let tenant = &ledger.id().tenant;
        let (cache, meter) = (StateCache::new(options.cache_bytes, tenant), Meter::new(tenant));
        let book = Rulebook::new(rules);
        Self(Arc::new(Inner { ledger, clock, book, options, cache, gates: Gates::new(), meter }))
    }

    /// The rules that a command would be judged by now.
    ///
    /// # Errors
    ///
    /// [`ExecuteError`] when what was published cannot be read or used; then no command is decided either.
    pub async fn rules(&self) -> Result<&'static Ruleset, ExecuteError> {
        let now = self.0.clock.now();
        let rules = self.0.book.rules(&*self.0.ledger, now).await?;
        if !self.0.republished(rules).await? {
            return Ok(rules.rules);
        }
        self.0.book.forget(rules);
        Ok(self.0.book.rules(&*self.0.ledger, now).await?.rules)
    }

    /// Every ruleset that was proposed or published in the ledger, with its rows.
    ///
    /// # Errors
    ///
    /// [`ExecuteError`] when the ledger cannot be read.
    pub async fn rulesets(&self) -> Result<Archive, ExecuteError> {
        rulebook::archive(&*self.0.ledger).await
    }

    /// The ledger that commands are executed on.
    pub fn ledger(&self) -> &LedgerId {
        self.0.ledger.id()
    }

    /// How full the cache of folded streams is.
    pub fn cache_size(&self) -> CacheSize {
        self.0.cache.size()
    }

    /// Forgets every folded stream: a patient's record was destroyed, and which streams were theirs is not known here.
    pub fn forget_all(&self) {
        self.0.cache.clear();
    }

    /// What the cache holds of a stream.
    #[cfg(test)]
    pub(crate) fn cached(&self, stream: StreamRef) -> Option<Arc<Folded>> {
        self.0.cache.get(stream)
    }

    /// Executes `request`: durable when this returns a receipt.
    ///
    /// # Errors
    ///
    /// See [`ExecuteError`]; on [`ExecuteError::Unavailable`] ask again with the same command id.
    pub async fn execute(&self, request: Request) -> Result<Receipt, ExecuteError> {
        self.0.whole(request).await
    }

    /// Judges `request` as things are now and records nothing: for whoever must do something in the world before it can
    /// be recorded as done. Another decision may follow before [`Self::execute`].
    ///
    /// # Errors
    ///
    /// [`ExecuteError::Refused`] when it would be refused, also when it has taken effect before; others as for `execute`.
    pub async fn judge(&self, request: Request) -> Result<(), ExecuteError> {
        self.0.judge(&request).await
    }
}

impl Inner {
    /// What must be recorded in another stream first is a command of its own, after whose append this one is decided
    /// again. No gate is held in between: two streams may share one.
    async fn whole(&self, request: Request) -> Result<Receipt, ExecuteError> {
        for _ in 0..self.options.attempts {
            let refusal = match self.execute(&request).await {
                Err(ExecuteError::Refused(refusal)) => refusal,
                answer => return answer,
            };
            let Some(first) = refusal.asks_first(&request.command) else {
                return Err(ExecuteError::Refused(refusal));
            };
            self.execute(&before(&request, first, self.clock.now())).await?;
        }
        Err(ExecuteError::Contended)
    }

    async fn execute(&self, request: &Request) -> Result<Receipt, ExecuteError> {
        let target = request.command.target(request.patient);
        let _gate = self.gates.enter(target.stream).await;
        for _ in 0..self.options.attempts {
            // Within the gate and anew each time: a decision is never older than the state it rests on.
            let now = self.clock.now();
            let rules = self.rules(&target, now).await?;
            match self.attempt(request, &target, now, rules).await? {
                Attempt::Done(receipt) => return Ok(receipt),
                Attempt::Overtaken => self.meter.overtaken.increment(1),
                Attempt::RulesChanged => {
                    self.meter.rules_changed.increment(1);
                    self.book.forget(rules);
                }
            }
        }
        Err(ExecuteError::Contended)
    }

    /// What a command for `target` is judged by.
    async fn rules(&self, target: &Target, now: Instant) -> Result<Rules, ExecuteError> {
        match target.stream.kind {
            // Neither is judged by them; an audit is answered also while nothing can be judged.
            StreamKind::Ruleset | StreamKind::Audit => Ok(self.book.base()),
            StreamKind::Episode
            | StreamKind::Assessment
            | StreamKind::MedicationChart
            | StreamKind::SideEffects
            | StreamKind::Scales
            | StreamKind::FollowUp
            | StreamKind::CareTeam
            | StreamKind::TreatmentPlan
            | StreamKind::Coordination
            | StreamKind::Adherence
            | StreamKind::Recovery
            | StreamKind::Prescription => self.book.rules(&*self.ledger, now).await,
        }
    }

    /// Decides once and appends.
    async fn attempt(
        &self,
        request: &Request,
        target: &Target,
        now: Instant,
        rules: Rules,
    ) -> Result<Attempt, ExecuteError> {
        let effective_at = request.effective_at.unwrap_or(now);
        if effective_at > now {
            return Err(ExecuteError::EffectiveInFuture);
        }
        let folded = self.own(target.stream).await?;
        if request.expected_version.is_some_and(|wanted| wanted != folded.version) {
            let conflict = ExecuteError::Conflict { actual: folded.version };
            return self.refuse(request, conflict, &[(target.stream, folded.version)], rules).await;
        }
        let read = self.basis(request, &target.reads, &folded).await?;
        let kind = target.stream.kind.as_str();
        let decide = || Self::decide(request, &folded, &read, (now, effective_at), rules);
        let decided = match trace::decide(kind).in_scope(decide) {
            Ok(decided) => decided,
            Err(refusal) => {
                let rests_on = looked_at(target.stream, &folded, &read);
                return self.refuse(request, ExecuteError::Refused(refusal), &rests_on, rules).await;
            }
        };
        // Until the append is known to have happened, nobody may decide on the state before it.
        self.cache.forget(target.stream);
        let warnings = standing(&decided.events);
        let span = trace::append(kind, decided.events.len());
        let traced = trace::parent_of(&span);
        let append = prepare(
            request,
            &decided,
            &warnings,
            (target.stream, folded.version),
            (effective_at, now),
            traced,
        );
        match self.ledger.append(append).instrument(span.clone()).await {
            Ok(Appended::New(receipt)) => {
                trace::appended(&span, receipt.token.position);
                self.keep(target.stream, folded, decided.events, receipt.stream_version);
                Ok(Attempt::Done(answer(&receipt, warnings)))
            }
            Ok(Appended::Repeated(receipt)) => recall(&receipt).map(Attempt::Done),
            Err(AppendError::Conflict { stream, .. }) => {
                if stream == StreamRef::erasure(request.patient) && stream != target.stream {
                    self.cache.clear();
                    return Err(ExecuteError::Shredded);
                }
                for (stream, _) in &read {
                    self.cache.forget(*stream);
                }
                let rules_changed = stream == StreamRef::ruleset();
                Ok(if rules_changed { Attempt::RulesChanged } else { Attempt::Overtaken })
            }
            Err(AppendError::Unavailable) => {
                self.earlier(request).await?.ok_or(ExecuteError::Unavailable).map(Attempt::Done)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Refuses, if what the refusal rests on still stands. An append is only taken if it does; a refusal has nothing of the
    /// kind, and what is remembered may be behind another process.
    async fn refuse(
        &self,
        request: &Request,
        refusal: ExecuteError,
        rests_on: &[(StreamRef, u64)],
        rules: Rules,
    ) -> Result<Attempt, ExecuteError> {
        if let Some(receipt) = self.earlier(request).await? {
            return Ok(Attempt::Done(receipt));
        }
        match self.overtaken(rests_on, rules).await? {
            Some(overtaken) => Ok(overtaken),
            None => Err(refusal),
        }
    }

    /// Whether somebody has written since; what has moved is forgotten.
    async fn overtaken(
        &self,
        rests_on: &[(StreamRef, u64)],
        rules: Rules,
    ) -> Result<Option<Attempt>, ExecuteError> {
        if self.republished(rules).await? {
            return Ok(Some(Attempt::RulesChanged));
        }
        let mut moved = false;
        for (stream, version) in rests_on {
            if !self.ledger.read_stream(*stream, *version, 1).await?.is_empty() {
                self.cache.forget(*stream);
                moved = true;
            }
        }
        Ok(moved.then_some(Attempt::Overtaken))
    }

    /// Whether the stream of rules goes on after what `rules` were read from.
    async fn republished(&self, rules: Rules) -> Result<bool, ExecuteError> {
        let Some(Condition { stream, expected: Expected::Exact(version) }) = rules.condition() else {
            return Ok(false);
        };
        Ok(!self.ledger.read_stream(stream, version, 1).await?.is_empty())
    }

    async fn judge(&self, request: &Request) -> Result<(), ExecuteError> {
        let target = request.command.target(request.patient);
        let _gate = self.gates.enter(target.stream).await;
        for _ in 0..self.options.attempts {
            let now = self.clock.now();
            let effective_at = request.effective_at.unwrap_or(now);
            let rules = self.rules(&target, now).await?;
            let folded = self.own(target.stream).await?;
            let read = self.basis(request, &target.reads, &folded).await?;
            let decided = Self::decide(request, &folded, &read, (now, effective_at), rules);
            match self.overtaken(&looked_at(target.stream, &folded, &read), rules).await? {
                None => return decided.map(drop).map_err(ExecuteError::Refused),
                Some(Attempt::RulesChanged) => self.book.forget(rules),
                Some(Attempt::Overtaken | Attempt::Done(_)) => {}
            }
        }
        Err(ExecuteError::Contended)
    }

    /// The states that a decision rests on beside its own: what the command names is not all, the states may name more.
    async fn basis(
        &self,
        request: &Request,
        named: &[StreamRef],
        folded: &Folded,
    ) -> Result<Vec<(StreamRef, Arc<Folded>)>, ExecuteError> {
        let mut read = self.read(named).await?;
        let states = read.iter().map(|(_, folded)| &folded.state);
        let further = folded.state.reads(&request.command, request.patient, states);
        read.extend(self.read(&further).await?);
        Ok(read)
    }

    async fn read(&self, streams: &[StreamRef]) -> Result<Vec<(StreamRef, Arc<Folded>)>, ExecuteError> {
        let mut read = Vec::with_capacity(streams.len());
        for stream in streams {
            read.push((*stream, self.others(*stream).await?));
        }
        Ok(read)
    }

    fn decide(
        request: &Request,
        folded: &Folded,
        read: &[(StreamRef, Arc<Folded>)],
        (now, effective_at): (Instant, Instant),
        rules: Rules,
    ) -> Result<Decided, concord_domain::Refusal> {
        let stands =
            |(stream, folded): &(StreamRef, Arc<Folded>)| condition(*stream, Expected::Exact(folded.version));
        let conditions = read.iter().map(stands).chain(rules.condition()).collect();
        let Rules { rules, .. } = rules;
        let context = Context {
            patient: request.patient,
            actor: request.actor.clone(),
            purpose: request.purpose,
            now,
            effective_at,
            rules,
            facts: Facts::gather(read.iter().map(|(_, folded)| &folded.state), rules),
        };
        folded.state.decide(request.command.clone(), context).map(|events| Decided { events, conditions })
    }

    /// The state of a stream whose gate is held.
    async fn own(&self, stream: StreamRef) -> Result<Arc<Folded>, ExecuteError> {
        if let Some(folded) = self.cache.get(stream) {
            return Ok(folded);
        }
        let folded = self.load(stream).await?;
        self.cache.insert(stream, Arc::clone(&folded));
        Ok(folded)
    }

    /// The state of a stream whose gate is not held. It is remembered only when nobody is writing it: a state
    /// read beside a write may be remembered after the newer one and hide it.
    async fn others(&self, stream: StreamRef) -> Result<Arc<Folded>, ExecuteError> {
        if let Some(folded) = self.cache.get(stream) {
            return Ok(folded);
        }
        match self.gates.try_enter(stream) {
            Some(_gate) => self.own(stream).await,
            None => self.load(stream).await,
        }
    }

    async fn load(&self, stream: StreamRef) -> Result<Arc<Folded>, ExecuteError> {
        self.meter.loads.increment(1);
        Ok(Arc::new(load(&*self.ledger, stream).await?))
    }

    fn keep(&self, stream: StreamRef, folded: Arc<Folded>, events: Vec<DomainEvent>, version: u64) {
        let mut folded = Arc::unwrap_or_clone(folded);
        for event in events {
            folded.state.apply(event);
        }
        folded.version = version;
        self.cache.insert(stream, Arc::new(folded));
    }

    /// The receipt of an earlier time at which the same command took effect.
    async fn earlier(&self, request: &Request) -> Result<Option<Receipt>, ExecuteError> {
        match self.ledger.receipt(request.command_id).await? {
            Some((hash, _)) if hash != request.request_hash => Err(ExecuteError::CommandReused),
            Some((_, receipt)) => recall(&receipt).map(Some),
            None => Ok(None),
        }
    }
}

/// The streams that a decision rests on, and how far they had come.
fn looked_at(own: StreamRef, folded: &Folded, read: &[(StreamRef, Arc<Folded>)]) -> Vec<(StreamRef, u64)> {
    let others = read.iter().map(|(stream, folded)| (*stream, folded.version));
    std::iter::once((own, folded.version)).chain(others).collect()
}

const fn condition(stream: StreamRef, expected: Expected) -> Condition {
    Condition { stream, expected }
}

/// A command that `request` asks to be recorded first, by whoever asks for it and for the same purpose. Its name is its own
/// each time: what it records is decided by what stands then, and asked again it changes nothing.
fn before(request: &Request, command: Command, now: Instant) -> Request {
    let mut name = request.command_id.uuid().as_bytes().to_vec();
    name.extend(now.micros().to_be_bytes());
    Request {
        patient: request.patient,
        command,
        command_id: CommandId::new(Uuid::new_v5(&FIRST, &name)),
        request_hash: request.request_hash,
        expected_version: None,
        actor: request.actor.clone(),
        purpose: request.purpose,
        effective_at: None,
        correlation: request.correlation,
        causation: Some(request.command_id),
    }
}

/// Findings that stood when the command was accepted.
fn standing(events: &[DomainEvent]) -> Vec<FindingKey> {
    let mut keys = Vec::new();
    for event in events {
        if let DomainEvent::Chart(event) = event {
            if let chart::Event::MedicationPrescribed { judged, .. }
            | chart::Event::DoseAdjusted { judged, .. }
            | chart::Event::TitrationPlanned { judged, .. }
            | chart::Event::TitrationStepTaken { judged, .. }
            | chart::Event::MedicationResumed { judged, .. }
            | chart::Event::MedicationRenewed { judged, .. }
            | chart::Event::SafetyChecked { judged, .. } = event
            {
                keys.extend_from_slice(&judged.findings);
            } else if let chart::Event::InteractionDetected { finding, .. } = event {
                keys.push(finding.clone());
            }
        }
    }
    keys.sort();
    keys.dedup();
    keys
}

fn recall(receipt: &concord_ledger::Receipt) -> Result<Receipt, ExecuteError> {
    let warnings = if receipt.reply.is_empty() {
        Vec::new()
    } else {
        serde_json::from_slice(&receipt.reply)
            .map_err(|_| ExecuteError::Corrupt("a receipt cannot be read"))?
    };
    Ok(answer(receipt, warnings))
}

fn answer(receipt: &concord_ledger::Receipt, warnings: Vec<FindingKey>) -> Receipt {
    Receipt {
        token: receipt.token,
        count: receipt.count,
        stream_version: receipt.stream_version,
        recorded_at: receipt.recorded_at,
        warnings,
    }
}
