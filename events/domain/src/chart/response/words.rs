//! The terms of a trial that a prescriber answers.

use concord_kernel::{Day, Instant, OrderId, Text};
use concord_knowledge::trial::Trial;
use concord_knowledge::{ConditionId, DrugId, RulesetVersion};
use serde::{Deserialize, Serialize};

/// What a prescriber does about a medication whose trial was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResponseDecision {
    /// The dose is raised.
    Increase,
    /// Another medication takes its place.
    Switch,
    /// Something is added.
    Augment,
    /// It goes on as it is until a day.
    Wait {
        /// The day.
        until: Day,
    },
    /// It ends.
    Stop,
}

/// A trial with what a prescriber decided about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResponseAssessment {
    /// Which order.
    pub order: OrderId,
    /// The formulary row.
    pub drug: DrugId,
    /// What it is taken for.
    pub purpose: ConditionId,
    /// What the trial came to, with its figures.
    pub trial: Trial,
    /// What is done.
    pub decision: ResponseDecision,
    /// Why.
    pub reason: Text,
    /// The day from which a score is asked for again.
    pub again_on: Day,
    /// When it was decided; what rests on it cites this.
    pub at: Instant,
    /// By which rules the trial was judged.
    pub ruleset: RulesetVersion,
}
