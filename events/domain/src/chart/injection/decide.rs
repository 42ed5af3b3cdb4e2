//! The rules of injections.

use concord_kernel::{Day, Instant, OrderId, Role, Text};
use concord_knowledge::injection::Injection;
use concord_knowledge::safety::{Proposal, Subject};
use concord_knowledge::{Drug, DrugId, Milligrams, Regimen};

use super::due::{Due, plus};
use super::objection::Against;
use super::{
    GivenInjection, InjectionError, InjectionPlace, InjectionSite, LateDecision, NewInjection, Objection,
    ToldInjection, TolerabilityBasis,
};
use crate::chart::decide::{clinician, covered, days_ahead_of, prescriber, row, today_anywhere};
use crate::chart::state::Order;
use crate::chart::{Acknowledgement, Answered, Chart, Error, Event, Judged};
use crate::going_on::consented;
use crate::{Context, EpisodeRef};

/// Days before it is recorded at which an injection that is judged may have been given at most.
const JUDGED_DAYS: i64 = 1;

/// How long ago an injection may have been given that is told of: as long as a course is not begun anew.
const MOST_DAYS_AGO: i64 = 190;

/// Days in which a prescriber looks at an injection that was given against a rule. Program rule.
const REVIEW_DAYS: i64 = 1;

/// An injection as it is judged: by which order, how much, when, into what.
struct Judging<'a> {
    id: OrderId,
    order: &'a Order,
    drug: &'a Drug,
    due: Due<'a>,
    regimen: Regimen,
    day: Day,
    site: Option<InjectionSite>,
    acknowledgements: &'a [Acknowledgement],
}

impl Chart {
    /// An injection that is about to be given; nothing may stand against it.
    pub(in crate::chart) fn give_injection(
        &self,
        new: &NewInjection,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        let role = context.actor.role;
        if role != Role::Nurse && !role.prescribes() {
            return Err(Error::NotAClinician);
        }
        // What a finding asks of a prescriber, nobody else answers.
        if !new.acknowledgements.is_empty() {
            prescriber(&context.actor)?;
        }
        if context.effective_at < context.now.plus_days(-JUDGED_DAYS) {
            return Err(InjectionError::TooLongAgo { most_days: JUDGED_DAYS }.into());
        }
        let order = self.taken(new.order)?;
        let judging = self.judging(new.order, order, (new.dose, context.effective_at), context)?;
        let judging = Judging { site: Some(new.site), acknowledgements: &new.acknowledgements, ..judging };
        self.not_on_record(&order.drug, judging.day)?;
        let (against, judged) = self.against(&judging, context);
        if let Some(first) = against.into_iter().next() {
            return Err(first.refusal());
        }
        let place = InjectionPlace::Here { site: new.site, lot: new.lot.clone(), observer: new.observer };
        let given = judging.given(context.effective_at, place, judged, context);
        let acknowledgements = new.acknowledgements.clone();
        Ok(vec![Event::InjectionGiven(Box::new(GivenInjection { acknowledgements, ..given }))])
    }

    /// An injection that was given is a fact, here or elsewhere. What stood against it is said, and somebody looks at it.
    pub(in crate::chart) fn record_injection(
        &self,
        told: &ToldInjection,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        clinician(&context.actor)?;
        if told.given_at > context.now {
            return Err(Error::InTheFuture);
        }
        if told.given_at < context.now.plus_days(-MOST_DAYS_AGO) {
            return Err(InjectionError::TooLongAgo { most_days: MOST_DAYS_AGO }.into());
        }
        let order = self.orders.get(&told.order).ok_or_else(|| {
            let ended = self.stopped_orders.contains(&told.order);
            if ended { InjectionError::AfterTheOrder.into() } else { Error::UnknownOrder }
        })?;
        let judging = self.judging(told.order, order, (told.dose, told.given_at), context)?;
        let site = if let InjectionPlace::Here { site, .. } = &told.place { Some(*site) } else { None };
        let mut judging = Judging { site, ..judging };
        judging.due.elsewhere = matches!(told.place, InjectionPlace::Elsewhere { .. });
        self.not_on_record(&order.drug, judging.day)?;
        if let Some(event) = self.before_the_last(&judging, told, context) {
            return Ok(vec![event]);
        }
        let (against, judged) = self.against(&judging, context);
        let mut against: Vec<Objection> = against.iter().map(Against::objection).collect();
        if judging.due.elsewhere {
            against.retain(|objection| !objection.is_of_the_program());
        }
        let review_by = (!against.is_empty()).then(|| context.now.plus_days(REVIEW_DAYS));
        let given = judging.given(told.given_at, told.place.clone(), judged, context);
        Ok(vec![Event::InjectionGiven(Box::new(GivenInjection { against, review_by, ..given }))])
    }

