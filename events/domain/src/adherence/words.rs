//! The terms of adherence.

use serde::{Deserialize, Serialize};

/// What a reminder says. Only these: whoever reads over a shoulder learns of no drug, no diagnosis and no name.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Wording {
    /// It is time for what was agreed.
    ItIsTime,
    /// An appointment comes.
    Appointment,
    /// Please check in.
    CheckIn,
    /// Please call.
    PleaseCall,
}

impl Wording {
    /// Every wording.
    pub const ALL: [Self; 4] = [Self::ItIsTime, Self::Appointment, Self::CheckIn, Self::PleaseCall];

    /// The text that is sent, whole.
    pub const fn text(self) -> &'static str {
        match self {
            Self::ItIsTime => "This is the reminder that you asked for.",
            Self::Appointment => "You have an appointment soon. Please call us if you cannot come.",
            Self::CheckIn => "How are you today? Please check in when you have a minute.",
            Self::PleaseCall => "Please call us when you can.",
        }
    }
}

/// Which way a reminder goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// Text message.
    TextMessage,
    /// Telephone call.
    Call,
    /// The program's own app.
    App,
    /// Electronic mail.
    Email,
}

/// How somebody is doing, in their own judgement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// Well.
    Well,
    /// Neither well nor badly.
    SoSo,
    /// Badly; somebody calls.
    Struggling,
}

/// Why a dose was missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissReason {
    /// Forgotten.
    Forgot,
    /// There was none left, or the pharmacy had none.
    RanOut,
    /// It made them feel unwell, or they were afraid that it would.
    SideEffect,
    /// They felt well without it, or saw no use in it.
    NoNeedSeen,
    /// They did not want it.
    Refused,
    /// They were ill, vomiting, or in hospital.
    Unwell,
    /// They used alcohol or drugs.
    SubstanceUse,
    /// Nobody knows.
    Unknown,
}

/// What keeps somebody from taking medication as agreed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum BarrierKind {
    /// What it costs, or insurance.
    Cost,
    /// Getting to the pharmacy or the program.
    Transport,
    /// The pharmacy does not have it, or an authorisation is missing.
    Supply,
    /// Side effects.
    SideEffects,
    /// They forget, or the day has no order.
    Forgetting,
    /// They doubt that it helps or fear what it does.
    Beliefs,
    /// What others think or say.
    Stigma,
    /// Where they live: no safe place to keep it.
    Housing,
    /// Reading, language, or how it was explained.
    Understanding,
    /// Something else; the words say what.
    Other,
}

/// What a patient allows somebody of their family to do and to hear of; nothing that is not named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shared {
    /// Reminders, in the fixed wordings.
    Reminders,
    /// When appointments are.
    Appointments,
    /// Saying how the patient is doing, and being asked.
    CheckIns,
    /// Saying which doses were taken, and being asked.
    Doses,
    /// Which warning signs to look for and whom to call.
    WarningSigns,
    /// How naloxone is given.
    NaloxoneTraining,
}

/// What a prescriber decides when doses were missed for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MissedDecision {
    /// It starts at its first dose again.
    Restart,
    /// A late injection is begun again as the label says.
    Reinitiate,
    /// It goes on as it is.
    Continue,
    /// It ends.
    Stop,
}

/// Why somebody reaches out.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum OutreachCause {
    /// Medication visits were missed one after the other.
    MissedVisits,
    /// So little was taken that it cannot wait.
    LowAdherence,
}

/// What came of reaching out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutreachOutcome {
    /// Reached, and it was agreed how it goes on.
    Reached,
    /// Not reached; somebody tries again.
    NotReached,
    /// Reached, and they want no help now.
    Declined,
    /// Handed on to somebody who looks after them: an emergency contact, a welfare check, a hospital.
    HandedOn,
}

impl OutreachOutcome {
    /// Whether nobody has to try again.
    pub const fn ends(self) -> bool {
        match self {
            Self::Reached | Self::Declined | Self::HandedOn => true,
            Self::NotReached => false,
        }
    }
}
