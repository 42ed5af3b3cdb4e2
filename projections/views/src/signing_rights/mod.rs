//! An auditor's and a director's question: who may sign controlled prescriptions, and who let them?
//!
//! One row, which is nobody's record; on its list what waits to be confirmed comes first, then what is in force, then what
//! has ended, each the latest first.

mod read;
mod row;
#[cfg(test)]
mod tests;

use concord_domain::DomainEvent;
use concord_kernel::StreamKind;
use concord_projection::{Fact, Item, Key, List, ListEntry, Sort, View, ViewError};

pub use read::page;
pub use row::{Given, Revoked, Right, Row};

use crate::DataClass;

/// The view.
pub struct SigningRights;

impl SigningRights {
    /// What its rows hold: nothing of patients.
    pub const CLASSES: &'static [DataClass] = &[];
}

impl View for SigningRights {
    const NAME: &'static str = "signing_rights";
    const VERSION: u32 = 1;
    const KINDS: &'static [StreamKind] = &[StreamKind::SigningRights];
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        vec![Key::patient(fact.patient)]
    }

    fn apply(row: &mut Option<Row>, _: &Key, fact: &Fact) -> Result<(), ViewError> {
        let row = row.get_or_insert_default();
        if let DomainEvent::SigningRights(event) = &fact.event {
            row.fold(fact, event)?;
        }
        Ok(())
    }

    fn lists(_: &Key, row: &Row) -> Vec<ListEntry> {
        let entry = |right: &Right| {
            let rank = match (&right.revoked, &right.given) {
                (Some(_), _) => 2,
                (None, Some(_)) => 1,
                (None, None) => 0,
            };
            ListEntry {
                list: List::all(),
                sort: Sort::new().rank(rank).latest(right.proposed_at),
                item: Item::of(&[right.right.uuid().as_bytes()]),
            }
        };
        row.rights.iter().map(entry).collect()
    }
}