    /// One that was given before the last one that is on record is history: it moves nothing, and of the rules only the
    /// fewest days between two are asked.
    fn before_the_last(
        &self,
        judging: &Judging<'_>,
        told: &ToldInjection,
        context: &Context,
    ) -> Option<Event> {
        let course = self.depots.courses.get(&judging.order.drug)?;
        if told.given_at >= course.last_at {
            return None;
        }
        let least = i64::from(judging.due.least_days());
        let (from, to) = (plus(judging.day, 1 - least), plus(judging.day, least - 1));
        let close = course.covered.iter().any(|(day, _)| (from..=to).contains(day));
        let ruleset = context.rules.version().clone();
        let judged = Judged { ruleset, findings: Vec::new(), answered: Vec::new() };
        Some(Event::InjectionGiven(Box::new(GivenInjection {
            given: course.given,
            next: course.next.clone(),
            against: if close { vec![Objection::TooEarly] } else { Vec::new() },
            review_by: close.then(|| context.now.plus_days(REVIEW_DAYS)),
            ..judging.given(told.given_at, told.place.clone(), judged, context)
        })))
    }

    fn judging<'a>(
        &'a self,
        id: OrderId,
        order: &'a Order,
        (dose, at): (Milligrams, Instant),
        context: &'a Context,
    ) -> Result<Judging<'a>, Error> {
        let drug = row(context, &order.drug)?;
        if dose == Milligrams::ZERO {
            return Err(Error::NoDose);
        }
        let row = injected(order, context)?;
        let day = today_anywhere(at);
        let course = self.depots.courses.get(&order.drug);
        Ok(Judging {
            id,
            order,
            drug,
            due: Due::on(day, row, order.regimen, course),
            regimen: Regimen { dose, ..order.regimen },
            day,
            site: None,
            acknowledgements: &[],
        })
    }

    fn not_on_record(&self, drug: &DrugId, day: Day) -> Result<(), Error> {
        let covered = self.depots.courses.get(drug).map_or(&[][..], |course| course.covered.as_slice());
        if covered.iter().any(|(known, _)| *known == day) {
            return Err(InjectionError::OnRecord.into());
        }
        Ok(())
    }

    /// Everything that stands against an injection, in the order in which it is told, and how it was judged.
    fn against(&self, judging: &Judging<'_>, context: &Context) -> (Vec<Against>, Judged) {
        let Judging { order, drug, due, .. } = judging;
        let mut all = Vec::new();
        let mut chart = |objection, result: Result<(), Error>| {
            all.extend(result.err().map(|error| Against::Chart(objection, error)));
        };
        if order.held_at.is_some() {
            chart(Objection::OrderHeld, Err(Error::OrderHeld));
        }
        chart(Objection::StayOver, in_its_stay(&order.episode, context));
        chart(Objection::NotConsented, consented(drug, context).map_err(Error::from));
        chart(Objection::NotPrepared, self.prepared(drug));
        if days_ahead_of(order.start_on, context) || judging.day < plus(order.start_on, -1) {
            chart(Objection::BeforeStart, Err(Error::DoseBeforeStart));
        }
        if !self.is_tolerated(judging, context) {
            all.push(Against::Tolerability);
        }
        let earliest = due.earliest().max(self.other_depot_until(judging, context));
        all.extend(earliest.filter(|earliest| judging.day < *earliest).map(Against::TooEarly));
        if let Some(late) = due.late.filter(|late| late.needs_decision() && !due.decided) {
            all.push(Against::Late(Box::new(late.finding(&drug.ingredients))));
        }
        if !due.allows(judging.regimen.dose) {
            all.push(Against::Dose);
        }
        if due.overlap_days() > 0 && !self.is_taken_beside(judging) {
            all.push(Against::Overlap);
        }
        let sites = due.sites(judging.regimen.dose);
        if judging.site.is_some_and(|site| !sites.contains(&site.region)) {
            all.push(Against::Site);
        }
        match self.judge_injection(judging, context) {
            Ok(judged) => (all, judged),
            Err(error) => {
                let findings = crate::Explain::findings(&error).iter().map(|found| found.key.clone());
                let ruleset = context.rules.version().clone();
                let judged = Judged { ruleset, findings: findings.collect(), answered: Vec::new() };
                all.push(Against::Chart(Objection::Unsafe, error));
                (all, judged)
            }
        }
    }

    /// The safety check at the time of the injection. A start is judged as a first dose: what was answered when it was
    /// ordered does not hold, and evidence that a first dose needs is asked for again.
    fn judge_injection(&self, judging: &Judging<'_>, context: &Context) -> Result<Judged, Error> {
        let mut subject = self.seen(context);
        let own = judging.id.uuid();
        let replaces = (!judging.due.is_a_start()).then_some(own);
        if replaces.is_none() {
            subject.exposures.retain(|exposure| exposure.id != own);
        }
        let proposal = Proposal { replaces, ..judging.order.proposal(judging.id, judging.regimen) };
        let again = context.rules.injection(&judging.order.drug, &judging.order.regimen);
        let standing: &[Answered] =
            if again.is_some_and(|row| row.start_each_time) { &[] } else { &judging.order.answered };
        self.judge_in(&subject, &proposal, judging.acknowledgements, standing, context)
    }

    /// Whether a dose of the drug is on record that shows that it is tolerated: an injection, something that is or was
    /// taken, or what a prescriber has attested.
    fn is_tolerated(&self, judging: &Judging<'_>, context: &Context) -> bool {
        let Some(row) = context.rules.injection(&judging.order.drug, &judging.order.regimen) else {
            return false;
        };
        let known = !row.asks_for_tolerability()
            || self.depots.attested.contains(&judging.order.drug)
            || self.depots.courses.contains_key(&judging.order.drug);
        let shows = |ingredients: &[_]| context.rules.shows_tolerability(row, ingredients);
        let taken = |(id, order): (&OrderId, &Order)| {
            *id != judging.id && !days_ahead_of(order.start_on, context) && shows(&order.ingredients)
        };
        known
            || self.orders.iter().any(taken)
            || self.outside.values().any(|outside| shows(&outside.ingredients))
            || self.ended.iter().any(|ended| shows(&ended.ingredients))
    }

    /// Whether the drug is taken in another form as well, by an order or from outside.
    fn is_taken_beside(&self, judging: &Judging<'_>) -> bool {
        let same = |ingredients: &[_]| ingredients.iter().any(|one| judging.drug.ingredients.contains(one));
        let taken = |(id, order): (&OrderId, &Order)| {
            *id != judging.id
                && order.held_at.is_none()
                && order.regimen.route != judging.order.regimen.route
                && same(&order.ingredients)
        };
        self.orders.iter().any(taken) || self.outside.values().any(|outside| same(&outside.ingredients))
    }

    /// The first day after another depot of the same substance, given by another order.
    fn other_depot_until(&self, judging: &Judging<'_>, context: &Context) -> Option<Day> {
        let rules = context.rules;
        let same = |drug: &DrugId| {
            let shared = |one| judging.drug.ingredients.contains(one);
            *drug != judging.order.drug
                && rules.drug(drug).is_some_and(|drug| drug.ingredients.iter().any(shared))
        };
        let ours = self.depots.courses.iter().filter(|(drug, _)| same(drug));
        ours.map(|(_, course)| course.next.from).max()
    }

    /// A prescriber says how a late injection goes on, under the rule that holds now. When another rule holds by the
    /// time it is given, it is decided again.
    pub(in crate::chart) fn decide_late_injection(
        &self,
        id: OrderId,
        decision: LateDecision,
        reason: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let order = self.taken(id)?;
        covered(&context.actor, row(context, &order.drug)?.schedule)?;
        let row = injected(order, context)?;
        let course = self.depots.courses.get(&order.drug);
        let due = Due::on(today_anywhere(context.now), row, order.regimen, course);
        let late = due.late.filter(|late| late.needs_decision()).ok_or(InjectionError::NotLate)?;
        Ok(vec![Event::LateInjectionDecided {
            order: id,
            drug: order.drug.clone(),
            rule: late.id.clone(),
            decision,
            reason: reason.clone(),
        }])
    }

    /// A prescriber says how it is known that a drug is tolerated of which no dose is on record.
    pub(in crate::chart) fn attest_tolerability(
        &self,
        id: OrderId,
        basis: TolerabilityBasis,
        note: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let order = self.open(id)?;
        if !injected(order, context)?.asks_for_tolerability() {
            return Err(InjectionError::TolerabilityNotAsked.into());
        }
        if self.depots.attested.contains(&order.drug) {
            return Ok(Vec::new());
        }
        Ok(vec![Event::TolerabilityAttested { drug: order.drug.clone(), basis, note: note.clone() }])
    }

    /// The service says that the last day of an injection has passed without one on record, once.
    pub(in crate::chart) fn injection_overdue(
        &self,
        id: OrderId,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        if context.actor.role != Role::Service {
            return Err(Error::NotATimer);
        }
        let order = self.taken(id)?;
        let row = injected(order, context)?;
        let (due_on, until) = match self.depots.courses.get(&order.drug) {
            Some(course) => (course.next.on, course.next.until),
            None => (order.start_on, plus(order.start_on, i64::from(row.late_days))),
        };
        if self.depots.overdue.get(&id) == Some(&due_on) {
            return Ok(Vec::new());
        }
        if today_anywhere(context.now) <= until {
            return Err(InjectionError::NotOverdue { until }.into());
        }
        Ok(vec![Event::InjectionOverdue { order: id, drug: order.drug.clone(), due_on, until }])
    }

    /// A prescriber has looked at an injection that was given against a rule.
    pub(in crate::chart) fn review_injection(
        &self,
        id: OrderId,
        given_at: Instant,
        outcome: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let waits = self.depots.to_review.iter().find(|(of, at, _)| (*of, *at) == (id, given_at));
        let (_, _, by) = waits.ok_or(InjectionError::NotToReview)?;
        Ok(vec![Event::InjectionReviewed {
            order: id,
            given_at,
            outcome: outcome.clone(),
            late: context.now > *by,
        }])
    }

    /// Adds to what rules see when a depot that was injected last acted: a hold is no dose.
    pub(in crate::chart) fn see_injections(&self, subject: &mut Subject) {
        for (id, order) in self.orders.iter().filter(|(_, order)| order.held_at.is_some()) {
            let last = self.depots.last_by(*id).map(|at| order.last_dose_at.map_or(at, |told| told.max(at)));
            let exposure = subject.exposures.iter_mut().find(|exposure| exposure.id == id.uuid());
            if let (Some(exposure), Some(last)) = (exposure, last) {
                exposure.last_dose_at = Some(last);
            }
        }
    }
}

