//! A therapist's question: who of my clients is unstable, who takes part, who is at risk?
//!
//! One row a client, with goals, participation, doubts and changes of life. Medications appear with name, purpose and since when, never with doses. The list of each
//! therapist is sorted most unstable first; see [`row::Instability`].

mod read;
mod row;
#[cfg(test)]
mod tests;

use concord_domain::DomainEvent;
use concord_domain::episode::Event as EpisodeEvent;
use concord_kernel::{Role, StreamKind};
use concord_projection::{Fact, Key, List, ListEntry, View, ViewError};

pub use read::{CaseloadClient, CaseloadLine, client, page};
pub use row::{DueInjection, GOOD_ADHERENCE, Instability, MedicationLine, Row};

use crate::DataClass;
use crate::parts::Adherence;

/// The view.
pub struct Caseload;

impl Caseload {
    /// What its rows hold.
    pub const CLASSES: &'static [DataClass] = &[
        DataClass::Identity,
        DataClass::MedicationPurpose,
        DataClass::SideEffect,
        DataClass::Diagnosis,
        DataClass::SubstanceUse,
        DataClass::Scale,
        DataClass::Schedule,
        DataClass::Goal,
        DataClass::Adherence,
    ];
}

impl View for Caseload {
    const NAME: &'static str = "caseload";
    const VERSION: u32 = 9;
    const KINDS: &'static [StreamKind] = &[
        StreamKind::Episode,
        StreamKind::MedicationChart,
        StreamKind::SideEffects,
        StreamKind::Scales,
        StreamKind::FollowUp,
        StreamKind::CareTeam,
        StreamKind::TreatmentPlan,
        StreamKind::Adherence,
        StreamKind::Recovery,
    ];
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        let concerned = match &fact.event {
            DomainEvent::Episode(_)
            | DomainEvent::SideEffects(_)
            | DomainEvent::Scales(_)
            | DomainEvent::FollowUp(_)
            | DomainEvent::CareTeam(_)
            | DomainEvent::TreatmentPlan(_)
            | DomainEvent::Recovery(_) => true,
            DomainEvent::Chart(event) => row::concerns_therapy(event),
            DomainEvent::Adherence(event) => Adherence::concerns(event),
            DomainEvent::Assessment(_)
            | DomainEvent::Coordination(_)
            | DomainEvent::Prescription(_)
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
        match &fact.event {
            DomainEvent::Episode(event) => {
                row.identity.episode(event);
                row.stays.fold(fact, event);
                if matches!(event, EpisodeEvent::EpisodeClosed { .. }) {
                    row.visits.stay_closed();
                    row.adherence.outreach.stay_closed();
                }
            }
            DomainEvent::Chart(event) => row.medications(event)?,
            DomainEvent::SideEffects(event) => row.effects.fold(fact.recorded_at, event)?,
            DomainEvent::Scales(event) => {
                row.scores.fold(event);
                row.risks.fold(event);
            }
            DomainEvent::FollowUp(event) => {
                row.visits.fold(fact.recorded_at, event);
                row.adherence.outreach.visit(event);
            }
            DomainEvent::CareTeam(event) => row.team.fold(event),
            DomainEvent::Adherence(event) => row.adherence.fold(fact, event),
            DomainEvent::Recovery(event) => row.recovery.fold(fact, event),
            DomainEvent::Assessment(_)
            | DomainEvent::TreatmentPlan(_)
            | DomainEvent::Coordination(_)
            | DomainEvent::Prescription(_)
            | DomainEvent::Ruleset(_)
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
        if !row.stays.concerns_us() {
            return Vec::new();
        }
        let sort = row.instability().sort();
        let therapists = row.team.people(|role| role == Role::Therapist);
        therapists.map(|person| ListEntry::whole(List::person(person), sort.clone())).collect()
    }
}
