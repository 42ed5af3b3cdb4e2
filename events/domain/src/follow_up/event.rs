//! What may have happened in a follow-up plan.

use concord_kernel::{Instant, PersonId, Text, VisitId};
use serde::{Deserialize, Serialize};

use super::{Cadence, Modality, VisitKind};

/// A fact about the visits of one stay.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// An appointment was made.
    VisitScheduled {
        /// The visit.
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
    /// A visit took place.
    VisitCompleted {
        /// The visit.
        visit: VisitId,
        /// What for.
        kind: VisitKind,
        /// When it took place; may be before it was recorded.
        at: Instant,
        /// How it took place.
        modality: Modality,
        /// Doses taken of doses due, in percent.
        adherence_percent: Option<u8>,
        /// What was found and agreed.
        summary: Text,
        /// When the next medication visit is due by the cadence; absent for other kinds.
        next_due_at: Option<Instant>,
    },
    /// The patient did not come.
    VisitMissed {
        /// The visit.
        visit: VisitId,
        /// What for.
        kind: VisitKind,
        /// How many medication visits in a row were missed, this one included.
        in_a_row: u32,
    },
    /// Visits come more or less often from now on.
    CadenceChanged {
        /// How often before.
        from: Cadence,
        /// How often now.
        to: Cadence,
        /// Why.
        reason: Text,
        /// When the next medication visit is due now.
        next_due_at: Instant,
    },
}
