//! The rules of a medication chart, one file a topic.

mod adjust;
mod allot;
mod background;
mod course;
mod duration;
mod monitoring;
mod more;
mod outside;
mod overrides;
mod pace;
mod prescribe;
mod safety;
mod switch;
mod taper;
mod titration;

#[cfg(test)]
pub(super) use allot::MOST_PRESCRIPTIONS;
#[cfg(test)]
pub(super) use prescribe::{MOST_DAYS_AHEAD, MOST_OPEN_ORDERS};
#[cfg(test)]
pub(super) use titration::{MOST_DAYS as MOST_TITRATION_DAYS, MOST_STEPS as MOST_TITRATION_STEPS};

use concord_kernel::{Actor, Day, Instant, OrderId, Role, Schedule, Text};
use concord_knowledge::{Drug, DrugId, Frequency, Regimen};

use super::state::Order;
use super::{Chart, Command, Error, Event, PdmpCheck, PdmpResult};
use crate::going_on::Lapse;
use crate::law::Unlawful;
use crate::{Context, Issued, UsState};

/// The most outside medications, allergies or conditions that stand on one chart at once; no patient has as many, and
/// every check looks at each.
pub(super) const MOST_ENTRIES: usize = 200;

/// Whether one more entry fits beside those that stand.
const fn room_beside(standing: usize) -> Result<(), Error> {
    if standing < MOST_ENTRIES { Ok(()) } else { Err(Error::TooManyEntries { most: MOST_ENTRIES }) }
}

impl Chart {
    /// Returns the facts that follow from `issued`, in order; empty when nothing changes.
    ///
    /// Rules are judged as of `now`; events say when they took effect clinically (`effective_at`), and washouts,
    /// rises and holds count from there. Overrides and their co-signatures count from `now`: they are decisions
    /// about the record.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then. The safety check names all its findings at once.
    #[expect(clippy::too_many_lines, reason = "a table: one arm a command")]
    pub(crate) fn decide(&self, issued: &Issued<Command>) -> Result<Vec<Event>, Error> {
        let Issued { command, context } = issued;
        match command {
            Command::RecordCharacteristics { born_on, sex, may_become_pregnant } => {
                self.record_characteristics(born_on, *sex, *may_become_pregnant, context)
            }
            Command::ConfirmNoKnownAllergies => self.confirm_no_allergies(),
            Command::RecordAllergy { substance, codings, reaction, severity, kind } => {
                self.record_allergy(substance, codings, reaction.as_ref(), *severity, *kind, context)
            }
            Command::RefuteAllergy { substance, reason } => self.refute_allergy(substance, reason),
            Command::RecordCondition { name, codings, condition, onset_on } => {
                self.record_condition(name, codings, condition.as_ref(), *onset_on, context)
            }
            Command::ResolveCondition { name } => self.resolve_condition(name),
            Command::RecordResult { lab, value, unit, taken_at, last_dose_at } => {
                self.record_result(lab, (*value, unit), (*taken_at, *last_dose_at), context)
            }
            Command::ReviewResult { lab, taken_at, action } => {
                self.review_result(lab, *taken_at, action, context)
            }
            Command::WaiveTest { order, test, until, reason } => {
                self.waive_test(*order, test, *until, reason, context)
            }
            Command::RecordPdmpCheck { state, checked_at, result, note } => {
                record_pdmp_check(*state, *checked_at, *result, note.as_ref(), context)
            }
            Command::RecordOutsideMedication { medication, reported } => {
                self.record_outside(*medication, reported, context)
            }
            Command::EndOutsideMedication { medication, last_dose_at, reason } => {
                self.end_outside(*medication, *last_dose_at, reason, context)
            }
            Command::RecordLastDose { medication, at } => self.record_last_dose(*medication, *at, context),
            Command::RecordNeverTaken { medication, reason } => {
                self.record_never_taken(*medication, reason, context)
            }
            Command::Reconcile { entries, note } => self.reconcile(entries, note.as_ref(), context),
            Command::CheckSafety { proposal } => self.check_safety(proposal.as_ref(), context),
            Command::AcknowledgeBoxedWarning { drug } => self.acknowledge_boxed_warning(drug, context),
            Command::OverrideInteraction { finding, reason, note } => {
                self.override_interaction(finding, *reason, note, context)
            }
            Command::CosignOverride { finding } => self.cosign(finding, context),
            Command::ResolveInteraction { finding, resolution } => {
                self.resolve_interaction(finding, resolution, context)
            }
            Command::Prescribe(order) => self.prescribe(order, context),
            Command::AdjustDose { order, regimen, cause, rests_on, note, acknowledgements } => {
                let (order, to, rests_on) = (*order, *regimen, rests_on.as_ref());
                let change = adjust::Change { order, to, cause, rests_on, note, acknowledgements };
                self.adjust(&change, context)
            }
            Command::Hold { order, reason } => self.hold(*order, reason, context),
            Command::Resume { order, acknowledgements } => self.resume(*order, acknowledgements, context),
            Command::PlanTaper { order, steps, reason } => self.plan_taper(*order, steps, reason, context),
            Command::PlanTitration { order, steps, reason, acknowledgements } => {
                let plan = titration::Plan { order: *order, steps, reason, acknowledgements };
                self.plan_titration(&plan, context)
            }
            Command::AdvanceTitration { order, rests_on, note, acknowledgements } => {
                let advance = titration::Advance { order: *order, rests_on, note, acknowledgements };
                self.advance_titration(&advance, context)
            }
            Command::CancelTitration { order, reason } => self.cancel_titration(*order, reason, context),
            Command::Switch(switch) => self.switch(switch, context),
            Command::Stop { order, reason, last_dose_at, abrupt_because } => {
                self.stop(*order, *reason, *last_dose_at, abrupt_because.as_ref(), context)
            }
            Command::Renew { order, supply, modality, legal_basis, acknowledgements } => {
                self.renew(*order, *supply, *modality, *legal_basis, acknowledgements, context)
            }
            Command::Correct { order, correction, reason } => {
                self.correct(*order, correction, reason, context)
            }
            Command::AllotSupply { order, prescription } => self.allot(*order, *prescription, context),
            Command::BreachResult { lab, taken_at } => self.breach_result(lab, *taken_at, context),
            Command::GiveInjection(new) => self.give_injection(new, context),
            Command::RecordInjection(told) => self.record_injection(told, context),
            Command::DecideLateInjection { order, decision, reason } => {
                self.decide_late_injection(*order, *decision, reason, context)
            }
            Command::AttestTolerability { order, basis, note } => {
                self.attest_tolerability(*order, *basis, note, context)
            }
            Command::RecordInjectionOverdue { order } => self.injection_overdue(*order, context),
            Command::ReviewInjection { order, given_at, outcome } => {
                self.review_injection(*order, *given_at, outcome, context)
            }
            Command::AssessResponse { order, decision, reason } => {
                self.assess_response(*order, *decision, reason, context)
            }
        }
    }

