//! What may have happened in the coordination of a patient's care.

use concord_kernel::{ConflictId, ConsultId, Day, Instant, OutsideUpdateId, PersonId, Role, Text};
use concord_knowledge::FindingKey;
use serde::{Deserialize, Serialize};

use super::{ConflictResolution, SharedPart, SharingBasis, UpdateKind, Urgency};
use crate::EpisodeRef;

/// A fact about how those who treat a patient keep in step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
pub enum Event {
    /// The patient consented in writing; it takes the place of what they signed for the same person before.
    SharingConsentRecorded {
        /// With whom.
        recipient: PersonId,
        /// What.
        parts: Vec<SharedPart>,
        /// The day on which the patient signed.
        signed_on: Day,
        /// The last day on which it holds.
        expires_on: Day,
    },
    /// The patient took it back.
    SharingConsentRevoked {
        /// With whom.
        recipient: PersonId,
    },
    /// The agreed plan was passed on.
    PlanShared {
        /// The stay.
        episode: EpisodeRef,
        /// The version that patient and prescriber agreed to.
        version: u32,
        /// To whom.
        recipient: PersonId,
        /// As what they care for the patient.
        role: Role,
        /// What of the record went with it.
        parts: Vec<SharedPart>,
        /// What allowed it.
        basis: SharingBasis,
    },
    /// Somebody outside the program told something.
    OutsideUpdateReceived {
        /// The update.
        update: OutsideUpdateId,
        /// What it is about.
        kind: UpdateKind,
        /// Who told it.
        from: Text,
        /// What they told.
        summary: Text,
        /// Who recorded it.
        by: PersonId,
        /// As what.
        role: Role,
        /// Whether whoever recorded it is not on the care team, and may mean another patient.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        not_on_care_team: bool,
        /// Until when somebody of the program looks at it.
        review_by: Instant,
    },
    /// The program looked at it.
    OutsideUpdateReviewed {
        /// Which.
        update: OutsideUpdateId,
        /// What follows from it.
        outcome: Text,
        /// Whether it came after the deadline.
        late: bool,
    },
    /// Somebody was asked for their opinion.
    ConsultRequested {
        /// The consult.
        consult: ConsultId,
        /// Whom.
        of: PersonId,
        /// As what they care for the patient.
        role: Role,
        /// By whom.
        by: PersonId,
        /// How soon an answer is needed.
        urgency: Urgency,
        /// The question.
        question: Text,
        /// What allowed that they were told of it.
        basis: SharingBasis,
        /// Until when an answer is awaited.
        answer_by: Instant,
    },
    /// They answered.
    ConsultAnswered {
        /// Which.
        consult: ConsultId,
        /// The opinion.
        answer: Text,
        /// Who recorded it: whoever was asked, or somebody of the program whom they told.
        by: PersonId,
        /// Whether it came after the deadline.
        late: bool,
    },
    /// Two decisions stand against each other.
    CareConflictRaised {
        /// The conflict.
        conflict: ConflictId,
        /// The finding that shows it, if one does.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        finding: Option<FindingKey>,
        /// What stands against what.
        description: Text,
        /// Who raised it.
        by: PersonId,
        /// As what.
        role: Role,
        /// Until when somebody says who changes what.
        resolve_by: Instant,
    },
    /// Somebody said who changes what.
    CareConflictResolved {
        /// Which.
        conflict: ConflictId,
        /// How it ends.
        resolution: ConflictResolution,
        /// Who changes it, or watches.
        responsible: PersonId,
        /// As what they care for the patient.
        role: Role,
        /// What they do, and until when.
        what: Text,
        /// Whether it came after the deadline.
        late: bool,
    },
    /// Somebody has seen what changed.
    ChangesAcknowledged {
        /// Who.
        by: PersonId,
        /// Everything recorded until then was seen.
        up_to: Instant,
    },
}
