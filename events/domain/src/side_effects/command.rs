//! What may be asked of a side-effect record.

use concord_kernel::{Instant, OrderId, ReportId, Text};
use concord_knowledge::{RedFlagId, SymptomId};

use super::{Decision, Grade, Outcome};

/// A request to change the side-effect record.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Say that something is felt or seen; the patient and anyone on the care team may, and of others the program's
    /// staff, and everybody what is severe or has a warning sign.
    Report {
        /// The new report; must never have been used.
        report: ReportId,
        /// What it is, when the list knows it.
        symptom: Option<SymptomId>,
        /// In the words of who reports it.
        description: Text,
        /// How bad.
        grade: Grade,
        /// Warning signs seen with it.
        red_flags: Vec<RedFlagId>,
        /// The order that is suspected, if any.
        suspected: Option<OrderId>,
        /// Since when, if known.
        onset_at: Option<Instant>,
    },
    /// Judge how bad it is.
    Triage {
        /// Which.
        report: ReportId,
        /// How bad, as a clinician judges.
        grade: Grade,
        /// What was found.
        note: Text,
    },
    /// Decide what is done about it.
    Decide {
        /// Which.
        report: ReportId,
        /// What is done.
        decision: Decision,
        /// Why.
        rationale: Text,
    },
    /// Close it.
    Resolve {
        /// Which.
        report: ReportId,
        /// How it went.
        outcome: Outcome,
    },
    /// Say that the deadline has passed without a decision; the timers do.
    Breach {
        /// Which.
        report: ReportId,
    },
}

impl Command {
    /// Whether it matters who is on the care team.
    pub const fn needs_care_team(&self) -> bool {
        match self {
            Self::Report { .. } => true,
            Self::Triage { .. } | Self::Decide { .. } | Self::Resolve { .. } | Self::Breach { .. } => false,
        }
    }

    /// Whether it names an order that the chart must know.
    pub const fn cites_an_order(&self) -> bool {
        match self {
            Self::Report { suspected, .. } => suspected.is_some(),
            Self::Decide { decision, .. } => decision.order().is_some(),
            Self::Triage { .. } | Self::Resolve { .. } | Self::Breach { .. } => false,
        }
    }
}
