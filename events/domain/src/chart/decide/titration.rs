//! How the dose of an order rises, agreed beforehand, and the steps that are taken of it.
//!
//! A plan is judged as a whole when it is agreed: its pace, and by the safety check its highest step. Each step is judged
//! again when it is taken: by the dose and the days that were really taken, by the chart as it is then, and with what it
//! rests on. What was acknowledged with the plan is not asked again; what two clinicians must answer for is.

use concord_kernel::{Instant, OrderId, ReportId, ScaleId, Text};
use concord_knowledge::{Action, Drug, Milligrams, TitrationSchedule};

use super::super::state::{Order, Titration};
use super::super::{Acknowledgement, Answered, Chart, Error, Event, Judged, TitrationBasis, TitrationStep};
use super::pace::Rise;
use super::{covered, more, not_before_last_change, prescriber, row, today_anywhere, well_formed};
use crate::Context;
use crate::going_on::not_missed_for_too_long;

/// The most steps of one titration: weekly ones for half a year.
pub(in super::super) const MOST_STEPS: usize = 26;

/// How far ahead the last step may lie.
pub(in super::super) const MOST_DAYS: i64 = 366;

/// A titration as it is asked for.
pub(super) struct Plan<'a> {
    pub(super) order: OrderId,
    pub(super) steps: &'a [TitrationStep],
    pub(super) reason: &'a Text,
    pub(super) acknowledgements: &'a [Acknowledgement],
}

/// A step as it is asked for.
pub(super) struct Advance<'a> {
    pub(super) order: OrderId,
    pub(super) rests_on: &'a TitrationBasis,
    pub(super) note: &'a Text,
    pub(super) acknowledgements: &'a [Acknowledgement],
}

impl Chart {
    pub(super) fn plan_titration(&self, plan: &Plan<'_>, context: &Context) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let order = self.taken(plan.order)?;
        let drug = row(context, &order.drug)?;
        covered(&context.actor, drug.schedule)?;
        more::of_the_drug(order, drug, context)?;
        // To raise what is on its way out is to keep it, beside what was begun in its place: that is decided on purpose.
        if order.switch.is_some() {
            return Err(Error::OrderGivesWay);
        }
        let highest = rising(plan.steps, order, drug, context)?;
        let schedule = self.schedule_of(order, context);
        paced(plan.steps, order, drug, schedule)?;
        if order.titration.as_ref().is_some_and(|titration| titration.steps == plan.steps) {
            return Err(Error::Unchanged);
        }
        let proposal = order.proposal(plan.order, highest.regimen);
        let judged = self.judge(&proposal, plan.acknowledgements, &[], context)?;
        Ok(vec![Event::TitrationPlanned {
            order: plan.order,
            steps: plan.steps.to_vec(),
            schedule: schedule.map(|schedule| schedule.id.clone()),
            reason: plan.reason.clone(),
            acknowledgements: plan.acknowledgements.to_vec(),
            judged,
            at: context.effective_at,
        }])
    }

    pub(super) fn advance_titration(
        &self,
        advance: &Advance<'_>,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let order = self.taken(advance.order)?;
        let (step, judged) = self.next_step(advance.order, order, advance.acknowledgements, context)?;
        self.looked_at(advance.rests_on, order, context)?;
        Ok(vec![Event::TitrationStepTaken {
            order: advance.order,
            planned_on: step.on,
            from: order.regimen,
            to: step.regimen,
            rests_on: advance.rests_on.clone(),
            note: advance.note.clone(),
            acknowledgements: advance.acknowledgements.to_vec(),
            judged,
            at: context.effective_at,
        }])
    }

    pub(super) fn cancel_titration(
        &self,
        id: OrderId,
        reason: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        if self.open(id)?.titration.is_none() {
            return Err(Error::NoTitration);
        }
        Ok(vec![Event::TitrationCancelled { order: id, reason: reason.clone() }])
    }

