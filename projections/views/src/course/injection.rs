//! Entries that injections and trials make.

use concord_domain::chart::{Event, LateDecision, Objection, ResponseDecision, TolerabilityBasis};
use concord_kernel::{Day, OrderId, Text};
use concord_knowledge::trial::Trial;
use concord_knowledge::{DrugId, Milligrams, RuleId};
use serde::{Deserialize, Serialize};

use super::Entry;

/// What happened to an injection, or to a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InjectionEntry {
    /// It was given.
    InjectionGiven {
        /// By which order.
        order: OrderId,
        /// How much.
        #[serde(rename = "dose_mg")]
        dose: Milligrams,
        /// What stood against it.
        against: Vec<Objection>,
    },
    /// Its last day passed without one on record.
    InjectionOverdue {
        /// By which order.
        order: OrderId,
        /// The day on which it was due.
        due_on: Day,
    },
    /// It was decided how a late one goes on.
    LateInjectionDecided {
        /// By which order.
        order: OrderId,
        /// The rule that held.
        rule: RuleId,
        /// What is done.
        decision: LateDecision,
        /// Why.
        why: Text,
    },
    /// Somebody said how it is known that the drug is tolerated.
    TolerabilityAttested {
        /// The formulary row.
        drug: DrugId,
        /// What shows it.
        basis: TolerabilityBasis,
        /// The same in words.
        note: Text,
    },
    /// Somebody looked at one that was given against a rule.
    InjectionReviewed {
        /// By which order.
        order: OrderId,
        /// What follows from it.
        outcome: Text,
    },
    /// A trial was judged, and a prescriber decided.
    ResponseAssessed {
        /// Which order.
        order: OrderId,
        /// What it came to.
        trial: Trial,
        /// What is done.
        decision: ResponseDecision,
        /// Why.
        why: Text,
    },
}

impl Entry {
    /// The entry that an event of an injection or of a trial makes.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`of_chart` hands over the events of injections and trials only, without wildcard"
    )]
    pub(super) fn of_injection(event: &Event) -> Option<Self> {
        let entry = match event {
            Event::InjectionGiven(given) => InjectionEntry::InjectionGiven {
                order: given.order,
                dose: given.dose,
                against: given.against.clone(),
            },
            Event::InjectionOverdue { order, due_on, .. } => {
                InjectionEntry::InjectionOverdue { order: *order, due_on: *due_on }
            }
            Event::LateInjectionDecided { order, rule, decision, reason, .. } => {
                InjectionEntry::LateInjectionDecided {
                    order: *order,
                    rule: rule.clone(),
                    decision: *decision,
                    why: reason.clone(),
                }
            }
            Event::TolerabilityAttested { drug, basis, note } => {
                InjectionEntry::TolerabilityAttested { drug: drug.clone(), basis: *basis, note: note.clone() }
            }
            Event::InjectionReviewed { order, outcome, .. } => {
                InjectionEntry::InjectionReviewed { order: *order, outcome: outcome.clone() }
            }
            Event::ResponseAssessed(assessed) => InjectionEntry::ResponseAssessed {
                order: assessed.order,
                trial: assessed.trial.clone(),
                decision: assessed.decision,
                why: assessed.reason.clone(),
            },
            _ => return None,
        };
        Some(Self::Injection(entry))
    }
}

impl InjectionEntry {
    /// The order that it is about, if it names one.
    pub const fn order(&self) -> Option<OrderId> {
        match self {
            Self::InjectionGiven { order, .. }
            | Self::InjectionOverdue { order, .. }
            | Self::LateInjectionDecided { order, .. }
            | Self::InjectionReviewed { order, .. }
            | Self::ResponseAssessed { order, .. } => Some(*order),
            Self::TolerabilityAttested { .. } => None,
        }
    }
}
