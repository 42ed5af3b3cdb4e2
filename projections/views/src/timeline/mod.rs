//! An auditor's and a clinician's question about one client: what was true when, who said so, what did it rest on, and
//! does it still stand?
//!
//! The [`Course`](crate::Course) answers another one: what was recorded, in the order of recording, for the chart that is
//! drawn of doses, PHQ-9 and side effects. Both take what an event says from one register, the
//! [entries of the course](crate::course::Entry); this view adds what the course leaves out (corrections, consents,
//! transmissions, allergies), and orders by the time when it was true, so that what was written down late stands where it
//! belongs. Beside what happened, an entry names its kind, the classes of data that it shows, what it is about and what it
//! cites.
//!
//! Rows are written once and never again. An entry is a row under patient, time and position. What entries need of others
//! is a row of its own under the patient and its position ([`About`]): which drug an order is of, what a cited score
//! was, and that something was put right. A reader joins them, so a correction touches no row and hides nothing: the entry
//! stays and says how it was corrected.

mod about;
mod class;
mod entry;
mod kind;
mod links;
mod more;
mod read;
#[cfg(test)]
mod tests;

use concord_kernel::{PatientId, StreamKind};
use concord_projection::{Fact, Key, ListEntry, View, ViewError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

pub use about::{About, Correction, CorrectionKind, Of};
pub use entry::{Entry, What};
pub use kind::Kind;
pub use links::{Cite, Subject};
pub use more::More;
pub use read::{Asked, Cited, TimelineEntry, page};

use crate::DataClass;

/// The view.
pub struct Timeline;

impl Timeline {
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

/// What a row is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Row {
    /// An entry of the time axis.
    Entry(Box<Entry>),
    /// What entries need of others.
    About(Box<About>),
}

/// Names the rows about a patient that are no entries. A name of its own, so that they are read without the entries.
fn about(patient: PatientId) -> PatientId {
    PatientId::new(Uuid::new_v5(&patient.uuid(), b"timeline"))
}

impl View for Timeline {
    const NAME: &'static str = "timeline";
    const VERSION: u32 = 1;
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

    fn rows_of(patient: PatientId) -> Vec<PatientId> {
        vec![patient, about(patient)]
    }

    fn touches(fact: &Fact) -> Vec<Key> {
        let mut keys = Vec::new();
        if Entry::is_made_of(&fact.event) {
            keys.push(Key::moment(fact.patient, entry::true_at(fact), fact.position));
        }
        if About::is_told_by(&fact.event) {
            keys.push(Key::entry(about(fact.patient), fact.position));
        }
        keys
    }

    fn apply(row: &mut Option<Row>, key: &Key, fact: &Fact) -> Result<(), ViewError> {
        *row = if key.is_moment() {
            Entry::of(fact).map(|entry| Row::Entry(Box::new(entry)))
        } else {
            About::of(fact).map(|about| Row::About(Box::new(about)))
        };
        Ok(())
    }

    fn lists(_: &Key, _: &Row) -> Vec<ListEntry> {
        Vec::new()
    }
}
