//! What is on record of injections, folded from the events of a chart.

use std::collections::{BTreeMap, BTreeSet};

use concord_kernel::{Day, Instant, OrderId};
use concord_knowledge::{DrugId, RuleId};
use serde::{Deserialize, Serialize};

use super::{GivenInjection, LateDecision, NextInjection};
use crate::chart::Event;

/// Injections that are kept for measuring how many days were covered; more than half a year of weekly ones.
const MOST_KEPT: usize = 60;

/// Every course of injections.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::chart) struct Depots {
    pub(super) courses: BTreeMap<DrugId, Depot>,
    /// Drugs of which a prescriber has said that they are tolerated.
    pub(super) attested: BTreeSet<DrugId>,
    /// Orders of which an injection is overdue, with the day on which it was due.
    pub(super) overdue: BTreeMap<OrderId, Day>,
    /// Injections that were given against a rule, and until when somebody looks at that.
    pub(super) to_review: Vec<(OrderId, Instant, Instant)>,
}

/// The injections of one drug, whichever order they were given by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::chart) struct Depot {
    /// The order that the last one was given by.
    pub(super) order: OrderId,
    pub(super) last_at: Instant,
    pub(super) last_on: Day,
    /// How many of the present course were given.
    pub(super) given: u16,
    pub(super) next: NextInjection,
    /// What a prescriber decided while that rule about late injections holds.
    pub(super) decided: Option<(RuleId, LateDecision)>,
    /// The latest injections with the days that each covers, oldest first.
    pub(super) covered: Vec<(Day, u16)>,
}

impl Depots {
    /// Takes in an event about an injection.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`Chart::fold` hands over the events of injections only, without wildcard"
    )]
    pub(in crate::chart) fn fold(&mut self, event: Event) {
        match event {
            Event::InjectionGiven(given) => self.given(&given),
            Event::LateInjectionDecided { drug, rule, decision, .. } => {
                if let Some(course) = self.courses.get_mut(&drug) {
                    course.decided = Some((rule, decision));
                }
            }
            Event::TolerabilityAttested { drug, .. } => {
                self.attested.insert(drug);
            }
            Event::InjectionOverdue { order, due_on, .. } => {
                self.overdue.insert(order, due_on);
            }
            Event::InjectionReviewed { order, given_at, .. } => {
                self.to_review.retain(|(of, at, _)| (*of, *at) != (order, given_at));
            }
            _ => debug_assert!(false, "an event that is not about an injection"),
        }
    }

    fn given(&mut self, given: &GivenInjection) {
        self.to_review.extend(given.review_by.map(|by| (given.order, given.at, by)));
        let covers = (given.on, given.covers_days);
        let new = |covered| Depot {
            order: given.order,
            last_at: given.at,
            last_on: given.on,
            given: given.given,
            next: given.next.clone(),
            decided: None,
            covered,
        };
        match self.courses.get_mut(&given.drug) {
            None => {
                self.courses.insert(given.drug.clone(), new(vec![covers]));
                self.overdue.remove(&given.order);
            }
            Some(course) => {
                let place = course.covered.partition_point(|(day, _)| *day <= given.on);
                let mut covered = std::mem::take(&mut course.covered);
                covered.insert(place, covers);
                if covered.len() > MOST_KEPT {
                    covered.remove(0);
                }
                // One that is recorded after a later one is history and moves nothing.
                if given.at >= course.last_at {
                    *course = new(covered);
                    self.overdue.remove(&given.order);
                } else {
                    course.covered = covered;
                }
            }
        }
    }

    pub(in crate::chart) fn stopped(&mut self, order: OrderId) {
        self.overdue.remove(&order);
    }

    /// When the last injection by an order was given.
    pub(in crate::chart) fn last_by(&self, order: OrderId) -> Option<Instant> {
        self.courses.values().find(|course| course.order == order).map(|course| course.last_at)
    }

    /// The days that the injections of a drug cover, each with how many.
    pub(in crate::chart) fn covered(&self, drug: &DrugId) -> Vec<(Day, u16)> {
        self.courses.get(drug).map_or_else(Vec::new, |course| course.covered.clone())
    }
}
