//! What may be asked of a care team.

use concord_kernel::{PersonId, Text};

use super::Member;

/// A request to change who cares for a patient.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Take somebody in.
    AddMember(Member),
    /// Let somebody go.
    RemoveMember {
        /// Whom.
        person: PersonId,
        /// Why.
        reason: Text,
    },
}
