//! The timekeeper's question: which deadline passes next without anybody having done what it asks for?
//!
//! One row a client with what the service itself must record when time runs out; a list of all, earliest first. A
//! deadline leaves the list with the event that answers it: what was asked was done, or that it was not is on record.
//! What is due for people is another question ([`crate::DueItems`]); nothing here needs a person.

mod injection;
mod read;
mod row;
#[cfg(test)]
mod tests;

use concord_domain::DomainEvent;
use concord_kernel::StreamKind;
use concord_projection::{Fact, Item, Key, List, ListEntry, Sort, View, ViewError};

pub use read::{Ring, Timer, due};
pub use row::Row;

use crate::DataClass;
use crate::parts::Injections;

/// The view.
pub struct Timers;

impl Timers {
    /// What its rows hold.
    pub const CLASSES: &'static [DataClass] = &[DataClass::SideEffect, DataClass::Medication];
}

impl View for Timers {
    const NAME: &'static str = "timers";
    const VERSION: u32 = 2;
    const KINDS: &'static [StreamKind] = &[StreamKind::SideEffects, StreamKind::MedicationChart];
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        let injection = matches!(&fact.event, DomainEvent::Chart(event) if Injections::concerns(event));
        let timed = injection || matches!(fact.event, DomainEvent::SideEffects(_));
        if timed { vec![Key::patient(fact.patient)] } else { Vec::new() }
    }

    fn apply(row: &mut Option<Row>, _: &Key, fact: &Fact) -> Result<(), ViewError> {
        let mut waiting = row.take().unwrap_or_default();
        if let DomainEvent::SideEffects(event) = &fact.event {
            waiting.side_effect(event);
        }
        if let DomainEvent::Chart(event) = &fact.event {
            waiting.injections.fold(event);
        }
        // A client for whom nothing runs has no row.
        *row = (!waiting.is_empty()).then_some(waiting);
        Ok(())
    }

    fn lists(_: &Key, row: &Row) -> Vec<ListEntry> {
        let entry = |(report, at): (concord_kernel::ReportId, _)| ListEntry {
            list: List::all(),
            sort: Sort::new().earliest(at),
            item: Item::of(&[report.uuid().as_bytes()]),
        };
        row.decisions().map(entry).chain(injection::entries(row)).collect()
    }
}
