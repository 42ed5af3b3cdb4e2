//! The terms of coordination.

use serde::{Deserialize, Serialize};

/// A part of the record that is passed on with the plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharedPart {
    /// The summary and the goals.
    Plan,
    /// Medications with doses.
    Medications,
    /// Allergies.
    Allergies,
    /// Psychiatric and medical diagnoses.
    Diagnoses,
    /// Results.
    Results,
    /// Whatever tells of substance use, its diagnosis and its treatment.
    SubstanceUse,
}

/// What allows that something is passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SharingBasis {
    /// Whoever receives it treats the patient in the same program. Source: 42 CFR 2.12(c)(3).
    Program,
    /// The patient's written consent names them and covers it. Source: 42 CFR 2.31.
    Consent,
    /// A bona fide medical emergency. Source: 42 CFR 2.51.
    Emergency,
}

/// What somebody outside the program tells about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpdateKind {
    /// They began, changed or ended a medication; the chart's list holds it as well.
    MedicationChange,
    /// The patient was admitted to a hospital, or came home from one.
    Hospitalisation,
    /// The patient was seen in an emergency department.
    EmergencyVisit,
    /// A new diagnosis.
    Diagnosis,
    /// Results of theirs.
    Results,
    /// A visit, and what came of it.
    Visit,
    /// Something else; the summary says what.
    Other,
}

impl UpdateKind {
    /// Whether it cannot wait until somebody finds the time.
    pub const fn is_urgent(self) -> bool {
        match self {
            Self::MedicationChange | Self::Hospitalisation | Self::EmergencyVisit => true,
            Self::Diagnosis | Self::Results | Self::Visit | Self::Other => false,
        }
    }
}

/// How soon an answer is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// In the usual time.
    Routine,
    /// Soon: a decision waits for it.
    Urgent,
}

/// How a conflict between those who treat the patient ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConflictResolution {
    /// The program changes what it prescribes.
    ProgramChanges,
    /// Somebody outside changes what they prescribe.
    OutsideChanges,
    /// Both go on, and somebody watches.
    KeptAndWatched,
}
