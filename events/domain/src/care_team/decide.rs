//! The rules of a care team.

use concord_kernel::Role;

use super::{CareTeam, Command, Error, Event, Member};
use crate::Issued;

/// Who may take in and let go anybody.
const KEEPERS: [Role; 6] =
    [Role::Psychiatrist, Role::Pmhnp, Role::Therapist, Role::CaseManager, Role::Nurse, Role::Service];

/// The most people who care for one patient at a time.
const MOST_MEMBERS: usize = 50;

impl CareTeam {
    /// Returns the facts that follow from `issued`, in order; empty when nothing changes.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<Command>) -> Result<Vec<Event>, Error> {
        let actor = issued.context.actor.role;
        let event = match &issued.command {
            Command::AddMember(member) => {
                may_change(actor, member.role)?;
                self.add(member)?
            }
            Command::RemoveMember { person, reason } => {
                let member = self.members.get(person).copied();
                // Who may change nobody is not told whether somebody is a member.
                may_change(actor, member.unwrap_or(Role::Family))?;
                if member.is_none() {
                    return Err(Error::NotAMember);
                }
                Event::CareTeamMemberLeft { person: *person, reason: reason.clone() }
            }
        };
        Ok(vec![event])
    }

    fn add(&self, member: &Member) -> Result<Event, Error> {
        if !cares(member.role) {
            return Err(Error::NotACareRole { role: member.role });
        }
        if is_outside(member.role) && member.organisation.is_none() {
            return Err(Error::OrganisationRequired { role: member.role });
        }
        if self.members.contains_key(&member.person) {
            return Err(Error::AlreadyMember);
        }
        if self.members.len() >= MOST_MEMBERS {
            return Err(Error::TeamFull { most: MOST_MEMBERS });
        }
        Ok(Event::CareTeamMemberJoined(member.clone()))
    }
}

/// The program keeps the team; the patient says which of their family belong to it.
fn may_change(actor: Role, member: Role) -> Result<(), Error> {
    if KEEPERS.contains(&actor) || (actor == Role::Patient && member == Role::Family) {
        Ok(())
    } else {
        Err(Error::RoleNotPermitted { role: actor })
    }
}

/// Whether somebody in this role cares for a patient; the patient, auditors and services do not.
const fn cares(role: Role) -> bool {
    match role {
        Role::Psychiatrist
        | Role::Pmhnp
        | Role::Therapist
        | Role::CaseManager
        | Role::Nurse
        | Role::Pharmacist
        | Role::PrimaryCare
        | Role::OutsideProvider
        | Role::Family => true,
        Role::Patient
        | Role::Auditor
        | Role::Service
        | Role::Director
        | Role::PrivacyOfficer
        | Role::Partner => false,
    }
}

/// Whether somebody in this role works for another practice or agency.
const fn is_outside(role: Role) -> bool {
    matches!(role, Role::PrimaryCare | Role::OutsideProvider)
}
