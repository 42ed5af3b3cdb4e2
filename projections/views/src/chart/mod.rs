//! A prescriber's question about one client: what do they take, why, and what stands against it?
//!
//! One row a client; no list. The worklist leads here.

mod read;
mod row;

use concord_domain::DomainEvent;
use concord_domain::adherence::Event as AdherenceEvent;
use concord_domain::scales::Event as ScaleEvent;
use concord_kernel::StreamKind;
use concord_projection::{Fact, Key, ListEntry, View, ViewError};

pub use read::client;
pub use row::{Row, WatchedDose};

use crate::DataClass;
use crate::parts::{Injections, Trials, concerns_chart};

/// Changes that an order keeps here; older ones are in the course.
const CHANGES_KEPT: usize = 6;

/// The view.
pub struct Chart;

impl Chart {
    /// What its rows hold.
    pub const CLASSES: &'static [DataClass] = &[
        DataClass::Identity,
        DataClass::Medication,
        DataClass::SideEffect,
        DataClass::Diagnosis,
        DataClass::SubstanceUse,
        DataClass::Lab,
        DataClass::Schedule,
        DataClass::Scale,
        DataClass::Adherence,
    ];
}

impl View for Chart {
    const NAME: &'static str = "chart";
    const VERSION: u32 = 10;
    const KINDS: &'static [StreamKind] = &[
        StreamKind::Episode,
        StreamKind::Assessment,
        StreamKind::MedicationChart,
        StreamKind::SideEffects,
        StreamKind::Recovery,
        StreamKind::Prescription,
        StreamKind::Scales,
        StreamKind::Adherence,
        StreamKind::Ruleset,
    ];
    const FOLLOWS_RULES: bool = true;
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        match &fact.event {
            DomainEvent::Episode(_)
            | DomainEvent::Assessment(_)
            | DomainEvent::SideEffects(_)
            | DomainEvent::Prescription(_)
            | DomainEvent::Recovery(_) => vec![Key::patient(fact.patient)],
            DomainEvent::Chart(event)
                if concerns_chart(event) || Injections::concerns(event) || Trials::concerns(event) =>
            {
                vec![Key::patient(fact.patient)]
            }
            DomainEvent::Scales(ScaleEvent::ScaleScored { .. })
            | DomainEvent::Adherence(AdherenceEvent::AdherenceMeasured { .. }) => {
                vec![Key::patient(fact.patient)]
            }
            DomainEvent::Chart(_)
            | DomainEvent::Scales(_)
            | DomainEvent::FollowUp(_)
            | DomainEvent::CareTeam(_)
            | DomainEvent::TreatmentPlan(_)
            | DomainEvent::Coordination(_)
            | DomainEvent::Adherence(_)
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
        let row = row.get_or_insert_default();
        match &fact.event {
            DomainEvent::Episode(event) => {
                row.identity.episode(event);
                row.stays.fold(fact, event);
            }
            DomainEvent::Assessment(event) => row.indications.fold(fact, event),
            DomainEvent::Chart(event) => {
                row.identity.characteristics(event);
                row.orders.fold(fact, event, CHANGES_KEPT)?;
                row.outside.fold(fact, event)?;
                row.background.fold(event);
                row.findings.fold(fact, event);
                row.injections.fold(event);
                row.trials.fold_chart(event, fact.rules.now());
            }
            DomainEvent::SideEffects(event) => row.effects.fold(fact.recorded_at, event)?,
            DomainEvent::Recovery(event) => row.recover(fact, event),
            DomainEvent::Ruleset(_) => row.trials.follow(fact.rules.now()),
            DomainEvent::Prescription(event) => row.prescriptions.fold(fact, event),
            DomainEvent::Scales(event) => row.trials.fold_scales(event, fact.rules.now()),
            DomainEvent::Adherence(event) => row.trials.fold_adherence(event, fact.rules.now()),
            DomainEvent::FollowUp(_)
            | DomainEvent::CareTeam(_)
            | DomainEvent::TreatmentPlan(_)
            | DomainEvent::Coordination(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_) => {}
        }
        Ok(())
    }

    fn lists(_: &Key, _: &Row) -> Vec<ListEntry> {
        Vec::new()
    }
}