    /// The order, which must not have ended.
    pub(super) fn open(&self, order: OrderId) -> Result<&Order, Error> {
        match self.orders.get(&order) {
            Some(open) => Ok(open),
            None if self.stopped_orders.contains(&order) => Err(Error::OrderStopped),
            None => Err(Error::UnknownOrder),
        }
    }

    /// The order, which must be taken now: not ended, not on hold.
    pub(super) fn taken(&self, order: OrderId) -> Result<&Order, Error> {
        let open = self.open(order)?;
        if open.held_at.is_some() { Err(Error::OrderHeld) } else { Ok(open) }
    }
}

impl From<Unlawful> for Error {
    fn from(unlawful: Unlawful) -> Self {
        match unlawful {
            Unlawful::SupplyOutOfRange => Self::SupplyOutOfRange,
            Unlawful::SupplyBeyondSchedule => Self::SupplyBeyondSchedule,
            Unlawful::LegalBasisMissing => Self::LegalBasisMissing,
            Unlawful::LegalBasisNotInForce => Self::LegalBasisNotInForce,
        }
    }
}

impl From<Lapse> for Error {
    fn from(lapse: Lapse) -> Self {
        match lapse {
            Lapse::FactsMissing => Self::FactsMissing,
            Lapse::EpisodeNotActive => Self::EpisodeNotActive,
            Lapse::ConsentRequired => Self::ConsentRequired,
            Lapse::ConsentDeclined => Self::ConsentDeclined,
            Lapse::SupplyBeyondTaper { until } => Self::SupplyBeyondTaper { until },
            Lapse::BridgeTooLong { most_days } => Self::BridgeTooLong { most_days },
            Lapse::AlreadyBridged => Self::AlreadyBridged,
            Lapse::RestartNeeded { hours } => Self::RestartNeeded { hours },
        }
    }
}

/// It is a fact about the past; how old it may be is asked when somebody relies on it.
fn record_pdmp_check(
    state: UsState,
    checked_at: Instant,
    result: PdmpResult,
    note: Option<&Text>,
    context: &Context,
) -> Result<Vec<Event>, Error> {
    not_in_the_future(Some(checked_at), context)?;
    let check = PdmpCheck { state, checked_at, by: context.actor.id, result };
    Ok(vec![Event::PdmpChecked { check, note: note.cloned() }])
}

