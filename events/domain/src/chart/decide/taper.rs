//! How an order is tapered off.

use concord_kernel::{Day, Instant, OrderId, Text};
use concord_knowledge::{Milligrams, Taper};

use super::super::state::Order;
use super::super::{Chart, Error, Event, TaperStep};
use super::{prescriber, row, today_anywhere};
use crate::Context;

/// The most steps of one taper: two years of weekly ones.
pub(in super::super) const MOST_STEPS: usize = 104;

/// T2: the largest part of the dose that may be taken away in [`SLOW_DAYS`]. Of the dose at the beginning of the
/// taper, so that the last steps can reach nothing. Source: joint benzodiazepine tapering guideline 2025 (ASAM).
const SLOW_PERCENT: u64 = 25;

/// T2: the days that [`SLOW_PERCENT`] counts over.
const SLOW_DAYS: i64 = 14;

/// T3 and T5: the largest part of the dose that may be taken away in [`GRADUAL_DAYS`], of the dose at the beginning of
/// the taper. It makes a taper at least two falls and the last one no larger than half; a plan that leaves most of the
/// dose to its last day has no way through. Program rule.
const GRADUAL_PERCENT: u64 = 50;

/// T3 and T5: the days that [`GRADUAL_PERCENT`] counts over.
const GRADUAL_DAYS: i64 = 7;

impl Chart {
    pub(super) fn plan_taper(
        &self,
        id: OrderId,
        steps: &[TaperStep],
        reason: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let order = self.open(id)?;
        is_a_way_off(order, steps, context)?;
        Ok(vec![Event::TaperPlanned { order: id, steps: steps.to_vec(), reason: reason.clone() }])
    }
}

/// Whether the steps are a way off for the order, slow enough for its drug, and another one than was agreed.
pub(super) fn is_a_way_off(order: &Order, steps: &[TaperStep], context: &Context) -> Result<(), Error> {
    let taper = row(context, &order.drug)?.taper;
    well_formed(steps, order, context)?;
    slow_enough(steps, order.regimen.average_daily(), taper)?;
    if order.taper == steps { Err(Error::Unchanged) } else { Ok(()) }
}

fn well_formed(steps: &[TaperStep], order: &Order, context: &Context) -> Result<(), Error> {
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return Err(Error::TaperStepCount { most: MOST_STEPS });
    };
    if steps.len() > MOST_STEPS {
        return Err(Error::TaperStepCount { most: MOST_STEPS });
    }
    if first.on < today_anywhere(context.now) {
        return Err(Error::TaperInThePast);
    }
    if !steps.is_sorted_by(|one, next| one.on < next.on) {
        return Err(Error::TaperOutOfOrder);
    }
    if steps.iter().any(|step| step.regimen.route != order.regimen.route) {
        return Err(Error::TaperChangesRoute);
    }
    let ends = steps.iter().position(|step| step.regimen.daily() == Milligrams::ZERO);
    if ends != Some(steps.len() - 1) || last.regimen.dose != Milligrams::ZERO {
        return Err(Error::TaperNotEnding);
    }
    let mut before = order.regimen;
    for step in steps {
        if !step.regimen.falls_from(&before) {
            return Err(Error::TaperNotFalling);
        }
        before = step.regimen;
    }
    Ok(())
}

/// Whether the steps keep the shortest length and the steepest fall of the drug's taper code.
fn slow_enough(steps: &[TaperStep], from: Milligrams, taper: Taper) -> Result<(), Error> {
    let at_least_days = match taper {
        Taper::None => 0,
        Taper::Weeks => 7,
        Taper::Slow => return not_too_steep(steps, from, SLOW_PERCENT, SLOW_DAYS),
        Taper::Seizure | Taper::TwoWeeks => 14,
        Taper::Rebound => 3,
        Taper::OpioidAgonist | Taper::FourWeeks => 28,
    };
    let length = match (steps.first(), steps.last()) {
        (Some(first), Some(last)) => days(first.on, last.on),
        _ => 0,
    };
    if length < at_least_days {
        return Err(Error::TaperTooShort { at_least_days });
    }
    match taper {
        Taper::Seizure | Taper::OpioidAgonist => not_too_steep(steps, from, GRADUAL_PERCENT, GRADUAL_DAYS),
        Taper::None | Taper::Weeks | Taper::TwoWeeks | Taper::FourWeeks | Taper::Slow | Taper::Rebound => {
            Ok(())
        }
    }
}

fn not_too_steep(
    steps: &[TaperStep],
    from: Milligrams,
    at_most_percent: u64,
    within_days: i64,
) -> Result<(), Error> {
    for step in steps {
        // Doses fall, so the largest within the window is the one it opened with.
        let opened_with = steps
            .iter()
            .take_while(|earlier| days(earlier.on, step.on) >= within_days)
            .last()
            .map_or(from, |earlier| earlier.regimen.average_daily());
        let taken_away = opened_with.micrograms().saturating_sub(step.regimen.average_daily().micrograms());
        if taken_away.saturating_mul(100) > from.micrograms().saturating_mul(at_most_percent) {
            return Err(Error::TaperTooSteep { at_most_percent, within_days });
        }
    }
    Ok(())
}

fn days(from: Day, to: Day) -> i64 {
    Instant::start_of(to).days_since(Instant::start_of(from))
}
