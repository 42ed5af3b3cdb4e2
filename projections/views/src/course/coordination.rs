//! Entries that events of coordination make.

use concord_domain::coordination::Event;

use super::Entry;

impl Entry {
    /// Whether an event makes an entry: exactly when [`Entry::of_coordination`] gives one.
    pub(super) const fn is_made_of_coordination(event: &Event) -> bool {
        match event {
            Event::PlanShared { .. }
            | Event::OutsideUpdateReceived { .. }
            | Event::OutsideUpdateReviewed { .. }
            | Event::ConsultRequested { .. }
            | Event::ConsultAnswered { .. }
            | Event::CareConflictRaised { .. }
            | Event::CareConflictResolved { .. } => true,
            Event::SharingConsentRecorded { .. }
            | Event::SharingConsentRevoked { .. }
            | Event::ChangesAcknowledged { .. } => false,
        }
    }

    pub(super) fn of_coordination(event: &Event) -> Option<Self> {
        let entry = match event {
            Event::PlanShared { version, role, .. } => Self::PlanShared { version: *version, with: *role },
            Event::OutsideUpdateReceived { kind, summary, .. } => {
                Self::OutsideTold { kind: *kind, summary: summary.clone() }
            }
            Event::OutsideUpdateReviewed { outcome, .. } => {
                Self::OutsideReviewed { outcome: outcome.clone() }
            }
            Event::ConsultRequested { role, question, .. } => {
                Self::ConsultAsked { of: *role, question: question.clone() }
            }
            Event::ConsultAnswered { answer, .. } => Self::ConsultAnswered { answer: answer.clone() },
            Event::CareConflictRaised { description, .. } => {
                Self::ConflictRaised { description: description.clone() }
            }
            Event::CareConflictResolved { resolution, what, .. } => {
                Self::ConflictResolved { resolution: *resolution, what: what.clone() }
            }
            Event::SharingConsentRecorded { .. }
            | Event::SharingConsentRevoked { .. }
            | Event::ChangesAcknowledged { .. } => return None,
        };
        Some(entry)
    }
}
