//! Acts and questions together: what policies name.

use concord_kernel::{Purpose, Role};
use strum::VariantArray;

use crate::{Act, DataClass, Question};

/// What somebody wants: to change a record, or to know of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// To change it.
    Act(Act),
    /// To know of it.
    Question(Question),
}

/// What a command may be for.
const OF_COMMANDS: [Purpose; 6] = [
    Purpose::Treatment,
    Purpose::Payment,
    Purpose::Operations,
    Purpose::Emergency,
    Purpose::PatientRequest,
    Purpose::Audit,
];

impl Action {
    /// Every one, acts first.
    pub fn all() -> impl Iterator<Item = Self> {
        let acts = Act::VARIANTS.iter().copied().map(Self::Act);
        acts.chain(Question::VARIANTS.iter().copied().map(Self::Question))
    }

    /// Its name in the policies.
    pub fn name(self) -> &'static str {
        match self {
            Self::Act(act) => act.into(),
            Self::Question(question) => question.into(),
        }
    }

    /// What it is about.
    pub const fn classes(self) -> &'static [DataClass] {
        match self {
            Self::Act(act) => act.classes(),
            Self::Question(question) => question.classes(),
        }
    }

    /// What somebody in `role` asks for, as far as questions say nothing of it: what the role is there for.
    pub const fn purpose_of(self, role: Role) -> Purpose {
        match role {
            Role::Patient => Purpose::PatientRequest,
            Role::Auditor => Purpose::Audit,
            Role::Service | Role::Director | Role::PrivacyOfficer => Purpose::Operations,
            Role::Psychiatrist
            | Role::Pmhnp
            | Role::Therapist
            | Role::CaseManager
            | Role::Nurse
            | Role::Pharmacist
            | Role::PrimaryCare
            | Role::OutsideProvider
            | Role::Family
            | Role::Partner => Purpose::Treatment,
        }
    }

    /// Every purpose for which somebody in `role` can want it.
    pub(crate) fn purposes_of(self, role: Role) -> Vec<Purpose> {
        match self {
            Self::Act(_) => OF_COMMANDS.to_vec(),
            Self::Question(_) => vec![self.purpose_of(role)],
        }
    }
}
