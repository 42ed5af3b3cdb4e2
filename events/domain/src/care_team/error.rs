//! The refusals of a care team.

use concord_kernel::Role;

use crate::Explain;

/// Why a care team refuses a command.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The role may not change the team in this way.
    #[error("a {role} may not change the care team in this way")]
    RoleNotPermitted {
        /// The role of the actor.
        role: Role,
    },
    /// Nobody cares for a patient in this role.
    #[error("a {role} is no member of a care team")]
    NotACareRole {
        /// The role of the new member.
        role: Role,
    },
    /// Somebody from outside belongs to an organisation.
    #[error("a {role} belongs to an organisation")]
    OrganisationRequired {
        /// The role of the new member.
        role: Role,
    },
    /// The person is in the team.
    #[error("the person is a member already")]
    AlreadyMember,
    /// The person is not in the team.
    #[error("the person is not a member")]
    NotAMember,
    /// The team has as many members as it may.
    #[error("a care team has at most {most} members")]
    TeamFull {
        /// The most there may be.
        most: usize,
    },
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ROLE_NOT_PERMITTED",
            Self::NotACareRole { .. } => "NOT_A_CARE_ROLE",
            Self::OrganisationRequired { .. } => "ORGANISATION_REQUIRED",
            Self::AlreadyMember => "ALREADY_MEMBER",
            Self::NotAMember => "NOT_A_MEMBER",
            Self::TeamFull { .. } => "CARE_TEAM_FULL",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::RoleNotPermitted { .. } => "ask the program; a patient may change family members only",
            Self::NotACareRole { .. } => "name the role in which the person cares for the patient",
            Self::OrganisationRequired { .. } => "name the practice or agency",
            Self::AlreadyMember => "remove the member first to change role or organisation",
            Self::NotAMember => "name somebody who is in the team",
            Self::TeamFull { .. } => "remove members who no longer care for the patient",
        }
    }
}
