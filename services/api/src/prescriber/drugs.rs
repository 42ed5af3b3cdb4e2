//! Which drug an order of a course is of.

use std::collections::HashMap;

use concord_domain::chart::MedicationRef;
use concord_kernel::{OrderId, PatientId};
use concord_knowledge::DrugId;
use concord_projection::{Order, Reader};
use concord_views::course::{self, CourseEntry, Entry, RecoveryEntry};

use crate::Failure;
use crate::limits::PAGE_MOST;

/// The drugs of orders, as far as they are known.
#[derive(Default)]
pub(super) struct Drugs(HashMap<OrderId, DrugId>);

impl Drugs {
    /// Those of every order that `entries` speak about. The prescription alone names the drug, and it may lie before
    /// the page that `entries` are: then the course is read from its beginning up to the page.
    pub(super) async fn of(
        reader: &Reader,
        patient: PatientId,
        entries: &[CourseEntry],
    ) -> Result<Self, Failure> {
        let mut drugs = Self::default();
        drugs.learn(entries);
        let begins = entries.first().map_or(0, |entry| entry.position);
        let mut after = None;
        while entries.iter().any(|entry| drugs.lacks(entry)) {
            let earlier = course::page(reader, patient, Order::Ascending, after.as_ref(), PAGE_MOST).await?;
            drugs.learn(&earlier.items);
            after = earlier.next;
            if after.is_none() || earlier.items.last().is_none_or(|entry| entry.position >= begins) {
                break;
            }
        }
        Ok(drugs)
    }

    pub(super) fn get(&self, order: OrderId) -> Option<&DrugId> {
        self.0.get(&order)
    }

    fn learn(&mut self, entries: &[CourseEntry]) {
        for entry in entries {
            if let Entry::Started { order, drug, .. } = &entry.row.entry {
                self.0.insert(*order, drug.clone());
            }
        }
    }

    fn lacks(&self, entry: &CourseEntry) -> bool {
        order_of(&entry.row.entry).is_some_and(|order| !self.0.contains_key(&order))
    }
}

/// The order that an entry is about.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not about an order has none, whatever else it is"
)]
pub(super) const fn order_of(entry: &Entry) -> Option<OrderId> {
    match entry {
        Entry::Started { order, .. }
        | Entry::Adjusted { order, .. }
        | Entry::Held { order, .. }
        | Entry::TakenUp { order, .. }
        | Entry::TaperPlanned { order, .. }
        | Entry::TitrationPlanned { order, .. }
        | Entry::StepTaken { order, .. }
        | Entry::TitrationCancelled { order, .. }
        | Entry::Switched { order, .. }
        | Entry::Stopped { order, .. }
        | Entry::NeverTaken { medication: MedicationRef::Order(order), .. }
        | Entry::Renewed { order, .. }
        | Entry::PrescriptionSigned { order }
        | Entry::TransmissionFailed { order, .. }
        | Entry::PrescriptionCancelled { order, .. }
        | Entry::CancellationDenied { order, .. }
        | Entry::Filled { order, .. }
        | Entry::DoseMissed { order, .. }
        | Entry::MissedTooLong { order, .. }
        | Entry::MissedDecided { order, .. }
        | Entry::TestWaived { order, .. }
        | Entry::Recovery(RecoveryEntry::DoseGiven { order, .. }) => Some(*order),
        Entry::Injection(entry) => entry.order(),
        _ => None,
    }
}
