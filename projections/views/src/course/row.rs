//! Entries of a course.

use concord_domain::DomainEvent;
use concord_domain::adherence::Event as AdherenceEvent;
use concord_domain::chart::Event as ChartEvent;
use concord_domain::episode::Event as EpisodeEvent;
use concord_domain::follow_up::Event as VisitEvent;
use concord_domain::recovery::Event as RecoveryEvent;
use concord_domain::scales::Event as ScaleEvent;
use concord_domain::treatment_plan::Event as PlanEvent;
use concord_kernel::{Instant, PersonId, Role};
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

use super::Entry;

/// One entry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// When it happened clinically; the axis of a chart.
    pub at: Instant,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Who recorded it.
    pub by: PersonId,
    /// In which role.
    pub role: Role,
    /// What happened.
    pub entry: Entry,
}

impl Row {
    /// The entry that a fact makes, if it makes one.
    pub(crate) fn of(fact: &Fact) -> Option<Self> {
        let entry = Entry::of(&fact.event)?;
        let at = clinical_time(&fact.event).unwrap_or(fact.effective_at);
        Some(Self { at, recorded_at: fact.recorded_at, by: fact.actor.id, role: fact.actor.role, entry })
    }
}

/// When it happened, where the event itself says so.
pub(crate) const fn clinical_time(event: &DomainEvent) -> Option<Instant> {
    match event {
        DomainEvent::Scales(ScaleEvent::ScaleScored { taken_at, .. })
        | DomainEvent::Chart(ChartEvent::ResultRecorded { taken_at, .. }) => Some(*taken_at),
        DomainEvent::Episode(EpisodeEvent::EpisodeOpened { admitted_at, .. }) => Some(*admitted_at),
        DomainEvent::FollowUp(VisitEvent::VisitCompleted { at, .. })
        | DomainEvent::Chart(
            ChartEvent::MedicationPrescribed { at, .. }
            | ChartEvent::DoseAdjusted { at, .. }
            | ChartEvent::TitrationStepTaken { at, .. }
            | ChartEvent::MedicationSwitched { at, .. }
            | ChartEvent::MedicationHeld { at, .. }
            | ChartEvent::MedicationResumed { at, .. }
            | ChartEvent::MedicationStopped { at, .. }
            | ChartEvent::MedicationRenewed { at, .. },
        ) => Some(*at),
        DomainEvent::Chart(ChartEvent::InjectionGiven(given)) => Some(given.at),
        DomainEvent::TreatmentPlan(PlanEvent::TherapyParticipationRecorded { held_at, .. }) => Some(*held_at),
        DomainEvent::Adherence(AdherenceEvent::DoseMissed { due_at, .. }) => Some(*due_at),
        DomainEvent::Recovery(event) => recovered_at(event),
        DomainEvent::Episode(_)
        | DomainEvent::Assessment(_)
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
        | DomainEvent::Access(_) => None,
    }
}

const fn recovered_at(event: &RecoveryEvent) -> Option<Instant> {
    match event {
        RecoveryEvent::DoseAdministered { given_at: at, .. }
        | RecoveryEvent::SubstanceUseReported { used_at: at, .. }
        | RecoveryEvent::DrugScreenResulted { collected_at: at, .. }
        | RecoveryEvent::OverdoseReported { at, .. }
        | RecoveryEvent::NaloxoneChallenged { at, .. }
        | RecoveryEvent::OutsideMethadoneRecorded { given_at: at, .. } => Some(*at),
        RecoveryEvent::InductionStarted { .. }
        | RecoveryEvent::FirstDoseCleared { .. }
        | RecoveryEvent::InductionCompleted { .. }
        | RecoveryEvent::InductionAbandoned { .. }
        | RecoveryEvent::RelapseRecorded { .. }
        | RecoveryEvent::RelapseReviewed { .. }
        | RecoveryEvent::OverdoseReviewed { .. }
        | RecoveryEvent::NaloxoneProvided { .. }
        | RecoveryEvent::NaloxoneDeclined { .. }
        | RecoveryEvent::RetentionMeasured { .. } => None,
    }
}
