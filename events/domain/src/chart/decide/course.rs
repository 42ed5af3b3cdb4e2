//! The course of an order after it was written: hold, resume, stop, renew, correct.

use std::time::Duration;

use concord_kernel::{Instant, OrderId, Text};
use concord_knowledge::Drug;

use super::super::response::ends_on;
use super::super::state::{Order, must_taper};
use super::super::{
    Acknowledgement, Chart, Correction, Error, Event, LegalBasis, OrderModality, StopReason, Supply,
};
use super::duration::Handing;
use super::safety::unsafe_by;
use super::{
    covered, more, not_before_first_day, not_before_last_change, not_in_the_future, prescriber, row,
};
use crate::Context;
use crate::going_on::not_missed_for_too_long;
use crate::law::{Controlled, lawful, supplied};

/// How long before it is recorded a hold may take effect. The washout of a held drug counts from the hold; for one
/// that was left out longer ago, the order is stopped with its last dose.
const HOLD_BACKDATED_AT_MOST: Duration = Duration::from_hours(24);

impl Chart {
    pub(super) fn hold(&self, id: OrderId, reason: &Text, context: &Context) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let order = self.taken(id)?;
        not_before_last_change(order, context)?;
        if context.effective_at.plus(HOLD_BACKDATED_AT_MOST) < context.now {
            return Err(Error::HoldTooLongAgo);
        }
        Ok(vec![Event::MedicationHeld { order: id, reason: reason.clone(), at: context.effective_at }])
    }

    /// Goes on with a held order, if it is still safe: the chart may have changed meanwhile.
    pub(super) fn resume(
        &self,
        id: OrderId,
        acknowledgements: &[Acknowledgement],
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let order = self.open(id)?;
        let held_at = order.held_at.ok_or(Error::OrderNotHeld)?;
        if context.effective_at < held_at {
            return Err(Error::BeforeLastChange);
        }
        let drug = row(context, &order.drug)?;
        covered(&context.actor, drug.schedule)?;
        more::of_the_drug(order, drug, context)?;
        still_tolerated(order, drug, context)?;
        not_missed_for_too_long(id, &order.continuing(), drug, context)?;
        let proposal = order.proposal(id, order.regimen);
        let judged = self.judge(&proposal, acknowledgements, &[], context)?;
        Ok(vec![Event::MedicationResumed {
            order: id,
            judged,
            acknowledgements: acknowledgements.to_vec(),
            at: context.effective_at,
        }])
    }

    pub(super) fn stop(
        &self,
        id: OrderId,
        reason: StopReason,
        last_dose_at: Option<Instant>,
        abrupt_because: Option<&Text>,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let open = self.open(id)?;
        not_in_the_future(last_dose_at, context)?;
        not_before_first_day(last_dose_at, Some(open.first_day()))?;
        not_before_last_change(open, context)?;
        may_stop(open, abrupt_because, context)?;
        let assessed_at = ends_on(open, reason, context)?;
        Ok(vec![Event::MedicationStopped {
            order: id,
            reason,
            last_dose_at,
            abrupt_because: abrupt_because.cloned(),
            at: context.effective_at,
            assessed_at,
        }])
    }

    /// Hands out more, if it is still safe: the chart may have changed since the order was written. What was answered
    /// on this order before, and asks for no more than it did, is not asked again.
    pub(super) fn renew(
        &self,
        id: OrderId,
        supply: Supply,
        modality: OrderModality,
        legal_basis: Option<LegalBasis>,
        acknowledgements: &[Acknowledgement],
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let order = self.taken(id)?;
        not_before_last_change(order, context)?;
        let drug = row(context, &order.drug)?;
        supplied(supply, drug, context)?;
        covered(&context.actor, drug.schedule)?;
        not_missed_for_too_long(id, &order.continuing(), drug, context)?;
        let indication = &order.indication;
        let controlled = Controlled { drug, indication, modality, supply };
        let policy = lawful(&controlled, legal_basis, context)?;
        let bridging = more::of_the_supply(order, drug, supply, context)?;
        let proposal = order.proposal(id, order.regimen);
        let mut lasting = self.lasting(&handing(order, drug, supply, acknowledgements, context), context)?;
        let (subject, answered) = (self.seen(context), &order.answered);
        let judged =
            self.judge_lasting(&subject, &proposal, acknowledgements, answered, &mut lasting, context)?;
        let renewed = Event::MedicationRenewed {
            order: id,
            supply,
            modality,
            legal_basis,
            bridging,
            judged,
            acknowledgements: acknowledgements.to_vec(),
            at: context.effective_at,
            policy,
        };
        Ok(std::iter::once(renewed).chain(lasting.event(id)).collect())
    }

    pub(super) fn correct(
        &self,
        id: OrderId,
        correction: &Correction,
        reason: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let order = self.open(id)?;
        let unchanged = match correction {
            Correction::Supply(supply) => {
                let drug = row(context, &order.drug)?;
                covered(&context.actor, drug.schedule)?;
                supplied(*supply, drug, context)?;
                let (indication, modality) = (&order.indication, order.modality);
                let controlled = Controlled { drug, indication, modality, supply: *supply };
                lawful(&controlled, order.legal_basis, context)?;
                if more::is_more(*supply, order) {
                    more::of_the_supply(order, drug, *supply, context)?;
                    let from = order.supplied_at.day();
                    let handing = Handing { from, ..handing(order, drug, *supply, &[], context) };
                    let lasting = self.lasting(&handing, context)?;
                    if let Some(answer) = lasting.asks {
                        return Err(unsafe_by(lasting.unmet, answer, context));
                    }
                }
                *supply == order.supply
            }
            Correction::Reason(why) => *why == order.reason,
            Correction::StartOn(day) => {
                may_start_on(*day, order, context)?;
                *day == order.start_on
            }
        };
        if unchanged {
            return Err(Error::Unchanged);
        }
        Ok(vec![Event::OrderCorrected { order: id, correction: correction.clone(), reason: reason.clone() }])
    }
}

