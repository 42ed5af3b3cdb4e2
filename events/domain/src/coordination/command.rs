//! What may be asked of the coordination of a patient's care.

use concord_kernel::{
    ConflictId, ConsultId, Day, Instant, OutsideUpdateId, PatientId, PersonId, StreamRef, Text,
};
use concord_knowledge::FindingKey;

use super::{ConflictResolution, SharedPart, UpdateKind, Urgency};
use crate::EpisodeRef;

/// A request about how those who treat a patient keep in step.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Record that the patient consented in writing to share with somebody outside the program.
    RecordSharingConsent {
        /// With whom; on the care team, outside the program.
        recipient: PersonId,
        /// What.
        parts: Vec<SharedPart>,
        /// The day on which the patient signed.
        signed_on: Day,
        /// The last day on which it holds.
        expires_on: Day,
    },
    /// Take that consent back; nothing more is shared with them from then on.
    RevokeSharingConsent {
        /// With whom.
        recipient: PersonId,
    },
    /// Pass the agreed plan on.
    SharePlan {
        /// The stay that it is the plan of.
        episode: EpisodeRef,
        /// To whom; on the care team.
        recipient: PersonId,
        /// What of the record goes with it.
        parts: Vec<SharedPart>,
    },
    /// Record what somebody outside the program told.
    RecordOutsideUpdate {
        /// The new update; must never have been used.
        update: OutsideUpdateId,
        /// What it is about.
        kind: UpdateKind,
        /// Who told it, and where they work.
        from: Text,
        /// What they told.
        summary: Text,
    },
    /// Say what the program made of it.
    ReviewOutsideUpdate {
        /// Which.
        update: OutsideUpdateId,
        /// What follows from it.
        outcome: Text,
    },
    /// Ask somebody who treats the patient for their opinion.
    RequestConsult {
        /// The new consult; must never have been used.
        consult: ConsultId,
        /// Whom; on the care team.
        of: PersonId,
        /// How soon an answer is needed.
        urgency: Urgency,
        /// The question.
        question: Text,
    },
    /// Answer it, or write down what they answered.
    AnswerConsult {
        /// Which.
        consult: ConsultId,
        /// The opinion.
        answer: Text,
    },
    /// Say that two decisions about the patient stand against each other.
    RaiseConflict {
        /// The new conflict; must never have been used.
        conflict: ConflictId,
        /// The finding of the safety check that shows it, if one does; must be open on the chart.
        finding: Option<FindingKey>,
        /// What stands against what.
        description: Text,
    },
    /// Say who changes what.
    ResolveConflict {
        /// Which.
        conflict: ConflictId,
        /// How it ends.
        resolution: ConflictResolution,
        /// Who changes it, or watches; on the care team.
        responsible: PersonId,
        /// What they do, and until when.
        what: Text,
    },
    /// Say up to where one has seen what changed.
    AcknowledgeChanges {
        /// Everything recorded until then was seen.
        up_to: Instant,
    },
}

impl Command {
    /// The streams whose facts the decision depends on.
    pub fn reads(&self, patient: PatientId) -> Vec<StreamRef> {
        let team = StreamRef::care_team(patient);
        match self {
            Self::RevokeSharingConsent { .. } | Self::ReviewOutsideUpdate { .. } => Vec::new(),
            Self::SharePlan { episode, .. } => vec![team, StreamRef::treatment_plan(patient, episode.id)],
            Self::RaiseConflict { finding: Some(_), .. } => vec![team, StreamRef::chart(patient)],
            Self::RecordSharingConsent { .. }
            | Self::RecordOutsideUpdate { .. }
            | Self::RequestConsult { .. }
            | Self::AnswerConsult { .. }
            | Self::RaiseConflict { finding: None, .. }
            | Self::ResolveConflict { .. }
            | Self::AcknowledgeChanges { .. } => vec![team],
        }
    }
}
