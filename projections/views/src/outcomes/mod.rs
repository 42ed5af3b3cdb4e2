//! A program director's question: how do our clients fare?
//!
//! One row a client, with a summary of each of their stays; a list for each program, those in a stay first, then by when
//! the last one ended, so that a period reads only those who were there in it. A row keeps no words and no names: the
//! times of a stay, the latest answer to a scale, and of each month sums of what happened. Numbers are added up when
//! somebody asks, over rows read in one look, so that every number of one answer is of one moment.
//!
//! An event of a client is counted in every stay of theirs that was open on its day; one on a day without a stay is
//! nobody's. Months are of the UTC calendar.

mod measure;
mod month;
mod read;
mod row;
mod stay;
mod sum;
mod tally;
#[cfg(test)]
mod tests;

use concord_domain::adherence::Event as AdherenceEvent;
use concord_domain::chart::Event as ChartEvent;
use concord_domain::episode::Event as EpisodeEvent;
use concord_domain::recovery::Event as RecoveryEvent;
use concord_domain::scales::Event as ScaleEvent;
use concord_domain::treatment_plan::Event as PlanEvent;
use concord_domain::{DomainEvent, assessment};
use concord_kernel::StreamKind;
use concord_knowledge::scale::ScaleKind;
use concord_projection::{Fact, Key, List, ListEntry, Sort, View, ViewError};

pub use measure::{Count, Mean, Median, SMALL, Share};
pub use month::{Month, NotAMonth, Period, PeriodError};
pub use read::{CLIENTS_MOST, of_program};
pub use row::Row;
pub use stay::{Scored, Stay};
pub use sum::{AdherenceSum, DecisionSum, Outcomes, Retained, ScaleSum, TherapySum};
pub use tally::Tally;

use crate::DataClass;

/// The view.
pub struct ProgramOutcomes;

impl ProgramOutcomes {
    /// What its rows hold.
    pub const CLASSES: &'static [DataClass] = &[
        DataClass::Schedule,
        DataClass::Scale,
        DataClass::SideEffect,
        DataClass::SubstanceUse,
        DataClass::Goal,
        DataClass::Adherence,
    ];
}

impl View for ProgramOutcomes {
    const NAME: &'static str = "outcomes";
    const VERSION: u32 = 1;
    const KINDS: &'static [StreamKind] = &[
        StreamKind::Episode,
        StreamKind::Assessment,
        StreamKind::MedicationChart,
        StreamKind::SideEffects,
        StreamKind::Scales,
        StreamKind::TreatmentPlan,
        StreamKind::Adherence,
        StreamKind::Recovery,
    ];
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        if counts(&fact.event) { vec![Key::patient(fact.patient)] } else { Vec::new() }
    }

    fn apply(row: &mut Option<Row>, _: &Key, fact: &Fact) -> Result<(), ViewError> {
        row.get_or_insert_default().fold(fact)
    }

    fn lists(_: &Key, row: &Row) -> Vec<ListEntry> {
        row.programs().map(|(program, left)| ListEntry::whole(List::program(program), place(left))).collect()
    }
}

/// Where a client stands on a program's list: `left` is when their last stay ended, absent while one is open.
fn place(left: Option<concord_kernel::Instant>) -> Sort {
    left.map_or_else(|| Sort::new().rank(0), |left| Sort::new().rank(1).latest(left))
}

/// Whether an event is counted anywhere. What is not makes no row be read.
const fn counts(event: &DomainEvent) -> bool {
    match event {
        DomainEvent::Episode(event) => matches!(
            event,
            EpisodeEvent::PatientReferred { .. }
                | EpisodeEvent::EpisodeOpened { .. }
                | EpisodeEvent::EpisodeClosed { .. }
        ),
        DomainEvent::Assessment(event) => matches!(event, assessment::Event::AssessmentCompleted),
        DomainEvent::Chart(event) => matches!(event, ChartEvent::MedicationsReconciled { .. }),
        DomainEvent::SideEffects(_) => true,
        DomainEvent::Scales(event) => matches!(
            event,
            ScaleEvent::ScaleScored { scale: ScaleKind::Phq9 | ScaleKind::Gad7, total: Some(_), .. }
        ),
        DomainEvent::TreatmentPlan(event) => {
            matches!(event, PlanEvent::TherapyParticipationRecorded { .. })
        }
        DomainEvent::Adherence(event) => matches!(event, AdherenceEvent::AdherenceMeasured { .. }),
        DomainEvent::Recovery(event) => {
            matches!(event, RecoveryEvent::RelapseRecorded { .. } | RecoveryEvent::OverdoseReported { .. })
        }
        DomainEvent::FollowUp(_)
        | DomainEvent::CareTeam(_)
        | DomainEvent::Ruleset(_)
        | DomainEvent::SigningRights(_)
        | DomainEvent::Audit(_)
        | DomainEvent::Consent(_)
        | DomainEvent::Feed(_)
        | DomainEvent::Inbox(_)
        | DomainEvent::Access(_)
        | DomainEvent::Coordination(_)
        | DomainEvent::Prescription(_) => false,
    }
}
