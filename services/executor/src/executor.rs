//! Executes commands.

use std::collections::BTreeSet;
use std::sync::Arc;

use concord_domain::coordination::SharedPart;
use concord_domain::ruleset::Archive;
use concord_domain::{Context, DomainEvent, Facts, Target};
use concord_kernel::{Actor, Clock, GlassId, Instant, LedgerId, PatientId, PersonId, StreamKind, StreamRef};
use concord_knowledge::Ruleset;
use concord_ledger::{AppendError, Appended, Condition, Expected, Ledger};
use concord_telemetry::trace;
use tracing::Instrument;

use crate::answer::{answer, before, recall, standing as standing_findings};
use crate::cache::{CacheSize, Folded, StateCache};
use crate::gates::Gates;
use crate::meter::Meter;
use crate::prepare::prepare;
use crate::rulebook::{self, Rulebook, Rules};
use crate::standing::Standing;
use crate::states::follow;
use crate::{ExecuteError, Receipt, Request};

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

pub(crate) struct Inner {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) clock: Arc<dyn Clock>,
    book: Rulebook,
    options: ExecutorOptions,
    pub(crate) cache: StateCache,
    pub(crate) gates: Gates,
    pub(crate) meter: Meter,
}

/// A decision with everything it rests on.
pub(crate) struct Decided {
    pub(crate) events: Vec<DomainEvent>,
    pub(crate) conditions: Vec<Condition>,
    pub(crate) glass: Option<GlassId>,
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
    /// Executes commands on `ledger` by `rules`, and by what is published in it over them. Where other processes write the
    /// same ledger, this must be called within a runtime: what they write is followed there as long as the executor lives.
    pub fn new(
        ledger: Arc<dyn Ledger>,
        clock: Arc<dyn Clock>,
        rules: &'static Ruleset,
        options: ExecutorOptions,
    ) -> Self {
        let tenant = &ledger.id().tenant;
        let (cache, meter) = (StateCache::new(options.cache_bytes, tenant), Meter::new(tenant));
        let (book, others) = (Rulebook::new(rules), ledger.others());
        let inner = Arc::new(Inner { ledger, clock, book, options, cache, gates: Gates::new(), meter });
        if let Some(others) = others {
            tokio::spawn(follow(Arc::downgrade(&inner), others));
        }
        Self(inner)
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

    /// How `actor` stands to `patient`, not older than this call, whichever process changes it.
    ///
    /// # Errors
    ///
    /// [`ExecuteError`] when the ledger cannot be read, or keeps changing.
    pub async fn standing(&self, actor: &Actor, patient: PatientId) -> Result<Standing, ExecuteError> {
        self.0.standing_now(actor, patient, self.0.options.attempts).await
    }

    /// What of the record of `patient` they signed that `person`, who is outside the program, may have; nothing where they
    /// signed nothing, took it back, or its last day is over. Not older than this call, whichever process changes it.
    ///
    /// # Errors
    ///
    /// [`ExecuteError`] when the ledger cannot be read, or keeps changing.
    pub async fn shared(
        &self,
        person: PersonId,
        patient: PatientId,
    ) -> Result<BTreeSet<SharedPart>, ExecuteError> {
        self.0.shared_now(person, patient, self.0.options.attempts).await
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
            // None is judged by them; a consent or a right to sign is revoked, and an audit
            // answered, also while nothing can be judged.
            StreamKind::Ruleset
            | StreamKind::SigningRights
            | StreamKind::Audit
            | StreamKind::Consent
            | StreamKind::Feed
            | StreamKind::Inbox => Ok(self.book.base()),
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
            | StreamKind::Access
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
        // Before anything of the record is read: who may not know of it is answered alike whether there is one or not.
        let standing = self.admits(request, target, now).await?;
        if let Some(Standing { relationship, .. }) =
            standing.filter(|standing| !request.permitted.has(standing.relationship))
        {
            let rests_on: Vec<_> = standing.iter().flat_map(Standing::remembered).collect();
            return self.refuse(request, ExecuteError::NotPermitted { relationship }, &rests_on, rules).await;
        }
        let folded = self.own(target.stream).await?;
        if request.expected_version.is_some_and(|wanted| wanted != folded.version) {
            let conflict = ExecuteError::Conflict { actual: folded.version };
            return self.refuse(request, conflict, &[(target.stream, folded.version)], rules).await;
        }
        let read = self.basis(request, &target.reads, &folded).await?;
        let kind = target.stream.kind.as_str();
        let decide = || Self::decide(request, &folded, &read, (now, effective_at), rules);
        let mut decided = match trace::decide(kind).in_scope(decide) {
            Ok(decided) => decided,
            Err(refusal) => {
                let rests_on = looked_at(target.stream, &folded, &read);
                return self.refuse(request, ExecuteError::Refused(refusal), &rests_on, rules).await;
            }
        };
        if let Some(standing) = standing {
            decided.glass = standing.glass;
            let named = |stream| stream == target.stream || read.iter().any(|(other, _)| *other == stream);
            let further = standing.rests_on().filter(|(stream, _)| !named(*stream));
            decided.conditions.extend(further.map(|(stream, at)| condition(stream, Expected::Exact(at))));
        }
        // Until the append is known to have happened, nobody may decide on the state before it.
        self.cache.forget(target.stream);
        let warnings = standing_findings(&decided.events);
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
                // What only the caller's relationship rests on is none of what was read to decide.
                if stream != target.stream && !read.iter().any(|(other, _)| *other == stream) {
                    self.cache.forget(stream);
                }
                self.catch_up(target.stream, folded, read, stream).await?;
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
        Ok(self.moved(rests_on.iter().copied()).await?.then_some(Attempt::Overtaken))
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
        folded.state.decide(request.command.clone(), context).map(|events| Decided {
            events,
            conditions,
            glass: None,
        })
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
