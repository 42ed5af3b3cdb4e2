//! Everything that policies permit, to be read at once.

use std::fmt::Write;

use concord_domain::Relationship;
use concord_kernel::{Purpose, Role};

use super::Policies;
use crate::Action;

impl Policies {
    /// Everything that is permitted, as CSV: a line for each act or question, role, relationship and policy, with the
    /// purposes for which that policy permits it. What has no line is denied.
    pub fn matrix(&self) -> String {
        let mut lines = String::from("what,role,relationship,purposes,policy\n");
        for action in Action::all() {
            for role in Role::ALL {
                let near = Relationship::possible(role).iter().copied().map(Some);
                for relationship in std::iter::once(None).chain(near) {
                    self.add_lines(&mut lines, action, role, relationship);
                }
            }
        }
        lines
    }

    fn add_lines(&self, lines: &mut String, action: Action, role: Role, relationship: Option<Relationship>) {
        let purposes = action.purposes_of(role);
        let granted = |purpose: Purpose| {
            let found = self.ruling(role, action, purpose).given(relationship).ok()?;
            Some((found.policy, purpose.as_str()))
        };
        let mut granted: Vec<_> = purposes.into_iter().filter_map(granted).collect();
        granted.sort_by(|(one, _), (other, _)| one.cmp(other));
        let near: &str = relationship.map_or("about no patient", Into::into);
        for by_policy in granted.chunk_by(|(one, _), (other, _)| one == other) {
            let policy = &by_policy[0].0;
            let named: Vec<_> = by_policy.iter().map(|(_, purpose)| *purpose).collect();
            writeln!(lines, "{},{role},{near},{},{policy}", action.name(), named.join(" "))
                .expect("a string takes whatever is written");
        }
    }
}
