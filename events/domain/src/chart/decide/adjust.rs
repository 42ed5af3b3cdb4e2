//! Changing the dose of an order.

use concord_kernel::{OrderId, Text};
use concord_knowledge::{Action, Drug, FindingKey, Milligrams, Regimen};

use super::super::state::Order;
use super::super::{Acknowledgement, Answered, Cause, Chart, Error, Event, Judged, TitrationBasis};
use super::pace::Rise;
use super::titration::{Advance, reported, scored};
use super::{covered, more, not_before_last_change, prescriber, row, well_formed};
use crate::Context;
use crate::going_on::not_missed_for_too_long;

/// A change of dose as it is asked for.
pub(super) struct Change<'a> {
    pub(super) order: OrderId,
    pub(super) to: Regimen,
    pub(super) cause: &'a Cause,
    /// What was looked at, for a step of a titration.
    pub(super) rests_on: Option<&'a TitrationBasis>,
    pub(super) note: &'a Text,
    pub(super) acknowledgements: &'a [Acknowledgement],
}

impl Change<'_> {
    fn event(&self, order: &Order, judged: Judged, context: &Context) -> Event {
        Event::DoseAdjusted {
            order: self.order,
            from: order.regimen,
            to: self.to,
            cause: self.cause.clone(),
            note: self.note.clone(),
            acknowledgements: self.acknowledgements.to_vec(),
            judged,
            at: context.effective_at,
        }
    }

    /// Whether it gives more of the drug, or gives it another way.
    fn asks_for_more(&self, order: &Order) -> bool {
        order.asks_for_more(&self.to)
    }
}

/// Whether its first day has not come.
fn has_not_begun(order: &Order, context: &Context) -> bool {
    order.start_on > context.now.day()
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
        if change.asks_for_more(order) {
            more::of_the_drug(order, drug, context)?;
        }
        if *change.cause == Cause::PlannedTitration {
            return self.as_agreed(change, order, context);
        }
        if change.rests_on.is_some() {
            return Err(Error::BasisNotAsked);
        }
        self.rests_on_something(change, order, context)?;
        self.at_a_safe_pace(change, order, drug, context)?;
        if change.to.daily() > drug.start {
            not_missed_for_too_long(change.order, &order.continuing(), drug, context)?;
        }

        // A lower dose must never be refused for what already stands on the chart: it is the way out of it. What
        // asks for more than before is news all the same, but for the steps of a taper that was agreed.
        let mut standing = if change.asks_for_more(order) { Vec::new() } else { self.standing(context) };
        if *change.cause == Cause::PlannedTaper {
            for stands in &mut standing {
                stands.action = Action::Block;
            }
        }
        let mut subject = self.seen(context);
        let mut proposal = order.proposal(change.order, change.to);
        if change.asks_for_more(order) && has_not_begun(order, context) {
            // Nobody takes it yet: whatever it is set to is a first dose, and judged like one.
            subject.exposures.retain(|exposure| exposure.id != change.order.uuid());
            proposal.replaces = None;
        }
        let judged = self.judge_in(&subject, &proposal, change.acknowledgements, &standing, context)?;
        Ok(vec![change.event(order, judged, context)])
    }

    /// A change that calls itself a step of a titration is the one that is due: it is judged and recorded as that.
    fn as_agreed(&self, change: &Change<'_>, order: &Order, context: &Context) -> Result<Vec<Event>, Error> {
        let next = order.titration.as_ref().and_then(|titration| titration.steps.first());
        if next.is_none_or(|step| step.regimen != change.to) {
            return Err(Error::NotAPlannedStep);
        }
        let Change { order, note, acknowledgements, .. } = *change;
        let rests_on = change.rests_on.ok_or(Error::BasisRequired)?;
        self.advance_titration(&Advance { order, rests_on, note, acknowledgements }, context)
    }

    /// A rise keeps the row of the drug and, where there is one, its schedule. A dose that was not taken yet does not
    /// rise; it is judged by the safety check like a first one.
    fn at_a_safe_pace(
        &self,
        change: &Change<'_>,
        order: &Order,
        drug: &Drug,
        context: &Context,
    ) -> Result<(), Error> {
        not_before_last_change(order, context)?;
        if has_not_begun(order, context) || change.to.rise_from(&order.regimen) == Milligrams::ZERO {
            return Ok(());
        }
        let (from, since, at) = (order.regimen, order.dose_since, context.effective_at);
        let rise = Rise { from, to: change.to, since, at };
        rise.keeps_the_row(drug)?;
        rise.keeps_the_schedule(self.schedule_of(order, context), drug)
    }

    fn standing(&self, context: &Context) -> Vec<Answered> {
        let findings = context.rules.check(&self.seen(context), None, context.now);
        findings.into_iter().map(|f| Answered { finding: f.key, action: f.action }).collect()
    }

    fn stands(&self, key: &FindingKey, context: &Context) -> bool {
        self.standing(context).iter().any(|stands| stands.finding == *key)
    }

    /// The cause must be there, on the chart or in the stream that it is from.
    fn rests_on_something(&self, change: &Change<'_>, order: &Order, context: &Context) -> Result<(), Error> {
        let there = match change.cause {
            Cause::Result(lab) => self.results.contains_key(lab),
            Cause::Interaction(key) => self.known(key).is_some() || self.stands(key, context),
            Cause::PlannedTaper => {
                let planned = order.taper.iter().any(|step| step.regimen == change.to);
                let falls = change.to.falls_from(&order.regimen);
                return if planned && falls { Ok(()) } else { Err(Error::NotAPlannedStep) };
            }
            Cause::Score(score) => scored(*score, context),
            Cause::SideEffect(report) => reported(*report, context),
            Cause::PlannedTitration | Cause::PatientPreference => true,
        };
        if there { Ok(()) } else { Err(Error::CauseNotOnChart) }
    }
}
