//! Changing the dose of an order.

use concord_kernel::{Instant, OrderId, Text};
use concord_knowledge::safety::Proposal;
use concord_knowledge::{Action, Drug, FindingKey, Milligrams, Regimen};

use super::super::state::Order;
use super::super::{Acknowledgement, Answered, Cause, Chart, Error, Event};
use super::course::not_missed_for_too_long;
use super::{covered, days_between, not_before_last_change, prescriber, row, well_formed};
use crate::Context;

/// A change of dose as it is asked for.
pub(super) struct Change<'a> {
    pub(super) order: OrderId,
    pub(super) to: Regimen,
    pub(super) cause: &'a Cause,
    pub(super) note: &'a Text,
    pub(super) acknowledgements: &'a [Acknowledgement],
}

impl Chart {
    pub(super) fn adjust(&self, change: &Change<'_>, context: &Context) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let order = self.taken(change.order)?;
        let drug = row(context, &order.drug)?;
        well_formed(&change.to, drug)?;
        if change.to == order.regimen {
            return Err(Error::Unchanged);
        }
        covered(&context.actor, drug.schedule)?;
        self.rests_on_something(change, order, context)?;
        at_a_safe_pace(change, order, drug, context)?;
        if change.to.daily() > drug.start {
            not_missed_for_too_long(change.order, order, drug, context)?;
        }

        // A lower dose must never be refused for what already stands on the chart: it is the way out of it. What
        // asks for more than before is news all the same, but for the steps of a taper that was agreed.
        let lower =
            change.to.route == order.regimen.route && change.to.rise_from(&order.regimen) == Milligrams::ZERO;
        let mut standing = if lower { self.standing(context) } else { Vec::new() };
        if *change.cause == Cause::PlannedTaper {
            for stands in &mut standing {
                stands.action = Action::Block;
            }
        }
        let proposal =
            Proposal { drug: order.drug.clone(), regimen: change.to, replaces: Some(change.order.uuid()) };
        let judged = self.judge(&proposal, change.acknowledgements, &standing, context)?;
        Ok(vec![Event::DoseAdjusted {
            order: change.order,
            from: order.regimen,
            to: change.to,
            cause: change.cause.clone(),
            note: change.note.clone(),
            acknowledgements: change.acknowledgements.to_vec(),
            judged,
            at: context.effective_at,
        }])
    }

    fn standing(&self, context: &Context) -> Vec<Answered> {
        let findings = context.rules.check(&self.seen(context), None, context.now);
        findings.into_iter().map(|f| Answered { finding: f.key, action: f.action }).collect()
    }

    fn stands(&self, key: &FindingKey, context: &Context) -> bool {
        self.standing(context).iter().any(|stands| stands.finding == *key)
    }

    /// The cause must be there, as far as this chart can know: scores and side effects are in other streams.
    fn rests_on_something(&self, change: &Change<'_>, order: &Order, context: &Context) -> Result<(), Error> {
        let there = match change.cause {
            Cause::Result(lab) => self.results.contains_key(lab),
            Cause::Interaction(key) => self.known(key).is_some() || self.stands(key, context),
            Cause::PlannedTaper => {
                let planned = order.taper.iter().any(|step| step.regimen == change.to);
                let falls = change.to.falls_from(&order.regimen);
                return if planned && falls { Ok(()) } else { Err(Error::NotAPlannedStep) };
            }
            Cause::Score(_) | Cause::SideEffect(_) | Cause::PlannedTitration | Cause::PatientPreference => {
                true
            }
        };
        if there { Ok(()) } else { Err(Error::CauseNotOnChart) }
    }
}

/// A daily dose rises by the row's step at most, and not sooner than the row's days after the last change. A
/// titration that was agreed carries its own pace (lamotrigine doubles, quetiapine climbs daily), and a dose that was
/// not taken yet does not rise.
fn at_a_safe_pace(change: &Change<'_>, order: &Order, drug: &Drug, context: &Context) -> Result<(), Error> {
    not_before_last_change(order, context)?;
    if order.start_on > context.now.day() {
        return Ok(());
    }
    let since = days_between(order.dose_since, context.effective_at);
    let rise = change.to.rise_from(&order.regimen);
    if rise == Milligrams::ZERO || *change.cause == Cause::PlannedTitration {
        return Ok(());
    }
    if let Some(step) = drug.step
        && rise > step
    {
        return Err(Error::RiseTooLarge { at_most: step });
    }
    let fewest = i64::from(drug.step_days);
    if since < fewest {
        let earliest = Instant::start_of(order.dose_since.day()).plus_days(fewest).day();
        return Err(Error::RiseTooSoon { earliest });
    }
    Ok(())
}
