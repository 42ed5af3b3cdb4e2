//! The rules of a follow-up plan.

use std::time::Duration;

use concord_kernel::{Instant, Role, Text, VisitId};

use super::state::{Outcome, Visit};
use super::{Cadence, Command, Error, Event, FollowUp, VisitKind};
use crate::{Context, InEpisode, Issued, ScaleFacts};

/// Who may make appointments and say that somebody did not come.
const SCHEDULERS: [Role; 6] =
    [Role::Psychiatrist, Role::Pmhnp, Role::Therapist, Role::CaseManager, Role::Nurse, Role::Service];

/// Days beyond the cadence that a medication visit may be late.
const GRACE_DAYS: i64 = 1;

/// Days within which a medication visit follows a red flag, without grace.
const RED_FLAG_DAYS: i64 = 7;

/// How long before its time a visit may take place; more than that is another appointment.
const EARLY: Duration = Duration::from_hours(4);

impl FollowUp {
    /// Returns the facts that follow from `issued`, in order; empty when nothing changes.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<InEpisode<Command>>) -> Result<Vec<Event>, Error> {
        let Issued { command: InEpisode { episode, command }, context } = issued;
        let role = context.actor.role;
        if !may(role, command) {
            return Err(Error::RoleNotPermitted { role });
        }
        let stay = context.facts.episode.as_ref();
        // What took place before a stay was interrupted or ended may still be written down.
        let may_go_on = match command {
            Command::RecordVisit { .. } => stay.is_some_and(|stay| stay.knows(episode)),
            Command::ScheduleVisit { .. } | Command::MarkNoShow { .. } | Command::ChangeCadence { .. } => {
                stay.is_some_and(|stay| stay.is_active(episode))
            }
        };
        if !may_go_on {
            return Err(Error::EpisodeNotActive);
        }
        let event = match command {
            Command::ScheduleVisit { visit, kind, at, modality, with } => {
                self.may_be_scheduled(*visit, *kind, *at, context)?;
                Event::VisitScheduled {
                    visit: *visit,
                    kind: *kind,
                    at: *at,
                    modality: *modality,
                    with: *with,
                }
            }
            Command::RecordVisit { visit, modality, adherence_percent, summary } => {
                let expected = self.expected(*visit)?;
                let next_due_at = self.after(&expected, *adherence_percent, context)?;
                Event::VisitCompleted {
                    visit: *visit,
                    kind: expected.kind,
                    at: context.effective_at,
                    modality: *modality,
                    adherence_percent: *adherence_percent,
                    summary: summary.clone(),
                    next_due_at,
                }
            }
            Command::MarkNoShow { visit } => self.miss(*visit, context.now)?,
            Command::ChangeCadence { to, reason } => self.change_cadence(*to, reason, context)?,
        };
        Ok(vec![event])
    }

    /// The last medication visit and the cadence bound the next; a red flag bounds it to a week.
    fn may_be_scheduled(
        &self,
        visit: VisitId,
        kind: VisitKind,
        at: Instant,
        context: &Context,
    ) -> Result<(), Error> {
        if self.visits.contains_key(&visit) {
            return Err(Error::VisitUsed);
        }
        if at < context.now {
            return Err(Error::VisitInThePast);
        }
        if kind != VisitKind::Medication {
            return Ok(());
        }
        if self.red_flag(scales(context)?) && at > context.now.plus_days(RED_FLAG_DAYS) {
            return Err(Error::RedFlag { most_days: RED_FLAG_DAYS });
        }
        if at > context.now.plus_days(self.cadence.days() + GRACE_DAYS) {
            return Err(Error::IntervalTooLong { most_days: self.cadence.days() });
        }
        Ok(())
    }

    /// Whether `expected` may be recorded as it is told; when the next medication visit is due after it.
    fn after(
        &self,
        expected: &Visit,
        adherence_percent: Option<u8>,
        context: &Context,
    ) -> Result<Option<Instant>, Error> {
        let role = context.actor.role;
        if !sees(role, expected.kind) {
            return Err(Error::RoleNotPermitted { role });
        }
        if context.effective_at.plus(EARLY) < expected.at {
            return Err(Error::BeforeItsTime);
        }
        if adherence_percent.is_some_and(|percent| percent > 100) {
            return Err(Error::AdherenceOutOfRange);
        }
        match expected.kind {
            VisitKind::Medication => {
                let days = interval(scales(context)?.risk_open, self.cadence);
                Ok(Some(context.effective_at.plus_days(days)))
            }
            VisitKind::Therapy | VisitKind::Nursing => Ok(None),
        }
    }

    /// Counts medication visits; a missed visit of another kind leaves the count as it stands.
    fn miss(&self, visit: VisitId, now: Instant) -> Result<Event, Error> {
        let expected = self.expected(visit)?;
        if now <= expected.at {
            return Err(Error::NotYetMissed);
        }
        let more = u32::from(expected.kind == VisitKind::Medication);
        let in_a_row = self.missed_in_a_row.saturating_add(more);
        Ok(Event::VisitMissed { visit, kind: expected.kind, in_a_row })
    }

    /// More often is always allowed; less often one step at a time, and only while the patient is stable.
    fn change_cadence(&self, to: Cadence, reason: &Text, context: &Context) -> Result<Event, Error> {
        let from = self.cadence;
        if to == from {
            return Err(Error::SameCadence);
        }
        if to > from {
            if from.longer() != Some(to) {
                return Err(Error::OneStepAtATime);
            }
            let failing = self.unstable(&context.facts, context.now).ok_or(Error::FactsMissing)?;
            if !failing.is_empty() {
                return Err(Error::NotStable { failing });
            }
        }
        let days = interval(self.red_flag(scales(context)?), to);
        let since = self.last_medication_visit_at.unwrap_or(context.now);
        let next_due_at = since.plus_days(days).max(context.now);
        Ok(Event::CadenceChanged { from, to, reason: reason.clone(), next_due_at })
    }

    /// The appointment that is still to come about.
    fn expected(&self, visit: VisitId) -> Result<Visit, Error> {
        let known = self.visits.get(&visit).ok_or(Error::UnknownVisit)?;
        match known.outcome {
            Outcome::Expected => Ok(*known),
            Outcome::TookPlace => Err(Error::AlreadyRecorded),
            Outcome::Missed => Err(Error::AlreadyMissed),
        }
    }

    /// Whether a risk is open, or one was raised since the prescriber last saw the patient.
    fn red_flag(&self, scales: &ScaleFacts) -> bool {
        scales.risk_open
            || scales
                .risk_raised_at
                .is_some_and(|raised| self.last_medication_visit_at.is_none_or(|seen| raised > seen))
    }
}

