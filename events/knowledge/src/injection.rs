//! Long-acting injections: how far apart they are given, into what, how they are begun, and what is done about late ones.

use serde::{Deserialize, Serialize};

use crate::load::set::Set;
use crate::{
    Action, DrugId, Finding, FindingKey, IngredientId, Milligrams, Regimen, RuleId, Ruleset, Severity,
};

/// Where an injection goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SiteRegion {
    /// The muscle of the shoulder.
    Deltoid,
    /// The muscle of the buttock.
    Gluteal,
    /// Under the skin of the belly.
    Abdomen,
    /// Under the skin of the thigh.
    Thigh,
    /// Under the skin of the buttock.
    Buttock,
    /// Under the skin of the back of the upper arm.
    UpperArm,
}

/// How much one injection of a plan holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// This much, whatever is ordered.
    Exactly(Milligrams),
    /// What is ordered, but no more than the limit where there is one.
    Ordered {
        /// The limit.
        at_most: Option<Milligrams>,
    },
}

impl Amount {
    /// How much that is for an order of `ordered`.
    pub fn of(self, ordered: Milligrams) -> Milligrams {
        match self {
            Self::Exactly(dose) => dose,
            Self::Ordered { at_most } => at_most.map_or(ordered, |most| ordered.min(most)),
        }
    }
}

/// One injection of a plan. Days count from the first injection of the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlannedInjection {
    /// How much.
    pub amount: Amount,
    /// The day on which it is due.
    pub on: u16,
    /// The first day on which it may be given.
    pub from: u16,
    /// The last day on which it is in time.
    pub to: u16,
}

/// How a drug is injected.
#[derive(Debug)]
pub struct Injection {
    /// The name of the row.
    pub id: RuleId,
    /// The formulary row.
    pub drug: DrugId,
    /// Days between injections from which the row holds.
    pub every_days: u16,
    /// The fewest days from one injection to the next.
    pub least_days: u16,
    /// Days after the one on which it is due in which an injection is in time.
    pub late_days: u16,
    /// The first injections, where they differ from those that follow.
    pub loading: Vec<PlannedInjection>,
    /// Whether they are needed; else whoever takes the drug already may begin with what is ordered.
    pub loading_needed: bool,
    /// Where it goes.
    pub sites: Vec<SiteRegion>,
    /// Where the first injections go.
    pub loading_sites: Vec<SiteRegion>,
    /// Whether each injection asks for the evidence that a first dose asks for.
    pub start_each_time: bool,
    /// Days for which the drug goes on by mouth after the first injection.
    pub overlap_days: u16,
    /// How it is begun, in words.
    pub beginning: String,
    /// Label sections.
    pub source: String,
    pub(crate) tolerated: Option<Set>,
    pub(crate) late: Vec<LateInjection>,
}

/// What is done about a late injection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LateAction {
    /// It is given as it is ordered; the label asks for nothing else.
    Give,
    /// It is given, and the drug by mouth beside it for a while.
    OralCover,
    /// Some injections follow each other closely before it goes on.
    Reload,
    /// It is begun anew.
    Reinitiate,
    /// A prescriber assesses the patient first.
    Reassess,
}

/// The rule about an injection that is late by so much.
#[derive(Clone, Debug, PartialEq)]
pub struct LateInjection {
    /// The name of the rule.
    pub id: RuleId,
    /// How many injections of the present course must have been given at least.
    pub given_from: u16,
    /// And at most.
    pub given_to: Option<u16>,
    /// Days since the last injection after which the rule holds.
    pub after_days: u16,
    /// What is done.
    pub action: LateAction,
    /// The injections that are given then; empty: the one that is ordered.
    pub doses: Vec<PlannedInjection>,
    /// Days for which the drug is given by mouth beside it.
    pub overlap_days: u16,
    /// Why, in plain words.
    pub mechanism: String,
    /// What to do, in plain words.
    pub advice: String,
    /// Label section.
    pub source: String,
}

impl LateInjection {
    /// Whether a prescriber decides before the next injection.
    pub fn needs_decision(&self) -> bool {
        self.action != LateAction::Give
    }

