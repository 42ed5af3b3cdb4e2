//! The state of a care team, folded from its events.

use std::collections::BTreeMap;

use concord_kernel::{PersonId, Role};
use serde::{Deserialize, Serialize};

use super::Event;
use crate::CareTeamFacts;

/// What the events of a care team say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CareTeam {
    pub(super) members: BTreeMap<PersonId, Role>,
}

impl CareTeam {
    /// Who is on it, and as what.
    pub fn members(&self) -> impl Iterator<Item = (PersonId, Role)> {
        self.members.iter().map(|(person, role)| (*person, *role))
    }

    /// What other streams may know of it.
    pub(crate) fn facts(&self) -> CareTeamFacts {
        CareTeamFacts { members: self.members.iter().map(|(person, role)| (*person, *role)).collect() }
    }

    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::CareTeamMemberJoined(member) => {
                self.members.insert(member.person, member.role);
            }
            Event::CareTeamMemberLeft { person, .. } => {
                self.members.remove(&person);
            }
        }
    }
}
