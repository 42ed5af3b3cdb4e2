//! The rules of trials and of what rests on them.

use concord_kernel::{Day, Instant, OrderId, Text};
use concord_knowledge::trial::{Known, Outcome};

use super::{ResponseAssessment, ResponseDecision, ResponseError};
use crate::Context;
use crate::chart::decide::prescriber;
use crate::chart::state::Order;
use crate::chart::{Chart, Error, Event, StopReason};

/// The longest that a prescriber waits for a response.
const MOST_WAIT_DAYS: i64 = 84;

/// Days in which a decision to switch or stop is carried out, before a score is asked for again. Program rule.
const CARRY_OUT_DAYS: i64 = 14;

impl Chart {
    /// Judges the trial of an order as it is known now and keeps its figures with the decision, also where something is
    /// missing: the prescriber decides on what there is, and that it was missing stays on record.
    pub(in crate::chart) fn assess_response(
        &self,
        id: OrderId,
        decision: ResponseDecision,
        reason: &Text,
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        prescriber(&context.actor)?;
        let order = self.open(id)?;
        let rule = context.rules.trial(&order.drug, &order.indication).ok_or(ResponseError::NoTrial)?;
        let scores = context.facts.scales.as_ref().ok_or(Error::FactsMissing)?;
        let adherence = context.facts.adherence.as_ref().ok_or(Error::FactsMissing)?;
        let known = Known {
            doses: &order.doses,
            totals: scores.totals.get(&rule.scale),
            taken: adherence.taken.get(&id).copied(),
            // Whoever decides again decides on what is known, whenever a score was to be asked for.
            not_before: None,
        };
        let good = context.rules.limits().adherence_good_percent;
        let trial = rule.judge(&known, good).ok_or(ResponseError::NoTrial)?;
        let again_on = again_on(decision, rule.none_weeks, context)?;
        Ok(vec![Event::ResponseAssessed(Box::new(ResponseAssessment {
            order: id,
            drug: order.drug.clone(),
            purpose: order.indication.clone(),
            trial,
            decision,
            reason: reason.clone(),
            again_on,
            at: context.now,
            ruleset: context.rules.version().clone(),
        }))])
    }
}

fn again_on(decision: ResponseDecision, weeks: u16, context: &Context) -> Result<Day, Error> {
    let after = |days: i64| context.now.plus_days(days).day();
    match decision {
        ResponseDecision::Increase | ResponseDecision::Augment => Ok(after(7 * i64::from(weeks))),
        ResponseDecision::Switch | ResponseDecision::Stop => Ok(after(CARRY_OUT_DAYS)),
        ResponseDecision::Wait { until } if until > context.now.day() && until <= after(MOST_WAIT_DAYS) => {
            Ok(until)
        }
        ResponseDecision::Wait { .. } => {
            Err(ResponseError::WaitOutOfRange { most_days: MOST_WAIT_DAYS }.into())
        }
    }
}

/// The assessment that an order ends on. Whoever ends it for want of response names one; where no row says what a trial
/// of the drug is, nothing can be named.
pub(in crate::chart) fn ends_on(
    order: &Order,
    reason: StopReason,
    context: &Context,
) -> Result<Option<Instant>, Error> {
    let failed = order.assessed.as_ref().filter(|known| {
        let failed = matches!(known.outcome, Outcome::NoResponse | Outcome::PartialResponse);
        failed && matches!(known.decision, ResponseDecision::Stop | ResponseDecision::Switch)
    });
    let needed =
        reason == StopReason::Ineffective && context.rules.trial(&order.drug, &order.indication).is_some();
    match failed {
        None if needed => Err(ResponseError::NotAssessed.into()),
        Some(known) if matches!(reason, StopReason::Ineffective | StopReason::Switched) => Ok(Some(known.at)),
        Some(_) | None => Ok(None),
    }
}
