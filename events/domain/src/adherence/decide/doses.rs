//! Doses taken and missed, and what follows when they were missed for too long.

use std::time::Duration;

use concord_kernel::{Instant, OrderId, Text};
use concord_knowledge::{MissedAction, MissedDoses};

use super::super::state::{Doses, Told};
use super::super::{Adherence, Error, Event, MissReason, MissedDecision, Shared};
use crate::{Context, OrderFacts};

/// Days after which a dose is no longer remembered well enough to be written down.
const MOST_DAYS_AGO: i64 = 31;

/// Days from missed doses that reached a rule to the decision of a prescriber. Program rule.
const DECIDE_DAYS: i64 = 1;

impl Adherence {
    pub(super) fn taken(
        &self,
        order: OrderId,
        at: Instant,
        observed: bool,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        self.family_may(Shared::Doses, context)?;
        let ordered = ordered(order, context)?;
        if context.rules.injection(&ordered.drug, &ordered.regimen).is_some() {
            return Err(Error::RecordedAsInjection);
        }
        remembered(at, ordered, context)?;
        let doses = self.doses.get(&order);
        let same = doses.and_then(|doses| doses.days.get(&at.day()));
        if matches!(same, Some(Told::Taken { at: known, .. }) if *known >= at) {
            return Ok(Vec::new());
        }
        let days = ordered.regimen.frequency.every_days();
        let covers_days = u16::try_from(days).unwrap_or(u16::MAX);
        let role = context.actor.role;
        let taken = Event::DoseTaken { order, at, covers_days, observed, role };
        let reached = doses.and_then(|doses| late(doses, order, ordered, at, context));
        Ok(std::iter::once(taken).chain(reached).collect())
    }

    /// A fact: recorded whatever it means, with what it means beside it in the same append.
    pub(super) fn missed(
        &self,
        order: OrderId,
        due_at: Instant,
        reason: MissReason,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        self.family_may(Shared::Doses, context)?;
        let ordered = ordered(order, context)?;
        if ordered.held {
            return Err(Error::OrderHeld);
        }
        remembered(due_at, ordered, context)?;
        let missed = Event::DoseMissed { order, due_at, reason, role: context.actor.role };
        let unknown = Doses::default();
        let doses = self.doses.get(&order).unwrap_or(&unknown);
        let since = without(doses, ordered, due_at);
        let reached = reached(doses, order, ordered, (since, due_at), context);
        Ok(std::iter::once(missed).chain(reached).collect())
    }

    /// Where the rule asks for a new beginning, the drug does not go on at a dose above its first.
    pub(super) fn decide_missed(
        &self,
        order: OrderId,
        decision: MissedDecision,
        reason: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        let reached = self.doses.get(&order).and_then(|doses| doses.reached);
        let reached = reached.filter(|reached| !reached.decided).ok_or(Error::NothingMissed)?;
        let ordered = ordered(order, context)?;
        let goes_on = match reached.action {
            MissedAction::Restart => {
                let first = context.rules.drug(&ordered.drug).map(|drug| drug.start);
                first.is_some_and(|first| ordered.regimen.daily() <= first)
            }
            MissedAction::Reinitiate => false,
            MissedAction::Reassess => true,
        };
        if decision == MissedDecision::Continue && !goes_on {
            let hours = rule(ordered, context).map_or(0, |rule| rule.after_hours);
            return Err(Error::RestartNeeded { hours });
        }
        Ok(vec![Event::MissedDosesDecided { order, decision, reason: reason.clone() }])
    }
}

/// What the chart says of an order, which must be open.
fn ordered(order: OrderId, context: &Context) -> Result<&OrderFacts, Error> {
    let chart = context.facts.chart.as_ref().ok_or(Error::FactsMissing)?;
    match chart.orders.get(&order) {
        Some(ordered) => Ok(ordered),
        None if chart.known_orders.binary_search(&order).is_ok() => Err(Error::OrderStopped),
        None => Err(Error::UnknownOrder),
    }
}

fn remembered(at: Instant, ordered: &OrderFacts, context: &Context) -> Result<(), Error> {
    if at > context.now {
        return Err(Error::InTheFuture);
    }
    if at.day() < ordered.first_day {
        return Err(Error::DoseBeforeStart);
    }
    if at < context.now.plus_days(-MOST_DAYS_AGO) {
        return Err(Error::DoseTooLongAgo { most_days: MOST_DAYS_AGO });
    }
    Ok(())
}

fn rule<'a>(ordered: &OrderFacts, context: &'a Context) -> Option<&'a MissedDoses> {
    context.rules.missed_doses(&ordered.drug)
}

/// Since when nothing was taken, at the latest, as of a dose that was missed at `due_at`. Where nobody told of a dose
/// that was taken, the one before the first that was missed counts as taken when it was due.
fn without(doses: &Doses, ordered: &OrderFacts, due_at: Instant) -> Instant {
    doses.taken_before(due_at).unwrap_or_else(|| {
        let first = doses.missed_between(None, due_at).unwrap_or(due_at);
        let interval = i64::try_from(ordered.regimen.frequency.every_days()).unwrap_or(i64::MAX);
        first.plus_days(-interval)
    })
}

/// A dose that came late: a depot whose last injection lies too far back, or a drug of which doses were missed before
/// it. Days that nobody told of are no gap.
fn late(
    doses: &Doses,
    order: OrderId,
    ordered: &OrderFacts,
    at: Instant,
    context: &Context,
) -> Option<Event> {
    let before = doses.taken_before(at);
    let missed = doses.missed_between(before, at);
    let depot = ordered.regimen.frequency.every_days() > 1;
    let since = match (before, missed) {
        (Some(before), _) if missed.is_some() || depot => before,
        (None, Some(missed)) => without(doses, ordered, missed),
        (Some(_) | None, _) => return None,
    };
    reached(doses, order, ordered, (since, at), context)
}

/// What the drug's rule makes of a gap. A gap that was found too long is not found again.
fn reached(
    doses: &Doses,
    order: OrderId,
    ordered: &OrderFacts,
    (since, at): (Instant, Instant),
    context: &Context,
) -> Option<Event> {
    let rule = rule(ordered, context)?;
    if at < since.plus(Duration::from_hours(u64::from(rule.after_hours))) {
        return None;
    }
    if doses.reached.is_some_and(|known| !known.decided || known.at >= since) {
        return None;
    }
    Some(Event::MissedDosesReached {
        order,
        drug: ordered.drug.clone(),
        rule: rule.id.clone(),
        action: rule.action,
        since,
        at: context.now,
        decide_by: context.now.plus_days(DECIDE_DAYS),
        ruleset: context.rules.version().clone(),
    })
}
