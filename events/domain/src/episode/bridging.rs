//! What happens to medication after a stay: it is due with the discharge, decided order by order, and when nobody does,
//! that is on record.

use std::collections::BTreeSet;

use concord_kernel::{EpisodeId, Instant, OrderId, Role, Text};
use serde::{Deserialize, Serialize};

use super::state::Bridging;
use super::{Disposition, Episode, Error, Event};
use crate::{ChartFacts, Context, IndicationFacts};

/// What happens to one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BridgingDecision {
    /// A supply bridges the time until somebody else prescribes it.
    Supplied,
    /// It is tapered off.
    Tapered,
    /// Another program or prescriber goes on with it without a gap; the note says who.
    TakenOver,
    /// It has ended.
    Ended,
    /// It is not needed any more.
    NotNeeded,
}

/// What happens to one order, by its identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BridgingLine {
    /// The order.
    pub order: OrderId,
    /// What happens to it.
    pub decision: BridgingDecision,
}

/// Decisions as they are told.
pub(super) struct Told<'a> {
    pub(super) episode: EpisodeId,
    pub(super) lines: &'a [BridgingLine],
    pub(super) note: &'a Text,
}

impl Episode {
    /// What the end of the stay leaves to be decided: every open order of it, and naloxone for whoever has an opioid use disorder
    /// and was not offered it in this stay. Nothing after death.
    pub(super) fn bridging_due(
        &self,
        episode: EpisodeId,
        disposition: Disposition,
        context: &Context,
    ) -> Result<Option<Event>, Error> {
        if disposition == Disposition::Deceased {
            return Ok(None);
        }
        let chart = context.facts.chart.as_ref().ok_or(Error::ChartNotRead)?;
        let admitted_at = self.open.map(|stay| stay.admitted_at);
        let diagnosed =
            context.facts.indication.as_ref().is_some_and(IndicationFacts::names_opioid_use_disorder);
        let disorder = chart.opioid_use_disorder || diagnosed;
        let naloxone = disorder && !naloxone_offered_since(admitted_at, context)?;
        // What was written in a stay of another program goes on there.
        let of_it = |order: &&OrderId| chart.stays.get(*order) == Some(&episode);
        let orders: Vec<OrderId> = chart.open_orders.iter().filter(of_it).copied().collect();
        if orders.is_empty() && !naloxone {
            return Ok(None);
        }
        let rules = context.rules.deadlines();
        let (soonest, latest) =
            (context.now.plus(rules.bridging_least), context.now.plus(rules.bridging_within));
        let runs_out = orders.iter().filter_map(|order| chart.supply_until(*order)).min();
        let decide_by = runs_out.map_or(latest, |runs_out| runs_out.clamp(soonest, latest));
        Ok(Some(Event::BridgingDue { episode, orders, naloxone, decide_by }))
    }

    /// Every order that was open is decided at once. What is said of it must be so on the chart.
    pub(super) fn decide_bridging(&self, told: &Told<'_>, context: &Context) -> Result<Event, Error> {
        let due = self.bridging(told.episode)?;
        let chart = context.facts.chart.as_ref().ok_or(Error::ChartNotRead)?;
        let mut named = BTreeSet::new();
        for line in told.lines {
            if !due.orders.contains(&line.order) {
                return Err(Error::BridgingOrderNotAsked);
            }
            if !named.insert(line.order) {
                return Err(Error::BridgingOrderRepeated);
            }
            is_so(*line, due.closed_at, chart, context)?;
        }
        if named.len() < due.orders.len() {
            return Err(Error::BridgingOrderMissing { orders: due.orders.len() - named.len() });
        }
        if due.naloxone && !naloxone_offered_since(due.admitted_at, context)? {
            return Err(Error::BridgingNaloxone);
        }
        Ok(Event::BridgingDecided {
            episode: told.episode,
            lines: told.lines.to_vec(),
            note: told.note.clone(),
            late: context.now > due.decide_by,
        })
    }

    /// Says that the deadline has passed; the service does, once.
    pub(super) fn breach_bridging(&self, episode: EpisodeId, context: &Context) -> Result<Event, Error> {
        if context.actor.role != Role::Service {
            return Err(Error::NotATimer);
        }
        let due = self.bridging(episode)?;
        if due.breached {
            return Err(Error::AlreadyBreached);
        }
        if context.now <= due.decide_by {
            return Err(Error::DeadlineNotPassed);
        }
        Ok(Event::BridgingBreached { episode, decide_by: due.decide_by })
    }

    fn bridging(&self, episode: EpisodeId) -> Result<&Bridging, Error> {
        self.bridging.get(&episode).ok_or(Error::BridgingNotDue)
    }
}

/// Naloxone that was declined was offered as well.
fn naloxone_offered_since(admitted_at: Option<Instant>, context: &Context) -> Result<bool, Error> {
    let recovery = context.facts.recovery.as_ref().ok_or(Error::RecoveryNotRead)?;
    Ok(recovery.naloxone_offered_at.is_some_and(|at| admitted_at.is_none_or(|admitted| at >= admitted)))
}

/// Whether the chart bears the decision out. What must not stop abruptly ends with a taper, a supply or whoever goes on
/// with it, never with nothing.
fn is_so(line: BridgingLine, closed_at: Instant, chart: &ChartFacts, context: &Context) -> Result<(), Error> {
    let open = chart.open_orders.contains(&line.order);
    match line.decision {
        BridgingDecision::Supplied => {
            let days = context.rules.deadlines().bridging_supply_days;
            let enough = |until: Instant| until >= closed_at.plus_days(days);
            let lasts = chart.supply_until(line.order).is_some_and(enough);
            if lasts { Ok(()) } else { Err(Error::BridgingSupplyTooShort { days }) }
        }
        BridgingDecision::Tapered => {
            if chart.tapering.contains(&line.order) {
                Ok(())
            } else {
                Err(Error::BridgingNotTapered)
            }
        }
        BridgingDecision::Ended => {
            if open {
                Err(Error::BridgingOrderOpen)
            } else {
                Ok(())
            }
        }
        BridgingDecision::NotNeeded => {
            if chart.no_abrupt_stop.contains(&line.order) {
                Err(Error::BridgingAbruptStop)
            } else {
                Ok(())
            }
        }
        BridgingDecision::TakenOver => Ok(()),
    }
}
