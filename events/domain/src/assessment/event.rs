//! What may have happened in an assessment.

use concord_kernel::Text;
use concord_knowledge::ConditionId;
use serde::{Deserialize, Serialize};

use super::Section;
use crate::EpisodeRef;

/// A fact about the assessment of one stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// It began.
    AssessmentStarted {
        /// The stay it belongs to.
        episode: EpisodeRef,
    },
    /// A section was written.
    AssessmentSectionRecorded {
        /// Which.
        section: Section,
        /// What was found.
        finding: Text,
    },
    /// It was signed.
    AssessmentCompleted,
    /// Medication is indicated.
    MedicationIndicated {
        /// Diagnoses that the decision rests on.
        diagnoses: Vec<ConditionId>,
        /// Why.
        reasons: Vec<Text>,
    },
    /// Medication is not indicated now.
    MedicationNotIndicated {
        /// Diagnoses that were weighed; may be none.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        diagnoses: Vec<ConditionId>,
        /// Why.
        reasons: Vec<Text>,
    },
    /// It was taken up again; an indication stands until it is decided anew.
    AssessmentReopened {
        /// Why.
        reason: Text,
    },
}
