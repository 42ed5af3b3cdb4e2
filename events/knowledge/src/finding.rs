//! What a rule has to say about a chart.

use serde::{Deserialize, Serialize};

use concord_kernel::Instant;

use crate::{IngredientId, RuleId};

/// How much harm is to be expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Shown in the list, interrupts nobody.
    Moderate,
    /// Interrupts; needs a reason or a change.
    Major,
    /// Should not be done.
    Contraindicated,
}

/// What must happen before the change may go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Nothing; watch as advised.
    Monitor,
    /// Nothing; a change of dose is advised.
    Adjust,
    /// The prescriber states a reason.
    Acknowledge,
    /// The prescriber overrides with a coded reason and a second clinician co-signs.
    BlockUnlessCosigned,
    /// Wait until the washout has passed; no override.
    Space,
    /// Never; no override.
    Block,
}

/// Names a finding within a chart: which rule, about which substances.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct FindingKey {
    /// The rule that speaks.
    pub rule: RuleId,
    /// The substances it speaks about, sorted; empty when it is about a medication nobody could map.
    pub about: Vec<IngredientId>,
}

/// What a rule has to say about a chart and, where there is one, a proposed change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Which rule, about which substances.
    #[serde(flatten)]
    pub key: FindingKey,
    /// How much harm is to be expected.
    pub severity: Severity,
    /// What must happen first.
    pub action: Action,
    /// Why: the mechanism in plain words, without patient data.
    pub mechanism: String,
    /// What to do, in plain words.
    pub advice: String,
    /// Label section, guideline or law that says so.
    pub source: String,
    /// For [`Action::Space`]: the first instant at which the rule no longer objects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
}
