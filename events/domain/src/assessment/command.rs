//! What may be asked of an assessment.

use concord_kernel::Text;
use concord_knowledge::ConditionId;

use super::Section;

/// A request to change the assessment of one stay.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Begin.
    Start,
    /// Write one section; writing it again replaces what stands, both stay in the history.
    RecordSection {
        /// Which.
        section: Section,
        /// What was found.
        finding: Text,
    },
    /// Sign it: all sections are there.
    Complete,
    /// Decide whether medication is indicated.
    DecideIndication {
        /// Yes or no; no is a normal answer.
        indicated: bool,
        /// Diagnoses that the decision rests on; at least one when indicated.
        diagnoses: Vec<ConditionId>,
        /// Why.
        reasons: Vec<Text>,
    },
    /// Take a completed assessment up again.
    Reopen {
        /// Why.
        reason: Text,
    },
}
