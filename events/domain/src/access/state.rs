//! The state of emergency access to one record, folded from its events.

use std::collections::BTreeMap;

use concord_kernel::{GlassId, Instant, PersonId, Role};
use serde::{Deserialize, Serialize};

use super::Event;

/// What the events say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Access {
    pub(super) broken: BTreeMap<GlassId, Glass>,
}

/// One time that the glass was broken, as far as decisions need it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Glass {
    pub(super) by: PersonId,
    role: Role,
    until: Instant,
    pub(super) reviewed: bool,
}

impl Glass {
    pub(super) fn lasts(&self, now: Instant) -> bool {
        now < self.until && !self.reviewed
    }
}

impl Access {
    /// The broken glass through which `person` in `role` reaches the record at `now`. A review ends it.
    pub fn reach(&self, person: PersonId, role: Role, now: Instant) -> Option<GlassId> {
        let mut broken = self.broken.iter();
        let theirs = |glass: &Glass| glass.by == person && glass.role == role && glass.lasts(now);
        broken.find_map(|(id, glass)| theirs(glass).then_some(*id))
    }

    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::GlassBroken(broken) => {
                let super::BrokenGlass { glass, by, role, reason: _, until, review_by: _ } = broken;
                self.broken.insert(glass, Glass { by, role, until, reviewed: false });
            }
            Event::BrokenGlassUsed { .. } => {}
            Event::BrokenGlassReviewed { glass, .. } => {
                if let Some(glass) = self.broken.get_mut(&glass) {
                    glass.reviewed = true;
                }
            }
        }
    }
}
