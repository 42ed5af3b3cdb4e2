//! Who may report a side effect, and how well they are known.

use concord_kernel::{Purpose, Role};
use concord_knowledge::RedFlagId;

use super::{Error, Grade};
use crate::Context;

/// Who reports, as far as the care team tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reporter {
    /// The patient, or a member of their care team.
    Known,
    /// Somebody else.
    NotOnCareTeam,
}

impl Reporter {
    /// Says who reports it, when they may.
    ///
    /// The patient and their care team may. Of others, the program's own staff may always, and everybody may report
    /// what cannot wait: a gap in a list of members must not keep anybody from saying that somebody is in danger. What
    /// is told by somebody who is not on the care team is marked, and looked at sooner.
    pub(super) fn of(grade: Grade, red_flags: &[RedFlagId], context: &Context) -> Result<Self, Error> {
        let actor = &context.actor;
        let patient = actor.role == Role::Patient && actor.id.uuid() == context.patient.uuid();
        // A care team that was not read knows nobody.
        let team = context.facts.care_team.as_ref();
        if patient || team.is_some_and(|team| team.has(actor.id)) {
            return Ok(Self::Known);
        }
        let urgent = grade >= Grade::Severe || !red_flags.is_empty() || context.purpose == Purpose::Emergency;
        if urgent || is_staff(actor.role) { Ok(Self::NotOnCareTeam) } else { Err(Error::NotOnCareTeam) }
    }

    /// How bad it is taken to be when deadlines are set. Somebody who is not on the care team may have judged from afar,
    /// or may mean another patient: a clinician looks at it within a day, however mild it is said to be.
    pub(super) fn graded(self, grade: Grade) -> Grade {
        match self {
            Self::Known => grade,
            Self::NotOnCareTeam => grade.max(Grade::Moderate),
        }
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
        | Role::Service => false,
    }
}
