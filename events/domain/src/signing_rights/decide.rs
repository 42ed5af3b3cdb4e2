//! The rules of the rights to sign.

use concord_kernel::{Day, PersonId, Role, Schedule, SigningRightId};

use super::state::{Right, Stage};
use super::{Cause, Command, Error, Event, Proposal, SigningRights};
use crate::prescription::{Factor, two_kinds};
use crate::{Context, Issued};

impl SigningRights {
    /// Returns the facts that follow from `issued`, in order.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<Command>) -> Result<Vec<Event>, Error> {
        let Issued { command, context } = issued;
        let actor = &context.actor;
        match command {
            Command::Propose { right, prescriber, schedules, registered_until } => {
                let asked = (*right, *prescriber, *registered_until);
                self.propose(asked, schedules, context).map(|event| vec![event])
            }
            Command::Confirm { right, factors } => self.confirm(*right, factors, context),
            Command::Revoke { right, cause, note } => {
                if !(manages(actor.role) || actor.role.prescribes()) {
                    return Err(Error::RoleNotPermitted { role: actor.role });
                }
                let ended = self.known(*right)?;
                if ended.stage == Stage::Ended {
                    return Err(Error::Ended);
                }
                Ok(vec![Event::SigningRightRevoked {
                    right: *right,
                    prescriber: ended.prescriber,
                    cause: *cause,
                    note: Some(note.clone()),
                    by: actor.id,
                    role: actor.role,
                }])
            }
        }
    }

    fn propose(
        &self,
        (right, prescriber, registered_until): (SigningRightId, PersonId, Day),
        schedules: &[Schedule],
        context: &Context,
    ) -> Result<Event, Error> {
        let actor = &context.actor;
        if !manages(actor.role) {
            return Err(Error::RoleNotPermitted { role: actor.role });
        }
        if self.rights.contains_key(&right) {
            return Err(Error::IdUsed);
        }
        if actor.id == prescriber {
            return Err(Error::OnePerson);
        }
        if registered_until < context.now.day() {
            return Err(Error::RegistrationPassed);
        }
        if self.of(prescriber, Stage::Proposed).is_some() {
            return Err(Error::Waits);
        }
        let (schedules, by) = (schedules.to_vec(), actor.id);
        Ok(Event::SigningRightProposed(Proposal { right, prescriber, schedules, registered_until, by }))
    }

    fn confirm(
        &self,
        right: SigningRightId,
        factors: &[Factor],
        context: &Context,
    ) -> Result<Vec<Event>, Error> {
        let actor = &context.actor;
        if !actor.role.prescribes() {
            return Err(Error::RoleNotPermitted { role: actor.role });
        }
        let Right { prescriber, proposed_by, until, stage, .. } = self.known(right)?;
        match stage {
            Stage::Proposed => {}
            Stage::Granted => return Err(Error::Granted),
            Stage::Ended => return Err(Error::Ended),
        }
        if *proposed_by == actor.id {
            return Err(Error::OnePerson);
        }
        if actor.credentials.schedules.is_empty() {
            return Err(Error::NotRegistered);
        }
        if *until < context.now.day() {
            return Err(Error::RegistrationPassed);
        }
        two_kinds(factors, context)?;
        // A prescriber has one right, so that whoever revokes it leaves none behind.
        let replaced = self.of(*prescriber, Stage::Granted).map(|replaced| Event::SigningRightRevoked {
            right: replaced,
            prescriber: *prescriber,
            cause: Cause::Replaced,
            note: None,
            by: actor.id,
            role: actor.role,
        });
        let granted = Event::SigningRightGranted {
            right,
            prescriber: *prescriber,
            by: actor.id,
            role: actor.role,
            factors: factors.to_vec(),
        };
        Ok(replaced.into_iter().chain([granted]).collect())
    }

    fn known(&self, right: SigningRightId) -> Result<&Right, Error> {
        self.rights.get(&right).ok_or(Error::Unknown)
    }
}

/// Who says who is to sign: nobody who signs.
const fn manages(role: Role) -> bool {
    matches!(role, Role::Director)
}
