//! Who may tell of a patient what happened to them, and how well they are known: one reading of it, for side effects, for
//! substance use and for overdoses.

use concord_kernel::{Purpose, Role};

use crate::Context;

/// Who tells, as far as the care team says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reporter {
    /// The patient, or a member of their care team.
    Known,
    /// Somebody else.
    NotOnCareTeam,
}

impl Reporter {
    /// Says who tells it, when they may.
    ///
    /// The patient and their care team may. Of others, the program's own staff may always, and everybody may tell what
    /// is urgent or sent for an emergency: a gap in a list of members must not keep anybody from saying that somebody is
    /// in danger. What is told by somebody who is not on the care team is marked.
    pub(crate) fn of(urgent: bool, context: &Context) -> Option<Self> {
        let actor = &context.actor;
        let patient = actor.role == Role::Patient && actor.id.uuid() == context.patient.uuid();
        // A care team that was not read knows nobody.
        let team = context.facts.care_team.as_ref();
        if patient || team.is_some_and(|team| team.has(actor.id)) {
            return Some(Self::Known);
        }
        let urgent = urgent || context.purpose == Purpose::Emergency;
        (urgent || is_staff(actor.role)).then_some(Self::NotOnCareTeam)
    }
}

/// Whether somebody in this role works for the program and sees its patients.
const fn is_staff(role: Role) -> bool {
    match role {
        Role::Psychiatrist
        | Role::Pmhnp
        | Role::Therapist
        | Role::CaseManager
        | Role::Nurse
        | Role::Pharmacist => true,
        Role::PrimaryCare
        | Role::OutsideProvider
        | Role::Family
        | Role::Patient
        | Role::Auditor
        | Role::Service
        | Role::Director
        | Role::PrivacyOfficer
        | Role::Partner => false,
    }
}
