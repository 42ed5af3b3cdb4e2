//! The state of the coordination of a patient's care, folded from its events.

use std::collections::{BTreeMap, BTreeSet};

use concord_kernel::{ConflictId, ConsultId, Day, Instant, OutsideUpdateId, PersonId};
use concord_knowledge::FindingKey;
use serde::{Deserialize, Serialize};

use super::{Event, SharedPart};

/// What the events of the coordination say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coordination {
    /// What the patient signed, by whom it names.
    pub(super) consents: BTreeMap<PersonId, Consent>,
    pub(super) updates: BTreeMap<OutsideUpdateId, Waiting>,
    pub(super) consults: BTreeMap<ConsultId, Consult>,
    pub(super) conflicts: BTreeMap<ConflictId, Conflict>,
    /// Up to where each has seen what changed.
    pub(super) acknowledged: BTreeMap<PersonId, Instant>,
}

/// A consent that was not taken back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Consent {
    pub(super) parts: BTreeSet<SharedPart>,
    pub(super) expires_on: Day,
}

/// Something that waits until a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Waiting {
    pub(super) until: Instant,
    pub(super) done: bool,
}

/// A question to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Consult {
    pub(super) of: PersonId,
    pub(super) answer: Waiting,
}

/// Decisions that stand against each other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Conflict {
    pub(super) finding: Option<FindingKey>,
    pub(super) resolution: Waiting,
}

impl Coordination {
    /// What of the record somebody outside the program may have on `today`: what the patient signed for them and has not
    /// taken back. Nothing where nothing was signed.
    pub fn shared_with(&self, person: PersonId, today: Day) -> BTreeSet<SharedPart> {
        let consent = self.consents.get(&person).filter(|consent| today <= consent.expires_on);
        consent.map_or_else(BTreeSet::new, |consent| consent.parts.clone())
    }

    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        let waiting = |until| Waiting { until, done: false };
        match event {
            Event::SharingConsentRecorded { recipient, parts, expires_on, .. } => {
                let parts = parts.into_iter().collect();
                self.consents.insert(recipient, Consent { parts, expires_on });
            }
            Event::SharingConsentRevoked { recipient } => {
                self.consents.remove(&recipient);
            }
            // What was passed on bears on no rule.
            Event::PlanShared { .. } => {}
            Event::OutsideUpdateReceived { update, review_by, .. } => {
                self.updates.insert(update, waiting(review_by));
            }
            Event::OutsideUpdateReviewed { update, .. } => {
                if let Some(update) = self.updates.get_mut(&update) {
                    update.done = true;
                }
            }
            Event::ConsultRequested { consult, of, answer_by, .. } => {
                self.consults.insert(consult, Consult { of, answer: waiting(answer_by) });
            }
            Event::ConsultAnswered { consult, .. } => {
                if let Some(consult) = self.consults.get_mut(&consult) {
                    consult.answer.done = true;
                }
            }
            Event::CareConflictRaised { conflict, finding, resolve_by, .. } => {
                self.conflicts.insert(conflict, Conflict { finding, resolution: waiting(resolve_by) });
            }
            Event::CareConflictResolved { conflict, .. } => {
                if let Some(conflict) = self.conflicts.get_mut(&conflict) {
                    conflict.resolution.done = true;
                }
            }
            Event::ChangesAcknowledged { by, up_to } => {
                self.acknowledged.insert(by, up_to);
            }
        }
    }
}
