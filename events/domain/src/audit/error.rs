//! The refusals of an audit.

use concord_kernel::Role;

use crate::Explain;

/// Why a look at the record is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Only auditors look in this way.
    #[error("a {role} does not look at the record as an auditor")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// Nobody said until when what is taken is returned or destroyed.
    #[error(
        "an audit from outside the program names the day until which what it takes is returned or destroyed"
    )]
    ReturnDateRequired,
    /// The day has passed.
    #[error("the day until which what is taken is returned or destroyed has passed")]
    ReturnDatePassed,
    /// Each look is a record of its own.
    #[error("the audit is on record already")]
    AlreadyRecorded,
    /// Only privacy officers have a record destroyed.
    #[error("a {role} does not have a record destroyed")]
    NotPrivacyOfficer {
        /// The role of the actor.
        role: Role,
    },
    /// Whoever asks does not agree with themselves.
    #[error("a record is destroyed by two people")]
    OnePerson,
    /// It is done.
    #[error("the patient's record is destroyed already")]
    AlreadyShredded,
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } | Self::NotPrivacyOfficer { .. } => "ROLE_NOT_PERMITTED",
            Self::ReturnDateRequired => "RETURN_DATE_REQUIRED",
            Self::ReturnDatePassed => "RETURN_DATE_PASSED",
            Self::AlreadyRecorded => "AUDIT_RECORDED",
            Self::OnePerson => "ERASURE_NEEDS_TWO",
            Self::AlreadyShredded => "SUBJECT_SHREDDED",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ask somebody who audits the program",
            Self::ReturnDateRequired => "name the day that the agreement with the auditor names",
            Self::ReturnDatePassed => "name a day that is still to come",
            Self::AlreadyRecorded => "look again under another identifier",
            Self::NotPrivacyOfficer { .. } => "ask the privacy officer",
            Self::OnePerson => "name somebody else who agreed",
            Self::AlreadyShredded => "nothing is left to be done",
        }
    }
}
