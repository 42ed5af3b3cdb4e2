//! How a patient takes what is ordered, as those who support them need to know it: no doses.

use concord_domain::adherence::{BarrierKind, Event, Shared};
use concord_kernel::{BarrierId, Day, Instant, PersonId, Text};
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

use super::Outreach;

/// What was last measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// The first day of the period.
    pub from: Day,
    /// The last day of the period.
    pub to: Day,
    /// Days covered of days, in percent, of the medication that was taken least; absent when too little was told.
    pub percent: Option<u8>,
}

/// Something that keeps the patient from taking medication as agreed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenBarrier {
    /// Its identifier.
    pub barrier: BarrierId,
    /// What kind.
    pub kind: BarrierKind,
    /// In words.
    pub words: Text,
    /// Until when something is done about it.
    pub act_by: Instant,
}

/// Somebody of the family who helps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Helper {
    /// Who.
    pub person: PersonId,
    /// What the patient allows.
    pub shares: Vec<Shared>,
    /// The last day on which it holds; absent: until it is withdrawn.
    pub until: Option<Day>,
    /// When somebody last talked with them.
    pub engaged_at: Option<Instant>,
}

/// How a patient takes what is ordered. The rules of the domain bound each list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Adherence {
    /// What was last measured.
    pub measured: Option<Measured>,
    /// Barriers that are open, oldest first.
    pub barriers: Vec<OpenBarrier>,
    /// Those of the family who help, in the order in which the patient allowed them to.
    pub family: Vec<Helper>,
    /// When the patient, or somebody for them, last checked in.
    pub checked_in_at: Option<Instant>,
    /// Why somebody is to reach out, and until when.
    pub outreach: Outreach,
}

impl Adherence {
    pub(crate) fn fold(&mut self, fact: &Fact, event: &Event) {
        self.outreach.fold(event);
        match event {
            Event::AdherenceMeasured { from, to, percent, .. } => {
                self.measured = Some(Measured { from: *from, to: *to, percent: *percent });
            }
            Event::BarrierRaised { barrier, kind, words, act_by, .. } => {
                let (barrier, kind, words, act_by) = (*barrier, *kind, words.clone(), *act_by);
                self.barriers.push(OpenBarrier { barrier, kind, words, act_by });
            }
            Event::BarrierRemoved { barrier, .. } => self.barriers.retain(|open| open.barrier != *barrier),
            Event::FamilyConsentGiven { person, shares, until } => {
                let engaged_at = self.family.iter().find(|known| known.person == *person);
                let engaged_at = engaged_at.and_then(|known| known.engaged_at);
                self.family.retain(|known| known.person != *person);
                let shares = shares.iter().copied().collect();
                self.family.push(Helper { person: *person, shares, until: *until, engaged_at });
            }
            Event::FamilyConsentWithdrawn { person } => self.family.retain(|known| known.person != *person),
            Event::FamilyEngaged { person, .. } => {
                if let Some(helper) = self.family.iter_mut().find(|known| known.person == *person) {
                    helper.engaged_at = Some(fact.effective_at);
                }
            }
            Event::CheckInRecorded { .. } => {
                self.checked_in_at = self.checked_in_at.max(Some(fact.effective_at));
            }
            Event::OutreachDue { .. }
            | Event::OutreachRecorded { .. }
            | Event::OutreachBreached { .. }
            | Event::ReminderScheduled { .. }
            | Event::ReminderCancelled { .. }
            | Event::ReminderSent { .. }
            | Event::CheckInFollowedUp { .. }
            | Event::DoseTaken { .. }
            | Event::DoseMissed { .. }
            | Event::MissedDosesReached { .. }
            | Event::MissedDosesDecided { .. } => {}
        }
    }

    /// Whether an event changes it.
    pub(crate) const fn concerns(event: &Event) -> bool {
        match event {
            Event::AdherenceMeasured { .. }
            | Event::BarrierRaised { .. }
            | Event::BarrierRemoved { .. }
            | Event::FamilyConsentGiven { .. }
            | Event::FamilyConsentWithdrawn { .. }
            | Event::FamilyEngaged { .. }
            | Event::CheckInRecorded { .. }
            | Event::OutreachDue { .. }
            | Event::OutreachRecorded { .. }
            | Event::OutreachBreached { .. } => true,
            Event::ReminderScheduled { .. }
            | Event::ReminderCancelled { .. }
            | Event::ReminderSent { .. }
            | Event::CheckInFollowedUp { .. }
            | Event::DoseTaken { .. }
            | Event::DoseMissed { .. }
            | Event::MissedDosesReached { .. }
            | Event::MissedDosesDecided { .. } => false,
        }
    }
}
