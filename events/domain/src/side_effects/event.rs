//! What may have happened in a side-effect record.

use concord_kernel::{Instant, OrderId, PersonId, ReportId, Role, Text};
use concord_knowledge::{RedFlagId, SymptomId};
use serde::{Deserialize, Serialize};

use super::{Decision, Grade, Outcome};

/// A fact about one patient's side effects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// Something was reported.
    SideEffectReported {
        /// The report.
        report: ReportId,
        /// What it is, when the list knows it.
        symptom: Option<SymptomId>,
        /// In the words of who reported it.
        description: Text,
        /// How bad, as reported.
        grade: Grade,
        /// Warning signs seen with it.
        red_flags: Vec<RedFlagId>,
        /// The order that is suspected.
        suspected: Option<OrderId>,
        /// Since when.
        onset_at: Option<Instant>,
        /// Who reported it.
        by: PersonId,
        /// In what role.
        role: Role,
        /// Until when a prescriber must have been reached.
        contact_by: Instant,
        /// Until when it must be decided.
        decide_by: Instant,
        /// Whether whoever reported it was neither the patient nor on the care team; absent: they were, or nobody
        /// asked yet when it was recorded.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        not_on_care_team: bool,
    },
    /// A clinician judged it.
    SideEffectTriaged {
        /// The report.
        report: ReportId,
        /// How bad.
        grade: Grade,
        /// What was found.
        note: Text,
        /// Until when it must be decided now; never later than before.
        decide_by: Instant,
    },
    /// It was decided what is done.
    SideEffectActionDecided {
        /// The report.
        report: ReportId,
        /// What is done.
        decision: Decision,
        /// Why.
        rationale: Text,
        /// Whether it came after the deadline.
        late: bool,
    },
    /// It was closed.
    SideEffectResolved {
        /// The report.
        report: ReportId,
        /// How it went.
        outcome: Outcome,
    },
    /// The deadline passed without a decision.
    EscalationBreached {
        /// The report.
        report: ReportId,
        /// What the deadline was.
        decide_by: Instant,
    },
}
