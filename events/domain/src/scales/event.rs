//! What may have happened in the scores.

use concord_kernel::{Instant, ScaleId, Text};
use concord_knowledge::scale::ScaleKind;
use serde::{Deserialize, Serialize};

use super::AdministrationMode;

/// How urgent a risk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RiskLevel {
    /// Somebody of the program gets in touch; no step beyond usual care.
    Low,
    /// A clinician the same day.
    Moderate,
    /// At once; never unattended.
    High,
}

/// A fact about one patient's scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// A scale was answered.
    ScaleScored {
        /// The administration.
        id: ScaleId,
        /// Which scale.
        scale: ScaleKind,
        /// Answers in the order of the form.
        items: Vec<Option<u8>>,
        /// The total, prorated when one or two items of PHQ-9 or GAD-7 are missing; absent when more are.
        total: Option<u16>,
        /// The severity band's stored name, such as `moderate`; absent without total.
        band: Option<String>,
        /// The first total of this scale, which later ones are compared with; absent on the first.
        baseline: Option<u16>,
        /// Half of the baseline or less; absent where the scale knows no response or there is no baseline.
        response: Option<bool>,
        /// Below the remission cut-off; absent where the scale knows none.
        remission: Option<bool>,
        /// Who answered.
        mode: AdministrationMode,
        /// Language of the form.
        language: String,
        /// When it was answered.
        taken_at: Instant,
        /// For craving: which substance; for Naranjo's scale: which drug is suspected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        substance: Option<Text>,
    },
    /// An answer calls for action.
    RiskRaised {
        /// The administration that raised it.
        id: ScaleId,
        /// Which scale.
        scale: ScaleKind,
        /// How urgent.
        level: RiskLevel,
        /// When it was raised.
        raised_at: Instant,
        /// Until when somebody must have acted.
        act_by: Instant,
    },
    /// A risk was dealt with.
    RiskResolved {
        /// The administration that raised it.
        id: ScaleId,
        /// What was done.
        resolution: Text,
    },
    /// A total is clearly worse than those before it.
    ScoreWorsened {
        /// The administration.
        id: ScaleId,
        /// Which scale.
        scale: ScaleKind,
        /// The lowest of the totals that it was compared with.
        from: u16,
        /// The total now.
        to: u16,
    },
}
