//! Everybody's question about one client: what happened, when, and what followed?
//!
//! One row for each event that a reader of the course wants to see, written once and never again, in the order of
//! recording. Doses, scores, side effects, therapy and changes of life of one client lie on one time axis.

mod adherence;
mod chart;
mod coordination;
mod effect;
mod entry;
mod injection;
mod made;
mod pharmacy;
mod plan;
mod read;
mod recovery;
mod row;
mod service;
#[cfg(test)]
mod tests;

use concord_kernel::StreamKind;
use concord_projection::{Fact, Key, ListEntry, View, ViewError};

pub use entry::Entry;
pub use injection::InjectionEntry;
pub use read::{CourseEntry, page};
pub use recovery::RecoveryEntry;
pub use row::Row;
pub(crate) use row::clinical_time;
pub use service::ServiceEntry;

use crate::DataClass;

/// The view.
pub struct Course;

impl Course {
    /// What its rows hold.
    pub const CLASSES: &'static [DataClass] = &[
        DataClass::Medication,
        DataClass::SideEffect,
        DataClass::Diagnosis,
        DataClass::SubstanceUse,
        DataClass::Scale,
        DataClass::Lab,
        DataClass::Schedule,
        DataClass::Goal,
        DataClass::Adherence,
    ];
}

impl View for Course {
    const NAME: &'static str = "course";
    const VERSION: u32 = 9;
    const KINDS: &'static [StreamKind] = &[
        StreamKind::Episode,
        StreamKind::Assessment,
        StreamKind::MedicationChart,
        StreamKind::SideEffects,
        StreamKind::Scales,
        StreamKind::FollowUp,
        StreamKind::TreatmentPlan,
        StreamKind::Coordination,
        StreamKind::Adherence,
        StreamKind::Recovery,
        StreamKind::Prescription,
    ];
    const INSERT_ONLY: bool = true;
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        if Entry::is_made_of(&fact.event) {
            vec![Key::entry(fact.patient, fact.position)]
        } else {
            Vec::new()
        }
    }

    fn apply(row: &mut Option<Row>, _: &Key, fact: &Fact) -> Result<(), ViewError> {
        *row = Row::of(fact);
        Ok(())
    }

    fn lists(_: &Key, _: &Row) -> Vec<ListEntry> {
        Vec::new()
    }
}
