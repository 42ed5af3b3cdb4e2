//! The refusals of the rights to sign.

use concord_kernel::Role;

use crate::Explain;
use crate::prescription::NotShown;

/// Why a command about a right to sign is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role neither proposes, gives nor takes such rights.
    #[error("a {role} may not do this to a right to sign")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// The identifier names another right.
    #[error("the identifier belongs to another right to sign")]
    IdUsed,
    /// Another proposal for the same prescriber waits.
    #[error("another right of this prescriber waits to be confirmed")]
    Waits,
    /// There is no such right.
    #[error("there is no such right to sign")]
    Unknown,
    /// It was given.
    #[error("the right is in force already")]
    Granted,
    /// It was taken away, or withdrawn.
    #[error("the right was revoked, or its proposal withdrawn")]
    Ended,
    /// One person would do what takes two.
    #[error("whoever proposes a right neither has it nor confirms it")]
    OnePerson,
    /// Whoever confirms is no registrant.
    #[error("whoever confirms it has no DEA registration")]
    NotRegistered,
    /// The registration that it rests on has ended.
    #[error("the registration that it rests on has ended")]
    RegistrationPassed,
    /// The registrant has not shown who they are.
    #[error(transparent)]
    NotShown(#[from] NotShown),
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ROLE_NOT_PERMITTED",
            Self::IdUsed => "SIGNING_RIGHT_ID_USED",
            Self::Waits => "SIGNING_RIGHT_WAITS",
            Self::Unknown => "SIGNING_RIGHT_UNKNOWN",
            Self::Granted => "SIGNING_RIGHT_GRANTED",
            Self::Ended => "SIGNING_RIGHT_ENDED",
            Self::OnePerson => "SIGNING_RIGHT_NEEDS_TWO",
            Self::NotRegistered => "NO_DEA_REGISTRATION",
            Self::RegistrationPassed => "REGISTRATION_PASSED",
            Self::NotShown(why) => why.explained().0,
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => {
                "have the program's director propose it and a registrant confirm it; either revokes it"
            }
            Self::IdUsed => "draw a new identifier",
            Self::Waits => "have that one confirmed, or revoke it first",
            Self::Unknown => "name a right that was proposed; ListSigningRights tells which there are",
            Self::Granted => "nothing is left to do",
            Self::Ended => "propose another right",
            Self::OnePerson => "have another person do it",
            Self::NotRegistered => "ask a prescriber who is registered with the DEA",
            Self::RegistrationPassed => "propose it again once the registration is renewed",
            Self::NotShown(why) => why.explained().1,
        }
    }
}
