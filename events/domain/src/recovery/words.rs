//! The terms of recovery.

use concord_kernel::Text;
use concord_knowledge::ScreenClassId;
use serde::{Deserialize, Serialize};

/// Where and how buprenorphine is begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// In the clinic, once withdrawal was scored.
    Clinic,
    /// At home, by written instructions, once the patient has scored their withdrawal.
    Home,
    /// With very low doses beside the full agonist; no withdrawal is needed.
    LowDose,
}

/// How an induction ended without a stable dose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InductionEnd {
    /// The medication brought on withdrawal.
    PrecipitatedWithdrawal,
    /// It was not tolerated otherwise.
    NotTolerated,
    /// The patient chose otherwise.
    PatientChoice,
    /// Another way or medication takes its place.
    AnotherWay,
}

/// From whom something was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The patient.
    Patient,
    /// Family or friends.
    Family,
    /// A clinician who saw it.
    Clinician,
    /// A record from elsewhere.
    Record,
}

/// How a sample was tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScreenMethod {
    /// By immunoassay: quick, and wrong now and then.
    Presumptive,
    /// By mass spectrometry.
    Definitive,
}

/// What a test says of one class of substances.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenLine {
    /// The class.
    pub class: ScreenClassId,
    /// Whether it was found.
    pub detected: bool,
}

/// How an overdose ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OverdoseOutcome {
    /// They recovered where it happened.
    Recovered,
    /// They were taken to hospital.
    Hospital,
    /// They died.
    Died,
    /// Nobody knows yet.
    Unknown,
}

/// What became of an offer of naloxone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NaloxoneOffer {
    /// It was handed out.
    Provided {
        /// How many kits.
        kits: u8,
        /// Whether patient or supporters were shown how to use it.
        trained: bool,
    },
    /// It was declined.
    Declined {
        /// Why.
        reason: Text,
    },
}

/// A day of a stay at which it is measured who is still in treatment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Checkpoint {
    /// 30 days after admission.
    Day30,
    /// 60 days after admission.
    Day60,
    /// 90 days after admission.
    Day90,
    /// 180 days after admission.
    Day180,
}

impl Checkpoint {
    /// Every checkpoint, in order.
    pub const ALL: [Self; 4] = [Self::Day30, Self::Day60, Self::Day90, Self::Day180];

    /// How many days after admission.
    pub const fn days(self) -> u16 {
        match self {
            Self::Day30 => 30,
            Self::Day60 => 60,
            Self::Day90 => 90,
            Self::Day180 => 180,
        }
    }
}
