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
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ROLE_NOT_PERMITTED",
            Self::ReturnDateRequired => "RETURN_DATE_REQUIRED",
            Self::ReturnDatePassed => "RETURN_DATE_PASSED",
            Self::AlreadyRecorded => "AUDIT_RECORDED",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ask somebody who audits the program",
            Self::ReturnDateRequired => "name the day that the agreement with the auditor names",
            Self::ReturnDatePassed => "name a day that is still to come",
            Self::AlreadyRecorded => "look again under another identifier",
        }
    }
}