impl Judging<'_> {
    fn given(&self, at: Instant, place: InjectionPlace, judged: Judged, context: &Context) -> GivenInjection {
        let dose = self.regimen.dose;
        let next = self.due.next_after(dose);
        let days = Instant::start_of(next.on).days_since(Instant::start_of(self.day));
        GivenInjection {
            order: self.id,
            drug: self.order.drug.clone(),
            dose,
            at,
            on: self.day,
            place,
            by: context.actor.id,
            given: self.due.number(),
            covers_days: u16::try_from(days).unwrap_or(1),
            next,
            against: Vec::new(),
            review_by: None,
            acknowledgements: Vec::new(),
            judged,
        }
    }
}

/// The row by which an order is injected.
fn injected<'a>(order: &Order, context: &'a Context) -> Result<&'a Injection, Error> {
    let row = context.rules.injection(&order.drug, &order.regimen);
    row.ok_or_else(|| InjectionError::NotInjected.into())
}

/// A supply goes on while the stay is open, also while it is paused; so does an injection.
fn in_its_stay(episode: &EpisodeRef, context: &Context) -> Result<(), Error> {
    let open = context.facts.episode.as_ref().is_some_and(|stay| stay.is_open(episode));
    if open { Ok(()) } else { Err(Error::EpisodeNotActive) }
}
