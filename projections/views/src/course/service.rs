//! Entries of what the service started by itself, and of what came of it.

use concord_domain::adherence::{Event as AdherenceEvent, OutreachCause, OutreachOutcome};
use concord_domain::episode::Event as EpisodeEvent;
use concord_domain::treatment_plan::ReviewKind;
use concord_kernel::Text;
use concord_knowledge::LabId;
use concord_knowledge::scale::ScaleKind;
use serde::{Deserialize, Serialize};

/// What happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceEntry {
    /// A score is clearly worse than those before it.
    Worsened {
        /// Which scale.
        scale: ScaleKind,
        /// The lowest of the totals that it was compared with.
        from: u16,
        /// The total now.
        to: u16,
    },
    /// Medication is to be reviewed, because of what happened.
    ReviewOpened {
        /// What.
        because: ReviewKind,
    },
    /// Somebody is to reach out: medication visits were missed one after the other.
    OutreachDue {
        /// How many.
        in_a_row: u32,
    },
    /// Somebody reached out.
    OutreachRecorded {
        /// What came of it.
        outcome: OutreachOutcome,
        /// What was said, agreed or tried.
        note: Text,
    },
    /// Nobody was reached in time.
    OutreachBreached {
        /// Why somebody was to reach out.
        because: OutreachCause,
    },
    /// Nobody acknowledged a critical result in time.
    ResultBreached {
        /// What was measured.
        lab: LabId,
    },
    /// It is to be decided what happens to medication after the stay.
    BridgingDue {
        /// How many orders were open.
        orders: u32,
    },
    /// That was decided.
    BridgingDecided {
        /// Who goes on prescribing, and what the patient was told.
        note: Text,
    },
    /// Nobody decided it in time.
    BridgingBreached,
}

impl ServiceEntry {
    /// Of a stay.
    pub(super) fn of_stay(event: &EpisodeEvent) -> Option<Self> {
        match event {
            EpisodeEvent::BridgingDue { orders, .. } => {
                Some(Self::BridgingDue { orders: u32::try_from(orders.len()).unwrap_or(u32::MAX) })
            }
            EpisodeEvent::BridgingDecided { note, .. } => Some(Self::BridgingDecided { note: note.clone() }),
            EpisodeEvent::BridgingBreached { .. } => Some(Self::BridgingBreached),
            EpisodeEvent::PatientReferred { .. }
            | EpisodeEvent::CandidateScreened { .. }
            | EpisodeEvent::PatientWaitlisted { .. }
            | EpisodeEvent::EpisodeOpened { .. }
            | EpisodeEvent::EpisodePhaseChanged { .. }
            | EpisodeEvent::EpisodePaused { .. }
            | EpisodeEvent::EpisodeResumed { .. }
            | EpisodeEvent::EpisodeClosed { .. } => None,
        }
    }

    /// Of reaching out.
    pub(super) fn of_adherence(event: &AdherenceEvent) -> Option<Self> {
        if let AdherenceEvent::OutreachDue { in_a_row, .. } = event {
            Some(Self::OutreachDue { in_a_row: *in_a_row })
        } else if let AdherenceEvent::OutreachRecorded { outcome, note, .. } = event {
            Some(Self::OutreachRecorded { outcome: *outcome, note: note.clone() })
        } else if let AdherenceEvent::OutreachBreached { because, .. } = event {
            Some(Self::OutreachBreached { because: *because })
        } else {
            None
        }
    }
}
