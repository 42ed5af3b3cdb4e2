//! What the policies answer.

use std::sync::Arc;

use concord_domain::{Relationship, Relationships};
use concord_kernel::Role;

use super::PolicyVersion;
use super::cells::Cells;
use crate::{Action, Question};

/// It is permitted, and by which policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The name of the policy.
    pub policy: Arc<str>,
    /// The policies' version.
    pub version: PolicyVersion,
}

/// It is not permitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", if self.by_relationship { "the caller's relationship to the patient does not permit this" } else { "the caller's role does not permit this" })]
pub struct Denied {
    /// The name of the policy that forbids it; absent where none permits it.
    pub policy: Option<Arc<str>>,
    /// The policies' version.
    pub version: PolicyVersion,
    /// Whether the caller may not even know that there is such a patient.
    pub hidden: bool,
    /// Whether it would be permitted to somebody in this role with another relationship to the patient.
    pub by_relationship: bool,
}

/// What the policies say of one act or question of one role for one purpose; the relationship alone is open.
#[derive(Clone, Copy, Debug)]
pub struct Ruling<'p> {
    pub(super) cells: &'p Cells,
    pub(super) version: &'p PolicyVersion,
    pub(super) role: Role,
    /// The place of the first relationship's cell.
    pub(super) row: usize,
}

impl Ruling<'_> {
    /// With which relationships to a patient it is permitted.
    pub fn permitted(&self) -> Relationships {
        let permits = |each| self.cells.permits(self.row, Some(each));
        Relationships::those(Relationship::possible(self.role), permits)
    }

    /// The answer for whoever has that relationship; without one: about no single patient.
    ///
    /// # Errors
    ///
    /// [`Denied`] when no policy permits it, or one forbids it.
    pub fn given(&self, relationship: Option<Relationship>) -> Result<Granted, Denied> {
        let policy = self.cells.policy(self.row, relationship);
        let version = self.version.clone();
        if let Some(policy) = policy.clone().filter(|_| self.cells.permits(self.row, relationship)) {
            return Ok(Granted { policy, version });
        }
        let possible = Relationship::possible(self.role);
        let by_relationship =
            relationship.is_some() && possible.iter().any(|other| self.cells.permits(self.row, Some(*other)));
        let hidden = by_relationship && !self.may_know(relationship);
        Err(Denied { policy, version, hidden, by_relationship })
    }

    /// The answer for whoever is in the role, whatever they are to the patient: where one policy permits it to all of them.
    pub fn whoever(&self) -> Option<Granted> {
        let mut each = Relationship::possible(self.role).iter().map(|each| self.given(Some(*each)).ok());
        let first = each.next()??;
        each.all(|other| other.as_ref() == Some(&first)).then_some(first)
    }

    fn may_know(&self, relationship: Option<Relationship>) -> bool {
        let know = Action::Question(Question::KnowOf);
        let row = Cells::row(self.role, know, know.purpose_of(self.role));
        self.cells.permits(row, relationship)
    }
}