/// More of an order that stands, from now on.
fn handing<'a>(
    order: &'a Order,
    drug: &'a Drug,
    supply: Supply,
    acknowledgements: &'a [Acknowledgement],
    context: &Context,
) -> Handing<'a> {
    Handing {
        drug,
        indication: &order.indication,
        supply,
        from: context.now.day(),
        standing: Some(order),
        acknowledgements,
    }
}

/// A drug whose tolerance is lost in days goes on after a hold only while it lasts, or at no more than its usual
/// start: rash with lamotrigine, collapse with clozapine.
fn still_tolerated(order: &Order, drug: &Drug, context: &Context) -> Result<(), Error> {
    let (Some(hours), Some(taken_at)) = (drug.restart_hours, order.last_dose_if_held()) else {
        return Ok(());
    };
    let lost = taken_at.plus(Duration::from_hours(u64::from(hours))) < context.now;
    if lost && order.regimen.daily() > drug.start { Err(Error::RestartNeeded { hours }) } else { Ok(()) }
}

/// A corrected start keeps the bounds that the order had when it was written. Once the order has begun it is not put off:
/// it would count as never taken, and leave no washout behind.
fn may_start_on(day: concord_kernel::Day, order: &Order, context: &Context) -> Result<(), Error> {
    if day < super::today_anywhere(order.ordered_at) {
        return Err(Error::StartsInThePast);
    }
    if day > order.ordered_at.plus_days(super::prescribe::MOST_DAYS_AHEAD).day() {
        return Err(Error::StartsTooLate { most_days: super::prescribe::MOST_DAYS_AHEAD });
    }
    if day > order.start_on && !order.never_taken_by(context.now) {
        return Err(Error::HasBegun);
    }
    Ok(())
}

/// Whether the agreed way off has come to its end: its last day is there, and what is taken is no more than its last
/// dose. A plan whose steps nobody took has tapered nothing.
fn has_run_out(order: &Order, now: Instant) -> bool {
    let Some((end, steps)) = order.taper.split_last() else { return false };
    let reached = steps
        .last()
        .is_none_or(|last| order.regimen == last.regimen || order.regimen.falls_from(&last.regimen));
    reached && Instant::start_of(end.on) <= now
}

/// Drugs of taper codes T2 to T5 end with a taper that has run out, or with a reason why not. An order whose first
/// dose was never taken may end at once.
fn may_stop(order: &Order, abrupt_because: Option<&Text>, context: &Context) -> Result<(), Error> {
    let harmful = must_taper(row(context, &order.drug)?.taper);
    if harmful
        && !has_run_out(order, context.now)
        && abrupt_because.is_none()
        && !order.never_taken_by(context.now)
    {
        return Err(Error::TaperFirst);
    }
    Ok(())
}
