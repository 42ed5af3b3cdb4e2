//! The refusals of the inbox.

use concord_kernel::Role;

use crate::Explain;

/// Why a command about what partners tell is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role neither contributes nor reviews.
    #[error("a {role} does not do that with what partners tell")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// The identifier has been used.
    #[error("the contribution is on record already")]
    Used,
    /// A medication is told of and none is named.
    #[error("a contribution about a medication names it")]
    MedicationMissing,
    /// As many as are kept wait to be looked at.
    #[error("more than {most} contributions about the patient wait to be reviewed")]
    Full {
        /// How many may wait.
        most: usize,
    },
    /// There is none of that name.
    #[error("there is no such contribution")]
    Unknown,
    /// Somebody has looked at it.
    #[error("the contribution was reviewed already")]
    Reviewed,
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ROLE_NOT_PERMITTED",
            Self::Used => "CONTRIBUTION_USED",
            Self::MedicationMissing => "CONTRIBUTION_WITHOUT_MEDICATION",
            Self::Full { .. } => "INBOX_FULL",
            Self::Unknown => "CONTRIBUTION_UNKNOWN",
            Self::Reviewed => "CONTRIBUTION_REVIEWED",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ask a nurse, a pharmacist or a prescriber",
            Self::Used => "contribute it under another identifier",
            Self::MedicationMissing => "name the medication as it is prescribed",
            Self::Full { .. } => "call the program: somebody must review what waits",
            Self::Unknown => "name a contribution about this patient",
            Self::Reviewed => "nothing is left to do",
        }
    }
}
