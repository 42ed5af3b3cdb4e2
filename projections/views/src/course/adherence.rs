//! Entries that events about adherence make. Doses that were taken day by day are counted when adherence is measured;
//! each of them on the axis would hide everything else.

use concord_domain::adherence::Event;

use super::{Entry, ServiceEntry};

impl Entry {
    /// Whether an event makes an entry: exactly when [`Entry::of_adherence`] gives one.
    pub(super) const fn is_made_of_adherence(event: &Event) -> bool {
        match event {
            Event::CheckInRecorded { .. }
            | Event::DoseMissed { .. }
            | Event::MissedDosesReached { .. }
            | Event::MissedDosesDecided { .. }
            | Event::AdherenceMeasured { .. }
            | Event::BarrierRaised { .. }
            | Event::BarrierRemoved { .. }
            | Event::FamilyEngaged { .. }
            | Event::OutreachDue { .. }
            | Event::OutreachRecorded { .. }
            | Event::OutreachBreached { .. } => true,
            Event::ReminderScheduled { .. }
            | Event::ReminderCancelled { .. }
            | Event::ReminderSent { .. }
            | Event::CheckInFollowedUp { .. }
            | Event::DoseTaken { .. }
            | Event::FamilyConsentGiven { .. }
            | Event::FamilyConsentWithdrawn { .. } => false,
        }
    }

    pub(super) fn of_adherence(event: &Event) -> Option<Self> {
        let entry = match event {
            Event::CheckInRecorded { doing, note, .. } => {
                Self::CheckedIn { doing: *doing, note: note.clone() }
            }
            Event::DoseMissed { order, reason, .. } => Self::DoseMissed { order: *order, reason: *reason },
            Event::MissedDosesReached { order, action, .. } => {
                Self::MissedTooLong { order: *order, action: *action }
            }
            Event::MissedDosesDecided { order, decision, reason } => {
                Self::MissedDecided { order: *order, decision: *decision, why: reason.clone() }
            }
            Event::AdherenceMeasured { percent, .. } => Self::AdherenceMeasured { percent: *percent },
            Event::BarrierRaised { kind, words, .. } => {
                Self::BarrierRaised { kind: *kind, words: words.clone() }
            }
            Event::BarrierRemoved { how, .. } => Self::BarrierRemoved { how: how.clone() },
            Event::FamilyEngaged { about, note, .. } => {
                Self::FamilyEngaged { about: *about, note: note.clone() }
            }
            Event::OutreachDue { .. } | Event::OutreachRecorded { .. } | Event::OutreachBreached { .. } => {
                return ServiceEntry::of_adherence(event).map(Self::Service);
            }
            Event::ReminderScheduled { .. }
            | Event::ReminderCancelled { .. }
            | Event::ReminderSent { .. }
            | Event::CheckInFollowedUp { .. }
            | Event::DoseTaken { .. }
            | Event::FamilyConsentGiven { .. }
            | Event::FamilyConsentWithdrawn { .. } => return None,
        };
        Some(entry)
    }
}