/// What the scores say; a visit is not planned without knowing of risks.
fn scales(context: &Context) -> Result<&ScaleFacts, Error> {
    context.facts.scales.as_ref().ok_or(Error::FactsMissing)
}

/// Days to the next medication visit.
fn interval(red_flag: bool, cadence: Cadence) -> i64 {
    if red_flag { cadence.days().min(RED_FLAG_DAYS) } else { cadence.days() }
}

/// Who may ask for it at all; a visit is recorded by whoever may have held one of its kind.
fn may(role: Role, command: &Command) -> bool {
    match command {
        Command::ScheduleVisit { .. } | Command::MarkNoShow { .. } => SCHEDULERS.contains(&role),
        Command::RecordVisit { .. } => [VisitKind::Medication, VisitKind::Therapy, VisitKind::Nursing]
            .into_iter()
            .any(|kind| sees(role, kind)),
        Command::ChangeCadence { .. } => role.prescribes(),
    }
}

/// Who writes down what a visit found: whoever may have held it.
const fn sees(role: Role, kind: VisitKind) -> bool {
    let other = match kind {
        VisitKind::Medication => false,
        VisitKind::Therapy => matches!(role, Role::Therapist),
        VisitKind::Nursing => matches!(role, Role::Nurse),
    };
    other || role.prescribes()
}
