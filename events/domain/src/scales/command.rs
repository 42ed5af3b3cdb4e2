//! What may be asked of the scores.

use concord_kernel::{Instant, ScaleId, Text};
use concord_knowledge::scale::ScaleKind;
use serde::{Deserialize, Serialize};

/// Who answered the items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AdministrationMode {
    /// The patient alone.
    SelfReport,
    /// A clinician asked.
    Clinician,
    /// Somebody who knows the patient.
    Proxy,
}

/// A request to change the scores.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Record the answers to a scale; the total is computed here.
    Administer {
        /// The new administration; must never have been used.
        id: ScaleId,
        /// Which scale.
        scale: ScaleKind,
        /// One answer an item, in the order of the form; `None` is not answered.
        items: Vec<Option<u8>>,
        /// The total on the form, when there is one; refused when it is not the sum.
        stated_total: Option<u16>,
        /// Who answered.
        mode: AdministrationMode,
        /// BCP 47 tag of the language of the form, such as `en-US`.
        language: String,
        /// When it was answered.
        taken_at: Instant,
        /// For craving: which substance; for Naranjo's scale: which drug is suspected.
        substance: Option<Text>,
    },
    /// Say that a raised risk was dealt with.
    ResolveRisk {
        /// The administration that raised it.
        id: ScaleId,
        /// What was done.
        resolution: Text,
    },
}