    /// The step that is due, judged as things are now.
    pub(super) fn next_step(
        &self,
        id: OrderId,
        order: &Order,
        acknowledgements: &[Acknowledgement],
        context: &Context,
    ) -> Result<(TitrationStep, Judged), Error> {
        let drug = row(context, &order.drug)?;
        covered(&context.actor, drug.schedule)?;
        let (titration, step) = due(order, context)?;
        more::of_the_drug(order, drug, context)?;
        not_before_last_change(order, context)?;
        if step.regimen.daily() > drug.start {
            not_missed_for_too_long(id, &order.continuing(), drug, context)?;
        }
        let schedule = self.schedule_of(order, context);
        if schedule.map(|schedule| &schedule.id) != titration.schedule.as_ref() {
            return Err(Error::ScheduleChanged);
        }
        let rise =
            Rise { from: order.regimen, to: step.regimen, since: order.dose_since, at: context.effective_at };
        rise.keeps_the_schedule(schedule, drug)?;
        let answered = titration.answered.iter().filter(|answered| answered.action == Action::Acknowledge);
        let answered: Vec<Answered> = answered.cloned().collect();
        let proposal = order.proposal(id, step.regimen);
        let judged = self.judge(&proposal, acknowledgements, &answered, context)?;
        Ok((step, judged))
    }

    /// The schedule by which the order's drug is raised beside what else is taken.
    pub(super) fn schedule_of<'a>(
        &self,
        order: &Order,
        context: &'a Context,
    ) -> Option<&'a TitrationSchedule> {
        context.rules.schedule(&order.drug, &self.seen(context))
    }

    /// What a step rests on must be on record; a result must say something about the dose that is taken now.
    fn looked_at(&self, basis: &TitrationBasis, order: &Order, context: &Context) -> Result<(), Error> {
        let there = match basis {
            TitrationBasis::Score(id) => scored(*id, context),
            TitrationBasis::SideEffect(id) => reported(*id, context),
            TitrationBasis::Result(lab) => {
                self.results.get(lab).is_some_and(|latest| latest.taken_at >= order.dose_since)
            }
            TitrationBasis::WellTolerated => true,
        };
        if there { Ok(()) } else { Err(Error::BasisNotOnRecord) }
    }
}

/// Whether the patient has such a score.
pub(super) fn scored(score: ScaleId, context: &Context) -> bool {
    let scales = context.facts.scales.as_ref();
    scales.is_some_and(|scales| scales.administrations.binary_search(&score).is_ok())
}

/// Whether the patient has such a side effect.
pub(super) fn reported(report: ReportId, context: &Context) -> bool {
    let record = context.facts.side_effects.as_ref();
    record.is_some_and(|record| record.reports.binary_search(&report).is_ok())
}

/// The next step, whose day must have come when it takes effect.
fn due<'a>(order: &'a Order, context: &Context) -> Result<(&'a Titration, TitrationStep), Error> {
    let titration = order.titration.as_ref().ok_or(Error::NoTitration)?;
    let step = *titration.steps.first().ok_or(Error::NoTitration)?;
    if step.on > context.effective_at.day() {
        return Err(Error::StepNotDue { on: step.on });
    }
    Ok((titration, step))
}

/// Whether the steps are a way up, day by day; tells the highest.
fn rising(
    steps: &[TitrationStep],
    order: &Order,
    drug: &Drug,
    context: &Context,
) -> Result<TitrationStep, Error> {
    let count = Error::TitrationStepCount { most: MOST_STEPS };
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else { return Err(count) };
    if steps.len() > MOST_STEPS {
        return Err(count);
    }
    if first.on < today_anywhere(context.now) {
        return Err(Error::TitrationInThePast);
    }
    if !steps.is_sorted_by(|one, next| one.on < next.on) {
        return Err(Error::TitrationOutOfOrder);
    }
    if last.on > context.now.plus_days(MOST_DAYS).day() {
        return Err(Error::TitrationTooLong { most_days: MOST_DAYS });
    }
    let mut before = order.regimen;
    for step in steps {
        well_formed(&step.regimen, drug)?;
        if step.regimen.route != order.regimen.route {
            return Err(Error::TitrationChangesRoute);
        }
        let falls = before.rise_from(&step.regimen) != Milligrams::ZERO;
        if falls || step.regimen.rise_from(&before) == Milligrams::ZERO {
            return Err(Error::TitrationNotRising);
        }
        before = step.regimen;
    }
    Ok(*last)
}

/// Whether each step keeps the pace, counted from the days that were agreed.
fn paced(
    steps: &[TitrationStep],
    order: &Order,
    drug: &Drug,
    schedule: Option<&TitrationSchedule>,
) -> Result<(), Error> {
    let (mut from, mut since) = (order.regimen, order.dose_since);
    for step in steps {
        let at = Instant::start_of(step.on);
        Rise { from, to: step.regimen, since, at }.keeps_the_schedule(schedule, drug)?;
        (from, since) = (step.regimen, at);
    }
    Ok(())
}
