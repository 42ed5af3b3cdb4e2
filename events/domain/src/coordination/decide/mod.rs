//! The rules of coordination.

mod conflicts;
mod outside;
mod sharing;

use concord_kernel::{Instant, PersonId, Role};

use super::{Command, Coordination, Error, Event};
use crate::{Context, Issued};

impl Coordination {
    /// Returns the facts that follow from `issued`, in order; empty when nothing changes.
    ///
    /// # Errors
    ///
    /// The one rule that refuses it; nothing is recorded then.
    pub(crate) fn decide(&self, issued: &Issued<Command>) -> Result<Vec<Event>, Error> {
        let Issued { command, context } = issued;
        let role = context.actor.role;
        if !may(role, command) {
            return Err(Error::RoleNotPermitted { role });
        }
        if is_outside(role) && !matches!(command, Command::RecordOutsideUpdate { .. }) {
            on_the_team(context.actor.id, context).map_err(|_| Error::NotOnCareTeam)?;
        }
        let event = match command {
            Command::RecordSharingConsent { recipient, parts, signed_on, expires_on } => {
                sharing::consented(*recipient, parts, (*signed_on, *expires_on), context)?
            }
            Command::RevokeSharingConsent { recipient } => self.revoke(*recipient)?,
            Command::SharePlan { episode, recipient, parts } => {
                self.share(episode, *recipient, parts, context)?
            }
            Command::RecordOutsideUpdate { update, kind, from, summary } => {
                self.received(*update, *kind, from, summary, context)?
            }
            Command::ReviewOutsideUpdate { update, outcome } => {
                self.reviewed(*update, outcome, context.now)?
            }
            Command::RequestConsult { consult, of, urgency, question } => {
                self.request(*consult, *of, *urgency, question, context)?
            }
            Command::AnswerConsult { consult, answer } => self.answered(*consult, answer, context)?,
            Command::RaiseConflict { conflict, finding, description } => {
                self.raise(*conflict, finding.as_ref(), description, context)?
            }
            Command::ResolveConflict { conflict, resolution, responsible, what } => {
                self.resolve(*conflict, *resolution, *responsible, what, context)?
            }
            Command::AcknowledgeChanges { up_to } => return self.acknowledge(*up_to, context),
        };
        Ok(vec![event])
    }

    /// Everything until then was seen; what was seen before stays seen.
    fn acknowledge(&self, up_to: Instant, context: &Context) -> Result<Vec<Event>, Error> {
        let by = context.actor.id;
        on_the_team(by, context).map_err(|_| Error::NotOnCareTeam)?;
        // Nobody has seen what has not happened.
        if up_to > context.now {
            return Err(Error::AcknowledgedInFuture);
        }
        if self.acknowledged.get(&by).is_some_and(|seen| *seen >= up_to) {
            return Ok(Vec::new());
        }
        Ok(vec![Event::ChangesAcknowledged { by, up_to }])
    }
}

/// As what somebody cares for the patient. A care team that was not read knows nobody.
fn on_the_team(person: PersonId, context: &Context) -> Result<Role, Error> {
    let team = context.facts.care_team.as_ref().ok_or(Error::FactsMissing)?;
    team.role_of(person).ok_or(Error::RecipientNotOnCareTeam)
}

/// Whether somebody in this role treats the patient elsewhere.
const fn is_outside(role: Role) -> bool {
    matches!(role, Role::PrimaryCare | Role::OutsideProvider)
}

/// Whether somebody in this role of a care team is told of treatment: family is told under rules of its own.
const fn treats(role: Role) -> bool {
    match role {
        Role::Psychiatrist
        | Role::Pmhnp
        | Role::Therapist
        | Role::CaseManager
        | Role::Nurse
        | Role::Pharmacist
        | Role::PrimaryCare
        | Role::OutsideProvider => true,
        Role::Family
        | Role::Patient
        | Role::Auditor
        | Role::Service
        | Role::Director
        | Role::PrivacyOfficer
        | Role::Partner => false,
    }
}

/// Who may ask for it.
const fn may(role: Role, command: &Command) -> bool {
    let others = match command {
        Command::RecordSharingConsent { .. } | Command::RevokeSharingConsent { .. } => {
            matches!(role, Role::Therapist | Role::CaseManager | Role::Nurse | Role::Patient)
        }
        Command::SharePlan { .. } => matches!(role, Role::Therapist | Role::CaseManager | Role::Nurse),
        Command::ReviewOutsideUpdate { .. } => matches!(role, Role::Nurse | Role::Pharmacist),
        Command::RecordOutsideUpdate { .. }
        | Command::AnswerConsult { .. }
        | Command::RaiseConflict { .. }
        | Command::AcknowledgeChanges { .. } => treats(role),
        Command::RequestConsult { .. } => treats(role) && !is_outside(role),
        Command::ResolveConflict { .. } => false,
    };
    others || role.prescribes()
}
