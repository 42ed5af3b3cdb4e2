//! The terms of a stay.

use serde::{Deserialize, Serialize};

/// A reason why medication management may help; one is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// C1: mental health and substance use disorders together.
    CoOccurring,
    /// C2: significant mood instability or anxiety.
    MoodInstability,
    /// C3: relapse put down to unmanaged psychiatric symptoms.
    RelapseFromSymptoms,
    /// C4: no full response to therapy alone.
    IncompleteTherapyResponse,
}

/// A reason why outpatient care is not safe now: refer up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    /// Imminent risk of suicide or homicide.
    ImminentRisk,
    /// CIWA-Ar 19 or more, or withdrawal seizure or delirium in the past, without 24-hour care. Source: ASAM AWM 2020.
    SevereAlcoholWithdrawal,
    /// Acute psychosis without insight.
    AcutePsychosis,
    /// Medically unstable.
    MedicallyUnstable,
    /// COWS above 36.
    SevereOpioidWithdrawal,
}

/// A phase of an open stay, in the order in which they usually come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// History and evaluation are being taken.
    Assessing,
    /// Assessed; medication management is not indicated, the program goes on without it.
    MedicationNotIndicated,
    /// A plan is being agreed.
    Planning,
    /// Doses are being found.
    Titrating,
    /// Doses are found, symptoms settle.
    Stabilising,
    /// Stable.
    Maintenance,
    /// Care is being handed over.
    SteppingDown,
}

impl Phase {
    /// Whether a stay may move from this phase to `next`.
    ///
    /// Assessed, then planned or found to need no medication; doses found, settled, kept, handed over. A setback
    /// goes one step back. Medication that was not indicated is assessed again before it is planned, and a
    /// decision taken anew while a plan is being agreed may end in no medication.
    pub const fn leads_to(self, next: Self) -> bool {
        match self {
            Self::Assessing => matches!(next, Self::MedicationNotIndicated | Self::Planning),
            Self::MedicationNotIndicated => matches!(next, Self::Assessing),
            Self::Planning => matches!(next, Self::Titrating | Self::MedicationNotIndicated),
            Self::Titrating => matches!(next, Self::Stabilising),
            Self::Stabilising => matches!(next, Self::Titrating | Self::Maintenance),
            Self::Maintenance => matches!(next, Self::Stabilising | Self::SteppingDown),
            Self::SteppingDown => matches!(next, Self::Maintenance),
        }
    }
}

/// What interrupts a stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Interruption {
    /// In hospital.
    Hospitalised,
    /// In custody.
    Incarcerated,
    /// On leave.
    Leave,
}

/// How a stay ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// As planned.
    Completed,
    /// To another program.
    Transferred,
    /// Against advice.
    AgainstAdvice,
    /// Could not be reached any more.
    LostToFollowUp,
    /// By the program.
    Administrative,
    /// The patient died.
    Deceased,
}

/// Where a patient stands in a program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Nobody has referred them.
    #[default]
    Unknown,
    /// Referred, not yet screened.
    Referred,
    /// Screened; medication management suits them.
    Candidate,
    /// Screened; it does not suit them now.
    NotACandidate,
    /// A place is kept.
    Waitlisted,
    /// In a stay.
    Open(Phase),
    /// In a stay that is interrupted.
    Paused(Phase),
    /// The last stay has ended.
    Closed,
}

impl Stage {
    /// Whether a stay is open and not interrupted.
    pub const fn is_active(self) -> bool {
        matches!(self, Self::Open(_))
    }
}
