//! Who cares for a patient.

use concord_domain::care_team::{Event, Member};
use concord_kernel::{PersonId, Role};
use serde::{Deserialize, Serialize};

/// Who cares for a patient now, in the order of joining.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Team(Vec<Member>);

impl Team {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Member> {
        self.0.iter()
    }

    /// Those whose role `wanted` names.
    pub fn people(&self, wanted: impl Fn(Role) -> bool) -> impl Iterator<Item = PersonId> {
        self.0.iter().filter(move |member| wanted(member.role)).map(|member| member.person)
    }

    pub(crate) fn fold(&mut self, event: &Event) {
        match event {
            Event::CareTeamMemberJoined(member) => {
                self.0.retain(|known| known.person != member.person);
                self.0.push(member.clone());
            }
            Event::CareTeamMemberLeft { person, .. } => self.0.retain(|known| known.person != *person),
        }
    }
}