    /// The rule in the form in which the findings of the safety check are told.
    pub fn finding(&self, ingredients: &[IngredientId]) -> Finding {
        Finding {
            key: FindingKey { rule: self.id.clone(), about: ingredients.to_vec() },
            severity: Severity::Major,
            action: Action::Acknowledge,
            mechanism: self.mechanism.clone(),
            advice: self.advice.clone(),
            source: self.source.clone(),
            until: None,
        }
    }
}

impl Injection {
    /// The rule about an injection `days` after the last one, of which `given` were given in the present course; none
    /// while nothing but its lateness is to be said.
    pub fn late(&self, given: u16, days: i64) -> Option<&LateInjection> {
        let holds = |rule: &&LateInjection| {
            (rule.given_from..=rule.given_to.unwrap_or(u16::MAX)).contains(&given)
                && days > i64::from(rule.after_days)
        };
        self.late.iter().filter(holds).max_by_key(|rule| rule.after_days)
    }

    /// The injections of a plan by the name that it has: the loading, or what a late rule asks for.
    pub fn plan(&self, id: &RuleId) -> Option<&[PlannedInjection]> {
        if *id == self.id {
            return Some(&self.loading);
        }
        self.late.iter().find(|rule| rule.id == *id).map(|rule| rule.doses.as_slice())
    }

    /// Whether it must be known that the patient tolerates the drug before it is injected for weeks.
    pub const fn asks_for_tolerability(&self) -> bool {
        self.tolerated.is_some()
    }
}

impl Ruleset {
    /// How an order is injected, if its drug acts for weeks: the row of its drug whose interval comes nearest from below.
    pub fn injection(&self, drug: &DrugId, regimen: &Regimen) -> Option<&Injection> {
        let every = regimen.frequency.every_days();
        let rows = self.injections.iter().filter(|row| row.drug == *drug);
        let depot = self.drug(drug).is_some_and(|known| known.is_depot(regimen.route));
        rows.filter(|row| depot && u64::from(row.every_days) <= every).max_by_key(|row| row.every_days)
    }

    /// How injections of a drug are begun, in plain words.
    pub fn injection_begins(&self, drug: &DrugId) -> Option<&str> {
        self.injections.iter().find(|row| row.drug == *drug).map(|row| row.beginning.as_str())
    }

    /// Whether the drug is given by injections that act for weeks, however often.
    pub fn is_injected(&self, drug: &DrugId) -> bool {
        self.injections.iter().any(|row| row.drug == *drug)
    }

    /// Whether one of `ingredients` shows that the injection is tolerated.
    pub fn shows_tolerability(&self, injection: &Injection, ingredients: &[IngredientId]) -> bool {
        let known = ingredients.iter().filter_map(|id| self.substances.at(id));
        injection.tolerated.as_ref().is_none_or(|set| known.into_iter().any(|at| set.contains(at)))
    }

    /// Days that one dose of an outside medication goes on acting, where its name says that it is a depot and nobody
    /// told how often it is given.
    pub fn depot_days(&self, name: &str, ingredients: &[IngredientId]) -> Option<u16> {
        let name = name.to_lowercase();
        let says = |word: &str| name.contains(word);
        let same = |drug: &crate::Drug| {
            self.is_injected(&drug.id) && drug.ingredients.iter().any(|one| ingredients.contains(one))
        };
        let depot = DEPOT_WORDS.into_iter().any(says);
        let injected = says("inject") && self.drugs().any(same);
        (depot || injected).then_some(DEPOT_DAYS)
    }
}

/// A depot from outside of which nobody knows how often it is given counts as a monthly one. Program rule.
const DEPOT_DAYS: u16 = 28;

/// Words by which the name of an outside medication tells that it acts for weeks: forms, and brands that are depots. That
/// something is injected says so only of a substance of which the formulary has a depot.
const DEPOT_WORDS: [&str; 12] = [
    "decanoate",
    "depot",
    "long-acting",
    "long acting",
    "palmitate",
    "vivitrol",
    "sublocade",
    "brixadi",
    "maintena",
    "aristada",
    "sustenna",
    "consta",
];

#[cfg(test)]
mod tests;
