//! What coordination waits for, as an agenda needs to know it.

use concord_domain::coordination::Event;
use concord_kernel::{ConflictId, ConsultId, Instant, OutsideUpdateId, PersonId};
use serde::{Deserialize, Serialize};

use super::DueKind;
use super::due::Open;

/// Updates from outside that nobody has looked at, questions without answer, conflicts that nobody has settled. The rules
/// of coordination bound each list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Awaited {
    updates: Vec<(OutsideUpdateId, Instant)>,
    consults: Vec<(ConsultId, PersonId, Instant)>,
    conflicts: Vec<(ConflictId, Instant)>,
}

impl Awaited {
    pub(super) fn fold(&mut self, event: &Event) {
        match event {
            Event::OutsideUpdateReceived { update, review_by, .. } => {
                self.updates.push((*update, *review_by));
            }
            Event::OutsideUpdateReviewed { update, .. } => self.updates.retain(|known| known.0 != *update),
            Event::ConsultRequested { consult, of, answer_by, .. } => {
                self.consults.push((*consult, *of, *answer_by));
            }
            Event::ConsultAnswered { consult, .. } => self.consults.retain(|known| known.0 != *consult),
            Event::CareConflictRaised { conflict, resolve_by, .. } => {
                self.conflicts.push((*conflict, *resolve_by));
            }
            Event::CareConflictResolved { conflict, .. } => {
                self.conflicts.retain(|known| known.0 != *conflict);
            }
            Event::SharingConsentRecorded { .. }
            | Event::SharingConsentRevoked { .. }
            | Event::PlanShared { .. }
            | Event::ChangesAcknowledged { .. } => {}
        }
    }

    /// Shows everything that is due. What from outside and what stands against each other may concern safety, so it is
    /// due without an open stay as well.
    pub(super) fn each<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        for (update, review_by) in &self.updates {
            show(Open::about(DueKind::OutsideUpdate, *review_by, update.uuid(), None));
        }
        for (consult, of, answer_by) in &self.consults {
            show(Open::asked(*answer_by, *consult, *of));
        }
        for (conflict, resolve_by) in &self.conflicts {
            show(Open::about(DueKind::CareConflict, *resolve_by, conflict.uuid(), None));
        }
    }
}
