//! What may be asked of a follow-up plan.

use concord_kernel::{Instant, PersonId, Text, VisitId};

use super::{Cadence, Modality, VisitKind};

/// A request to change the visits of one stay.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Make an appointment.
    ScheduleVisit {
        /// The new visit; must never have been used.
        visit: VisitId,
        /// What for.
        kind: VisitKind,
        /// When.
        at: Instant,
        /// How.
        modality: Modality,
        /// With whom.
        with: PersonId,
    },
    /// Say that it took place.
    RecordVisit {
        /// Which.
        visit: VisitId,
        /// How it took place.
        modality: Modality,
        /// Doses taken of doses due since the last visit, in percent 0 to 100, as the patient or a count says.
        adherence_percent: Option<u8>,
        /// What was found and agreed.
        summary: Text,
    },
    /// Say that the patient did not come.
    MarkNoShow {
        /// Which.
        visit: VisitId,
    },
    /// Change how often visits come.
    ChangeCadence {
        /// To what.
        to: Cadence,
        /// Why.
        reason: Text,
    },
}

impl Command {
    /// Whether an open risk bears on it: it plans the next medication visit.
    pub const fn needs_risks(&self) -> bool {
        match self {
            Self::ScheduleVisit { kind, .. } => matches!(kind, VisitKind::Medication),
            Self::RecordVisit { .. } | Self::ChangeCadence { .. } => true,
            Self::MarkNoShow { .. } => false,
        }
    }

    /// Whether the stability rule decides about it.
    pub const fn needs_stability(&self) -> bool {
        matches!(self, Self::ChangeCadence { .. })
    }
}
