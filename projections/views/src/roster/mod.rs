//! A program's question: who is with us, and where does each of them stand?
//!
//! One row for each patient and program; a list for each program, those in a stay first, then those who wait, then
//! those who left; within that, who has stood there longest comes first.

mod read;
mod row;
#[cfg(test)]
mod tests;

use concord_domain::DomainEvent;
use concord_domain::episode::Stage;
use concord_domain::recovery::Event;
use concord_kernel::{StreamKind, StreamRef};
use concord_projection::{Fact, Key, List, ListEntry, Sort, View, ViewError};

pub use read::{RosterLine, page, stay};
pub use row::{PastStay, Retention, Row};

use crate::DataClass;

/// The view.
pub struct Roster;

impl Roster {
    /// What its rows hold.
    pub const CLASSES: &'static [DataClass] = &[DataClass::Identity, DataClass::Schedule];
}

impl View for Roster {
    const NAME: &'static str = "roster";
    const VERSION: u32 = 5;
    const KINDS: &'static [StreamKind] = &[StreamKind::Episode, StreamKind::Recovery];
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        match &fact.event {
            DomainEvent::Episode(_) => vec![Key::stream(fact.patient, fact.stream)],
            DomainEvent::Recovery(Event::RetentionMeasured { episode, .. }) => {
                vec![Key::stream(fact.patient, StreamRef::episode(fact.patient, &episode.program))]
            }
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
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_) => Vec::new(),
        }
    }

    fn apply(row: &mut Option<Row>, _: &Key, fact: &Fact) -> Result<(), ViewError> {
        match &fact.event {
            DomainEvent::Episode(event) => {
                row.get_or_insert_with(|| Row::new(fact)).fold(fact, event);
                Ok(())
            }
            DomainEvent::Recovery(event) => {
                row.as_mut().ok_or(ViewError::Unknown("stay"))?.measured(event);
                Ok(())
            }
            DomainEvent::Assessment(_)
            | DomainEvent::Chart(_)
            | DomainEvent::SideEffects(_)
            | DomainEvent::Scales(_)
            | DomainEvent::FollowUp(_)
            | DomainEvent::CareTeam(_)
            | DomainEvent::TreatmentPlan(_)
            | DomainEvent::Coordination(_)
            | DomainEvent::Adherence(_)
            | DomainEvent::Prescription(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_) => Ok(()),
        }
    }

    fn lists(_: &Key, row: &Row) -> Vec<ListEntry> {
        let sort = Sort::new().rank(rank(row.stay.stage)).earliest(row.stay.since);
        let program = row.stay.program.iter();
        program.map(|program| ListEntry::whole(List::program(program), sort.clone())).collect()
    }
}

/// The rank of the first of those who have gone.
const GONE: u8 = 5;

/// Where somebody stands on the list: those in a stay, those who wait, those who have gone.
const fn rank(stage: Stage) -> u8 {
    match stage {
        Stage::Open(_) => 0,
        Stage::Paused(_) => 1,
        Stage::Candidate => 2,
        Stage::Waitlisted => 3,
        Stage::Referred => 4,
        Stage::Closed => GONE,
        Stage::NotACandidate => 6,
        Stage::Unknown => 7,
    }
}
