//! The terms of follow-up.

use serde::{Deserialize, Serialize};

/// How often the patient sees the prescriber.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cadence {
    /// Every 7 days; where every stay begins.
    #[default]
    Weekly,
    /// Every 14 days.
    BiWeekly,
    /// Every 28 days.
    Monthly,
}

impl Cadence {
    /// Days from one visit to the next.
    pub const fn days(self) -> i64 {
        match self {
            Self::Weekly => 7,
            Self::BiWeekly => 14,
            Self::Monthly => 28,
        }
    }

    /// The next longer interval, if there is one.
    pub const fn longer(self) -> Option<Self> {
        match self {
            Self::Weekly => Some(Self::BiWeekly),
            Self::BiWeekly => Some(Self::Monthly),
            Self::Monthly => None,
        }
    }
}

/// How people meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Modality {
    /// In one room.
    InPerson,
    /// By video.
    AudioVideo,
    /// By telephone.
    Audio,
}

/// Who sees the patient, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VisitKind {
    /// The prescriber, about medication. These follow the cadence.
    Medication,
    /// A therapist.
    Therapy,
    /// A nurse: vital signs, injections, scales.
    Nursing,
}
