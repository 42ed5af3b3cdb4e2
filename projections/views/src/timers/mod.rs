//! The timekeeper's question: what has the service itself to do next, and when?
//!
//! One row a client with what the service records, sends or starts when a time has come; a list of all, earliest first.
//! An entry leaves the list with the event that answers it: what was asked was done, or that it was not is on record.
//! What is due for people is another question ([`crate::worklist::due`]); nothing here needs a person.
//!
//! Each kind of ring is a variant of [`Ring`] and a file that folds what it waits for.

mod bridging;
mod injection;
mod outreach;
mod read;
mod reminders;
mod results;
mod reviews;
mod ring;
mod row;
mod side_effects;
#[cfg(test)]
mod tests;

use concord_domain::DomainEvent;
use concord_domain::chart::Event as ChartEvent;
use concord_domain::follow_up::Event as VisitEvent;
use concord_domain::scales::Event as ScaleEvent;
use concord_domain::treatment_plan::Event as PlanEvent;
use concord_kernel::StreamKind;
use concord_projection::{Fact, Key, List, ListEntry, Sort, View, ViewError};

pub use read::{Due, due};
pub use reminders::Sending;
pub use ring::{Ring, Timer};
pub use row::Row;

use crate::DataClass;

/// The view.
pub struct Timers;

impl Timers {
    /// What its rows hold.
    pub const CLASSES: &'static [DataClass] = &[
        DataClass::SideEffect,
        DataClass::Lab,
        DataClass::Scale,
        DataClass::Schedule,
        DataClass::Goal,
        DataClass::Adherence,
        DataClass::Medication,
    ];
}

impl View for Timers {
    const NAME: &'static str = "timers";
    const VERSION: u32 = 4;
    const KINDS: &'static [StreamKind] = &[
        StreamKind::Episode,
        StreamKind::MedicationChart,
        StreamKind::SideEffects,
        StreamKind::Scales,
        StreamKind::FollowUp,
        StreamKind::TreatmentPlan,
        StreamKind::Adherence,
    ];
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        if is_timed(&fact.event) { vec![Key::patient(fact.patient)] } else { Vec::new() }
    }

    fn apply(row: &mut Option<Row>, _: &Key, fact: &Fact) -> Result<(), ViewError> {
        let mut waiting = row.take().unwrap_or_default();
        waiting.fold(fact);
        // A client of whom nobody knows where they stand, and for whom nothing runs, has no row.
        *row = (!waiting.is_empty()).then_some(waiting);
        Ok(())
    }

    fn lists(_: &Key, row: &Row) -> Vec<ListEntry> {
        let mut entries = Vec::new();
        row.each(|at, ring| {
            let sort = Sort::new().earliest(at);
            entries.push(ListEntry { list: List::all(), sort, item: ring.item() });
        });
        entries
    }
}

/// Whether an event may start or end a ring. Doses, scores and results come often, and few of them do.
const fn is_timed(event: &DomainEvent) -> bool {
    match event {
        DomainEvent::Episode(_) | DomainEvent::SideEffects(_) => true,
        DomainEvent::Chart(event) => {
            let result = matches!(
                event,
                ChartEvent::CriticalResultFlagged { .. }
                    | ChartEvent::CriticalResultBreached { .. }
                    | ChartEvent::ResultReviewed { .. }
            );
            result || crate::parts::Injections::concerns(event)
        }
        DomainEvent::Scales(event) => matches!(event, ScaleEvent::ScoreWorsened { .. }),
        DomainEvent::FollowUp(event) => {
            matches!(event, VisitEvent::VisitMissed { .. } | VisitEvent::VisitCompleted { .. })
        }
        DomainEvent::TreatmentPlan(event) => {
            matches!(event, PlanEvent::ReviewOpened { .. } | PlanEvent::MedicationReviewed { .. })
        }
        DomainEvent::Adherence(event) => {
            reminders::Reminders::concerns(event) || crate::parts::Outreach::concerns(event)
        }
        DomainEvent::Assessment(_)
        | DomainEvent::CareTeam(_)
        | DomainEvent::Ruleset(_)
        | DomainEvent::SigningRights(_)
        | DomainEvent::Audit(_)
        | DomainEvent::Consent(_)
        | DomainEvent::Feed(_)
        | DomainEvent::Inbox(_)
        | DomainEvent::Access(_)
        | DomainEvent::Coordination(_)
        | DomainEvent::Recovery(_)
        | DomainEvent::Prescription(_) => false,
    }
}
