//! The rights to sign of a program, folded from their events.

use std::collections::BTreeMap;

use concord_kernel::{Day, PersonId, Schedule, SigningRightId};
use serde::{Deserialize, Serialize};

use super::{Event, Proposal};

/// What the events say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SigningRights {
    pub(super) rights: BTreeMap<SigningRightId, Right>,
}

/// One right, as far as decisions need it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Right {
    pub(super) prescriber: PersonId,
    pub(super) proposed_by: PersonId,
    schedules: Vec<Schedule>,
    pub(super) until: Day,
    pub(super) stage: Stage,
}

/// How far a right has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Stage {
    Proposed,
    Granted,
    Ended,
}

/// A right that was given and not taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// What may be signed.
    pub schedules: Vec<Schedule>,
    /// The last day.
    pub until: Day,
}

impl InForce {
    /// Whether it lets its prescriber sign what is of `schedule` on `today`.
    pub fn covers(&self, schedule: Schedule, today: Day) -> bool {
        today <= self.until && self.schedules.contains(&schedule)
    }
}

impl SigningRights {
    /// The right of each prescriber that was given and not taken away: one at most.
    pub fn in_force(&self) -> BTreeMap<PersonId, InForce> {
        let granted = self.rights.values().filter(|right| right.stage == Stage::Granted);
        let in_force = |right: &Right| InForce { schedules: right.schedules.clone(), until: right.until };
        granted.map(|right| (right.prescriber, in_force(right))).collect()
    }

    /// The right of `prescriber` in that stage.
    pub(super) fn of(&self, prescriber: PersonId, stage: Stage) -> Option<SigningRightId> {
        let mut rights = self.rights.iter();
        let found = rights.find(|(_, right)| right.prescriber == prescriber && right.stage == stage);
        found.map(|(id, _)| *id)
    }

    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        let (right, stage) = match event {
            Event::SigningRightProposed(Proposal { right, prescriber, schedules, registered_until, by }) => {
                let (proposed_by, until, stage) = (by, registered_until, Stage::Proposed);
                self.rights.insert(right, Right { prescriber, proposed_by, schedules, until, stage });
                return;
            }
            Event::SigningRightGranted { right, .. } => (right, Stage::Granted),
            Event::SigningRightRevoked { right, .. } => (right, Stage::Ended),
        };
        if let Some(right) = self.rights.get_mut(&right) {
            right.stage = stage;
        }
    }
}