pub(super) fn prescriber(actor: &Actor) -> Result<(), Error> {
    if actor.role.prescribes() { Ok(()) } else { Err(Error::NotAPrescriber) }
}

pub(super) fn clinician(actor: &Actor) -> Result<(), Error> {
    if actor.role.prescribes() || matches!(actor.role, Role::Nurse | Role::Pharmacist) {
        Ok(())
    } else {
        Err(Error::NotAClinician)
    }
}

/// Whether the registration of the prescriber covers the drug, if it is a controlled substance.
pub(super) fn covered(actor: &Actor, schedule: Option<Schedule>) -> Result<(), Error> {
    match schedule {
        Some(schedule) if !actor.credentials.schedules.contains(&schedule) => {
            Err(Error::ScheduleNotCovered { schedule })
        }
        Some(_) | None => Ok(()),
    }
}

/// The drug's row, which every order has: it was there when the order was written.
pub(super) fn row<'a>(context: &'a Context, drug: &DrugId) -> Result<&'a Drug, Error> {
    context.rules.drug(drug).ok_or(Error::UnknownDrug)
}

/// Whether the drug can be taken like that at all.
fn well_formed(regimen: &Regimen, drug: &Drug) -> Result<(), Error> {
    if !drug.routes.contains(&regimen.route) {
        return Err(Error::RouteNotOffered);
    }
    if regimen.daily() == concord_knowledge::Milligrams::ZERO {
        return Err(Error::NoDose);
    }
    let in_range = match regimen.frequency {
        Frequency::EveryDays(days) => (2..=90).contains(&days),
        Frequency::AsNeeded(times) => (1..=12).contains(&times),
        Frequency::Daily
        | Frequency::AtBedtime
        | Frequency::TwiceDaily
        | Frequency::ThreeTimesDaily
        | Frequency::FourTimesDaily
        | Frequency::EveryOtherDay => true,
    };
    let often_enough =
        !drug.is_depot(regimen.route) || regimen.frequency.every_days() >= u64::from(drug.step_days);
    if in_range && often_enough { Ok(()) } else { Err(Error::FrequencyOutOfRange) }
}

/// A change takes effect after the order was written, and once it has started, after its last change: a day that lies
/// before them would rewrite what was taken.
fn not_before_last_change(order: &Order, context: &Context) -> Result<(), Error> {
    let at = context.effective_at;
    let started = order.start_on <= context.now.day();
    let early = days_between(order.ordered_at, at) < 0 || (started && days_between(order.dose_since, at) < 0);
    if early { Err(Error::BeforeLastChange) } else { Ok(()) }
}

/// A dose is not older than the medication: a washout would count from a day on which nobody took it. When an outside
/// medication began may be unknown.
fn not_before_first_day(at: Option<Instant>, first_day: Option<Day>) -> Result<(), Error> {
    let early = at.zip(first_day).is_some_and(|(at, first)| at.day() < first);
    if early { Err(Error::DoseBeforeStart) } else { Ok(()) }
}

fn not_in_the_future(at: Option<Instant>, context: &Context) -> Result<(), Error> {
    if at.is_some_and(|at| at > context.now) { Err(Error::InTheFuture) } else { Ok(()) }
}

/// The earliest calendar day that is still today somewhere: days on a chart have no time zone, and an evening in
/// Honolulu is the next day in UTC.
pub(super) fn today_anywhere(now: Instant) -> Day {
    const WESTERNMOST_BEHIND_UTC: std::time::Duration = std::time::Duration::from_hours(12);
    let behind = i64::try_from(WESTERNMOST_BEHIND_UTC.as_micros()).unwrap_or(i64::MAX);
    Instant::from_micros(now.micros().saturating_sub(behind)).unwrap_or(now).day()
}

/// Whether a calendar day has begun nowhere yet.
pub(crate) fn days_ahead_of(day: Day, context: &Context) -> bool {
    const EASTERNMOST_AHEAD_OF_UTC: std::time::Duration = std::time::Duration::from_hours(14);
    day > context.now.plus(EASTERNMOST_AHEAD_OF_UTC).day()
}

/// Calendar days from the day of `earlier` to the day of `later`, UTC.
fn days_between(earlier: Instant, later: Instant) -> i64 {
    Instant::start_of(later.day()).days_since(Instant::start_of(earlier.day()))
}
