//! A prescriber's question: what must I do, and until when? And a program's: what is due, for whom? See [`due`].
//!
//! One row a client with everything that is open. One list a person: first what cannot wait, then the rest, each sorted by
//! deadline, so that a hundred routine items that are overdue hide nobody in danger. It has one entry for each thing that is due: every prescriber of the care team has all of a client's entries; pharmacists and nurses have
//! those that wait for them, see [`DueKind::concerns`](crate::parts::DueKind::concerns). The same entries are on a list
//! of all and on one for each program, by deadline alone: what is overdue is counted there. Both questions are asked of the same rows, because what is open is most of what
//! an event costs here: folded twice, it was a seventh of all views.

pub mod due;
mod read;
mod row;
#[cfg(test)]
mod tests;

use concord_domain::DomainEvent;
use concord_kernel::StreamKind;
use concord_projection::{Fact, Key, List, ListEntry, Sort, View, ViewError};

pub use read::{WorklistItem, client, page};
pub use row::Row;

use crate::DataClass;
use crate::parts::Agenda;

/// The view.
pub struct Worklist;

impl Worklist {
    /// What its rows hold.
    pub const CLASSES: &'static [DataClass] = &[
        DataClass::Identity,
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

impl View for Worklist {
    const NAME: &'static str = "worklist";
    const VERSION: u32 = 13;
    const KINDS: &'static [StreamKind] = &StreamKind::ALL;
    const FOLLOWS_RULES: bool = true;
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        let joins = matches!(fact.event, DomainEvent::CareTeam(_));
        if joins || Agenda::concerns(&fact.event) { vec![Key::patient(fact.patient)] } else { Vec::new() }
    }

    fn apply(row: &mut Option<Row>, _: &Key, fact: &Fact) -> Result<(), ViewError> {
        let row = row.get_or_insert_default();
        match &fact.event {
            DomainEvent::Episode(event) => {
                row.identity.episode(event);
                row.stays.fold(fact, event);
            }
            DomainEvent::CareTeam(event) => row.team.fold(event),
            DomainEvent::Assessment(_)
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
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_) => {}
        }
        row.agenda.fold(&row.stays, fact)
    }

    fn lists(_: &Key, row: &Row) -> Vec<ListEntry> {
        let programs: Vec<List> =
            std::iter::once(List::all()).chain(row.stays.programs().map(List::program)).collect();
        let mut entries = Vec::new();
        row.agenda.each(&row.stays, |open| {
            let item = open.item();
            let by_deadline = Sort::new().earliest(open.at);
            let by_danger = Sort::new().rank(u8::from(!open.kind.cannot_wait())).earliest(open.at);
            let on = |list, sort: &Sort| ListEntry { list, sort: sort.clone(), item: item.clone() };
            entries.extend(programs.iter().cloned().map(|list| on(list, &by_deadline)));
            let concerned = row.team.iter().filter(|member| open.concerns(member.person, member.role));
            entries.extend(concerned.map(|member| on(List::person(member.person), &by_danger)));
        });
        entries
    }
}
