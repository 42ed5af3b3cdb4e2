//! A primary-care liaison's question: what does this patient take, from everybody, and what is planned?
//!
//! One row a patient; a list for each member of the care team outside the program, latest change first.

mod plan;
mod read;
mod row;
mod shared;
#[cfg(test)]
mod tests;

use concord_domain::DomainEvent;
use concord_domain::adherence::Event as AdherenceEvent;
use concord_domain::chart::Event as ChartEvent;
use concord_domain::coordination::Event as CoordinationEvent;
use concord_domain::episode::Event as EpisodeEvent;
use concord_domain::follow_up::Event as VisitEvent;
use concord_domain::treatment_plan::Event as PlanEvent;
use concord_kernel::{Role, StreamKind};
use concord_projection::{Fact, Key, List, ListEntry, Sort, View, ViewError};

#[cfg(test)]
pub(crate) use plan::plan as plan_of;
pub use read::{ReconciledLine, ReconciledList, line, list, page, patient};
pub use row::{LastChange, Row};
pub use shared::Shared;

use crate::DataClass;
use crate::parts::{AtPharmacy, Goals, Monitoring, concerns_chart};

/// Changes that an order keeps here: the last one is what a liaison is told.
const CHANGES_KEPT: usize = 1;

/// The view.
pub struct Reconciled;

impl Reconciled {
    /// What its rows hold.
    pub const CLASSES: &'static [DataClass] = &[
        DataClass::Identity,
        DataClass::Medication,
        DataClass::Diagnosis,
        DataClass::SubstanceUse,
        DataClass::Lab,
        DataClass::Schedule,
        DataClass::Goal,
        DataClass::Adherence,
    ];
}

impl View for Reconciled {
    const NAME: &'static str = "reconciled";
    const VERSION: u32 = 11;
    const KINDS: &'static [StreamKind] = &[
        StreamKind::Episode,
        StreamKind::MedicationChart,
        StreamKind::FollowUp,
        StreamKind::CareTeam,
        StreamKind::TreatmentPlan,
        StreamKind::Coordination,
        StreamKind::Adherence,
        StreamKind::Prescription,
        StreamKind::Scales,
        StreamKind::Ruleset,
    ];
    const FOLLOWS_RULES: bool = true;
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        let concerned = match &fact.event {
            DomainEvent::Episode(_) | DomainEvent::CareTeam(_) | DomainEvent::Coordination(_) => true,
            DomainEvent::Chart(event) => concerns_chart(event),
            DomainEvent::FollowUp(event) => concerns_plan(event),
            DomainEvent::TreatmentPlan(event) => Goals::concerns(event),
            DomainEvent::Adherence(event) => matches!(event, AdherenceEvent::AdherenceMeasured { .. }),
            // What is known of substance use leaves the program only with consent.
            DomainEvent::Prescription(event) => AtPharmacy::concerns(event),
            // That a form was filled in, and not what it says.
            DomainEvent::Scales(event) => Monitoring::concerns(event),
            DomainEvent::Assessment(_)
            | DomainEvent::SideEffects(_)
            | DomainEvent::Recovery(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_) => false,
        };
        if concerned { vec![Key::patient(fact.patient)] } else { Vec::new() }
    }

    fn apply(row: &mut Option<Row>, _: &Key, fact: &Fact) -> Result<(), ViewError> {
        let row = row.get_or_insert_default();
        row.news.fold(fact, &row.orders, &row.outside);
        match &fact.event {
            DomainEvent::Episode(event) => {
                row.identity.episode(event);
                row.stays.fold(fact, event);
                row.monitoring.fold_episode(event, &fact.rules);
                if matches!(event, EpisodeEvent::EpisodeClosed { .. }) {
                    row.next_visit_due_at = None;
                }
                row.changed(fact);
            }
            DomainEvent::Chart(event) => {
                row.identity.characteristics(event);
                row.orders.fold(fact, event, CHANGES_KEPT)?;
                row.outside.fold(fact, event)?;
                row.background.fold(event);
                row.monitoring.fold(event, &fact.rules);
                row.findings.fold(fact, event);
                if let ChartEvent::MedicationStopped { order, .. } = event {
                    row.pharmacy.ended(*order);
                }
                row.changed(fact);
            }
            DomainEvent::FollowUp(event) => row.visit(event),
            DomainEvent::CareTeam(event) => row.team.fold(event),
            DomainEvent::TreatmentPlan(event) => {
                if matches!(event, PlanEvent::PlanAgreed { .. }) {
                    row.changed(fact);
                }
            }
            DomainEvent::Coordination(event) => {
                row.contacts.fold(fact, event);
                // What somebody has seen is no news; neither is who may be told.
                if matches!(event, CoordinationEvent::CareConflictResolved { .. }) {
                    row.changed(fact);
                }
            }
            DomainEvent::Adherence(event) => row.adherence(event),
            DomainEvent::Prescription(event) => {
                row.pharmacy.fold(fact, event);
                row.changed(fact);
            }
            DomainEvent::Scales(event) => row.monitoring.fold_scales(event, &fact.rules),
            DomainEvent::Ruleset(_) => row.monitoring.follow(&fact.rules),
            DomainEvent::Assessment(_)
            | DomainEvent::SideEffects(_)
            | DomainEvent::Recovery(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_) => {}
        }
        row.plans.fold(&row.stays, fact);
        Ok(())
    }

    fn lists(_: &Key, row: &Row) -> Vec<ListEntry> {
        let Some(change) = &row.last_change else { return Vec::new() };
        let sort = Sort::new().latest(change.recorded_at);
        let outside = row.team.people(|role| matches!(role, Role::PrimaryCare | Role::OutsideProvider));
        outside.map(|person| ListEntry::whole(List::person(person), sort.clone())).collect()
    }
}

const fn concerns_plan(event: &VisitEvent) -> bool {
    match event {
        VisitEvent::VisitCompleted { next_due_at, .. } => next_due_at.is_some(),
        VisitEvent::CadenceChanged { .. } => true,
        VisitEvent::VisitScheduled { .. } | VisitEvent::VisitMissed { .. } => false,
    }
}
