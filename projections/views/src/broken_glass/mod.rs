//! A privacy officer's and a care team's question: who broke the glass, and is it reviewed?
//!
//! One row a patient; on the list of everything and on that of each member of the care team one entry for each time, what
//! waits for a review first, by the day until which it is due.

mod read;
mod row;
#[cfg(test)]
mod tests;

use concord_domain::DomainEvent;
use concord_kernel::{Instant, StreamKind};
use concord_projection::{Fact, Item, Key, List, ListEntry, Sort, View, ViewError};

pub use read::{BrokenGlassItem, page};
pub use row::{Broken, Review, Row};

use crate::DataClass;

/// The view.
pub struct BrokenGlass;

impl BrokenGlass {
    /// What its rows hold: names of the care team, and reasons, which may say anything about why somebody was in need.
    pub const CLASSES: &'static [DataClass] = &[DataClass::Identity, DataClass::Schedule];
}

impl View for BrokenGlass {
    const NAME: &'static str = "broken_glass";
    const VERSION: u32 = 1;
    const KINDS: &'static [StreamKind] = &[StreamKind::CareTeam, StreamKind::Access];
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        vec![Key::patient(fact.patient)]
    }

    fn apply(row: &mut Option<Row>, _: &Key, fact: &Fact) -> Result<(), ViewError> {
        let row = row.get_or_insert_with(|| Row::new(fact.patient));
        match &fact.event {
            DomainEvent::CareTeam(event) => row.team.fold(event),
            DomainEvent::Access(event) => row.fold(fact, event)?,
            DomainEvent::Episode(_)
            | DomainEvent::Assessment(_)
            | DomainEvent::Chart(_)
            | DomainEvent::SideEffects(_)
            | DomainEvent::Scales(_)
            | DomainEvent::FollowUp(_)
            | DomainEvent::TreatmentPlan(_)
            | DomainEvent::Coordination(_)
            | DomainEvent::Adherence(_)
            | DomainEvent::Recovery(_)
            | DomainEvent::Prescription(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_) => {}
        }
        Ok(())
    }

    fn lists(_: &Key, row: &Row) -> Vec<ListEntry> {
        let mut entries = Vec::new();
        for broken in &row.broken {
            let reviewed = u8::from(broken.review.is_some());
            let sort = Sort::new().rank(reviewed).earliest(Instant::start_of(broken.review_by));
            let item = Item::of(&[broken.glass.uuid().as_bytes()]);
            let members = row.team.iter().map(|member| List::person(member.person));
            entries.extend(std::iter::once(List::all()).chain(members).map(|list| ListEntry {
                list,
                sort: sort.clone(),
                item: item.clone(),
            }));
        }
        entries
    }
}
