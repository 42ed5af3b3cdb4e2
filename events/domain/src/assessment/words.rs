//! The sections of an assessment.

use serde::{Deserialize, Serialize};

/// A section of the assessment; all of them are required.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// Why they come.
    PresentingProblem,
    /// Diagnoses, hospital stays, attempts, past medication and what became of it.
    PsychiatricHistory,
    /// Renal, hepatic, cardiac, seizure, endocrine, pregnancy, head injury.
    MedicalHistory,
    /// Each substance: first use, route, amount, frequency, last use, withdrawal, overdose, treatment.
    SubstanceUse,
    /// Allergies and intolerances were asked for.
    Allergies,
    /// Everything that is taken now, outside and over the counter included.
    CurrentMedications,
    /// Bipolar disorder, suicide, sudden cardiac death in the family.
    FamilyHistory,
    /// Housing, work, school, law, supports, driving.
    Social,
    /// Suicide, violence, access to means.
    Risk,
    /// Mental-status examination.
    MentalStatus,
    /// Vital signs, weight, waist.
    Vitals,
    /// Scores before treatment.
    BaselineScales,
    /// What the patient wants.
    GoalsAndPreferences,
    /// Capacity and consent to treatment.
    CapacityAndConsent,
}

impl Section {
    /// Every section, in the order of the form.
    pub const ALL: [Self; 14] = [
        Self::PresentingProblem,
        Self::PsychiatricHistory,
        Self::MedicalHistory,
        Self::SubstanceUse,
        Self::Allergies,
        Self::CurrentMedications,
        Self::FamilyHistory,
        Self::Social,
        Self::Risk,
        Self::MentalStatus,
        Self::Vitals,
        Self::BaselineScales,
        Self::GoalsAndPreferences,
        Self::CapacityAndConsent,
    ];

    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::PresentingProblem => "presenting_problem",
            Self::PsychiatricHistory => "psychiatric_history",
            Self::MedicalHistory => "medical_history",
            Self::SubstanceUse => "substance_use",
            Self::Allergies => "allergies",
            Self::CurrentMedications => "current_medications",
            Self::FamilyHistory => "family_history",
            Self::Social => "social",
            Self::Risk => "risk",
            Self::MentalStatus => "mental_status",
            Self::Vitals => "vitals",
            Self::BaselineScales => "baseline_scales",
            Self::GoalsAndPreferences => "goals_and_preferences",
            Self::CapacityAndConsent => "capacity_and_consent",
        }
    }
}
