//! A program's question: what is due, for whom, until when?
//!
//! One row a client with everything that is open; a list of all and one for each program, sorted by deadline. It
//! holds no names, words or doses: kind, time and the name of a knowledge row are enough to hand out work.

mod read;
mod row;
#[cfg(test)]
mod tests;

use concord_domain::DomainEvent;
use concord_kernel::StreamKind;
use concord_projection::{Fact, Key, List, ListEntry, Sort, View, ViewError};

pub use read::{DueItem, OVERDUE_MOST, Overdue, Scope, client, overdue, page};
pub use row::Row;

use crate::DataClass;
use crate::parts::Agenda;

/// The view.
pub struct DueItems;

impl DueItems {
    /// What its rows hold.
    pub const CLASSES: &'static [DataClass] = &[
        DataClass::Medication,
        DataClass::SideEffect,
        DataClass::Diagnosis,
        DataClass::SubstanceUse,
        DataClass::Scale,
        DataClass::Schedule,
        DataClass::Goal,
        DataClass::Adherence,
        DataClass::Lab,
    ];
}

impl View for DueItems {
    const NAME: &'static str = "due_items";
    const VERSION: u32 = 11;
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
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        if Agenda::concerns(&fact.event) { vec![Key::patient(fact.patient)] } else { Vec::new() }
    }

    fn apply(row: &mut Option<Row>, _: &Key, fact: &Fact) -> Result<(), ViewError> {
        let row = row.get_or_insert_default();
        match &fact.event {
            DomainEvent::Episode(event) => row.stays.fold(fact, event),
            DomainEvent::Assessment(_)
            | DomainEvent::Chart(_)
            | DomainEvent::SideEffects(_)
            | DomainEvent::Scales(_)
            | DomainEvent::FollowUp(_)
            | DomainEvent::CareTeam(_)
            | DomainEvent::TreatmentPlan(_)
            | DomainEvent::Coordination(_)
            | DomainEvent::Adherence(_)
            | DomainEvent::Recovery(_)
            | DomainEvent::Prescription(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Access(_) => {}
        }
        row.agenda.fold(&row.stays, fact)
    }

    fn lists(_: &Key, row: &Row) -> Vec<ListEntry> {
        let lists: Vec<List> =
            std::iter::once(List::all()).chain(row.stays.programs().map(List::program)).collect();
        let mut entries = Vec::new();
        row.agenda.each(&row.stays, |open| {
            let (sort, item) = (Sort::new().earliest(open.at), open.item());
            let on = |list: &List| ListEntry { list: list.clone(), sort: sort.clone(), item: item.clone() };
            entries.extend(lists.iter().map(on));
        });
        entries
    }
}
