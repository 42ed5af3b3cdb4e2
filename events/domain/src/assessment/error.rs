//! The refusals of an assessment.

use concord_kernel::Role;
use concord_knowledge::ConditionId;

use super::Section;
use crate::Explain;

/// Why an assessment refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role may not do this to an assessment.
    #[error("a {role} may not do this to an assessment")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// The stay is not this patient's open stay in this program, or it is paused.
    #[error("the stay is not open")]
    EpisodeNotActive,
    /// Nobody has begun it.
    #[error("the assessment has not been started")]
    NotStarted,
    /// It was begun before.
    #[error("the assessment has been started already")]
    AlreadyStarted,
    /// It is not signed.
    #[error("the assessment is not completed")]
    NotCompleted,
    /// It is signed.
    #[error("the assessment is completed")]
    AlreadyCompleted,
    /// Sections are not written.
    #[error("sections are missing: {}", missing.len())]
    SectionsMissing {
        /// Which, in the order of the form.
        missing: Vec<Section>,
    },
    /// It was decided since it was signed.
    #[error("the indication has been decided already")]
    AlreadyDecided,
    /// An indication rests on no diagnosis.
    #[error("medication is indicated for no diagnosis")]
    NoDiagnosis,
    /// The ruleset knows no such condition.
    #[error("the ruleset knows no such condition")]
    UnknownDiagnosis {
        /// Which.
        diagnosis: ConditionId,
    },
    /// A diagnosis is named twice.
    #[error("a diagnosis is named twice")]
    DiagnosisRepeated {
        /// Which.
        diagnosis: ConditionId,
    },
    /// More diagnoses than a decision may rest on.
    #[error("a decision rests on at most {most} diagnoses")]
    TooManyDiagnoses {
        /// The most there may be.
        most: usize,
    },
    /// No reason is given.
    #[error("the decision gives no reason")]
    NoReason,
    /// More reasons than a decision may give.
    #[error("a decision gives at most {most} reasons")]
    TooManyReasons {
        /// The most there may be.
        most: usize,
    },
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ROLE_NOT_PERMITTED",
            Self::EpisodeNotActive => "EPISODE_NOT_ACTIVE",
            Self::NotStarted => "ASSESSMENT_NOT_STARTED",
            Self::AlreadyStarted => "ASSESSMENT_ALREADY_STARTED",
            Self::NotCompleted => "ASSESSMENT_NOT_COMPLETED",
            Self::AlreadyCompleted => "ASSESSMENT_COMPLETED",
            Self::SectionsMissing { .. } => "ASSESSMENT_SECTIONS_MISSING",
            Self::AlreadyDecided => "INDICATION_ALREADY_DECIDED",
            Self::NoDiagnosis => "DIAGNOSIS_REQUIRED",
            Self::UnknownDiagnosis { .. } => "UNKNOWN_CONDITION",
            Self::DiagnosisRepeated { .. } => "DIAGNOSIS_REPEATED",
            Self::TooManyDiagnoses { .. } => "TOO_MANY_DIAGNOSES",
            Self::NoReason => "REASON_REQUIRED",
            Self::TooManyReasons { .. } => "TOO_MANY_REASONS",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => {
                "evaluators write the assessment; a psychiatrist or PMHNP signs it and decides"
            }
            Self::EpisodeNotActive => "admit the patient or resume the stay, and name the open stay",
            Self::NotStarted => "start the assessment first",
            Self::AlreadyStarted => "go on with the assessment that was started",
            Self::NotCompleted => "complete the assessment first",
            Self::AlreadyCompleted => "reopen the assessment to change it",
            Self::SectionsMissing { .. } => "record the missing sections, then complete it",
            Self::AlreadyDecided => "reopen and complete the assessment to decide anew",
            Self::NoDiagnosis => "name at least one diagnosis that the medication is for",
            Self::UnknownDiagnosis { .. } => "name a condition of the condition table",
            Self::DiagnosisRepeated { .. } => "name each diagnosis once",
            Self::TooManyDiagnoses { .. } => "name the diagnoses that the decision rests on only",
            Self::NoReason => "give at least one reason",
            Self::TooManyReasons { .. } => "give the reasons that decided it only",
        }
    }

    fn details(&self) -> Vec<&'static str> {
        if let Self::SectionsMissing { missing } = self {
            missing.iter().map(|section| section.as_str()).collect()
        } else {
            Vec::new()
        }
    }
}
