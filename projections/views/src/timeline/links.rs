//! What an event is about, and what it rests on: the one look that answers why something was changed.

use concord_domain::DomainEvent;
use concord_domain::adherence::Event as AdherenceEvent;
use concord_domain::chart::{Cause, Event as ChartEvent, MedicationRef, TitrationBasis};
use concord_domain::coordination::Event as CoordinationEvent;
use concord_domain::recovery::Event as RecoveryEvent;
use concord_domain::scales::Event as ScaleEvent;
use concord_domain::side_effects::Event as EffectEvent;
use concord_domain::treatment_plan::Event as PlanEvent;
use concord_kernel::{
    DrugScreenId, LifeChangeId, OrderId, OutsideMedicationId, ReportId, ScaleId, SubstanceUseId,
};
use concord_knowledge::{FindingKey, LabId};
use concord_projection::Fact;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What an entry is about, where it is about one thing that has a name elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Subject {
    /// An order.
    Order(OrderId),
    /// A medication from outside.
    Outside(OutsideMedicationId),
    /// A side effect.
    Report(ReportId),
    /// An administration of a scale.
    Score(ScaleId),
    /// A prescription, by its stream.
    Prescription(Uuid),
}

/// What an entry rests on or answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cite {
    /// A score.
    Score(ScaleId),
    /// A side effect.
    Report(ReportId),
    /// A level or other result: the latest before it.
    Result(LabId),
    /// What a rule found.
    Finding(FindingKey),
    /// An order.
    Order(OrderId),
    /// A change of life.
    LifeChange(LifeChangeId),
    /// A report of use.
    Use(SubstanceUseId),
    /// A drug screen.
    Screen(DrugScreenId),
}

impl Subject {
    pub(super) fn of(fact: &Fact) -> Option<Self> {
        match &fact.event {
            DomainEvent::Chart(event) => of_chart(event),
            DomainEvent::SideEffects(event) => Some(Self::Report(event_of(event))),
            DomainEvent::Scales(
                ScaleEvent::ScaleScored { id, .. }
                | ScaleEvent::RiskRaised { id, .. }
                | ScaleEvent::RiskResolved { id, .. }
                | ScaleEvent::ScoreWorsened { id, .. },
            ) => Some(Self::Score(*id)),
            DomainEvent::Prescription(_) => Some(Self::Prescription(fact.stream.id)),
            DomainEvent::Adherence(
                AdherenceEvent::DoseMissed { order, .. }
                | AdherenceEvent::MissedDosesReached { order, .. }
                | AdherenceEvent::MissedDosesDecided { order, .. },
            )
            | DomainEvent::Recovery(RecoveryEvent::DoseAdministered { order, .. }) => {
                Some(Self::Order(*order))
            }
            DomainEvent::Recovery(RecoveryEvent::OutsideMethadoneRecorded { medication, .. }) => {
                Some(Self::Outside(*medication))
            }
            DomainEvent::Episode(_)
            | DomainEvent::Assessment(_)
            | DomainEvent::FollowUp(_)
            | DomainEvent::CareTeam(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_)
            | DomainEvent::TreatmentPlan(_)
            | DomainEvent::Coordination(_)
            | DomainEvent::Adherence(_)
            | DomainEvent::Recovery(_) => None,
        }
    }
}

const fn event_of(event: &EffectEvent) -> ReportId {
    match event {
        EffectEvent::SideEffectReported { report, .. }
        | EffectEvent::SideEffectTriaged { report, .. }
        | EffectEvent::SideEffectActionDecided { report, .. }
        | EffectEvent::SideEffectResolved { report, .. }
        | EffectEvent::EscalationBreached { report, .. } => *report,
    }
}

const fn named(medication: MedicationRef) -> Subject {
    match medication {
        MedicationRef::Order(order) => Subject::Order(order),
        MedicationRef::Outside(medication) => Subject::Outside(medication),
    }
}

const fn of_chart(event: &ChartEvent) -> Option<Subject> {
    match event {
        ChartEvent::MedicationPrescribed { order, .. } => Some(Subject::Order(order.order)),
        ChartEvent::DoseAdjusted { order, .. }
        | ChartEvent::MedicationHeld { order, .. }
        | ChartEvent::MedicationResumed { order, .. }
        | ChartEvent::TaperPlanned { order, .. }
        | ChartEvent::TitrationPlanned { order, .. }
        | ChartEvent::TitrationStepTaken { order, .. }
        | ChartEvent::TitrationCancelled { order, .. }
        | ChartEvent::MedicationSwitched { from: order, .. }
        | ChartEvent::MedicationStopped { order, .. }
        | ChartEvent::MedicationRenewed { order, .. }
        | ChartEvent::OrderCorrected { order, .. }
        | ChartEvent::MonitoringWaived { order, .. }
        | ChartEvent::UseLimited { order, .. }
        | ChartEvent::SupplyAllotted { order, .. }
        | ChartEvent::LateInjectionDecided { order, .. }
        | ChartEvent::InjectionOverdue { order, .. }
        | ChartEvent::InjectionReviewed { order, .. } => Some(Subject::Order(*order)),
        ChartEvent::InjectionGiven(given) => Some(Subject::Order(given.order)),
        ChartEvent::ResponseAssessed(assessed) => Some(Subject::Order(assessed.order)),
        ChartEvent::OutsideMedicationRecorded { medication, .. }
        | ChartEvent::OutsideMedicationEnded { medication, .. } => Some(Subject::Outside(*medication)),
        ChartEvent::LastDoseRecorded { medication, .. }
        | ChartEvent::NeverTakenRecorded { medication, .. } => Some(named(*medication)),
        ChartEvent::CharacteristicsRecorded { .. }
        | ChartEvent::NoKnownAllergiesConfirmed
        | ChartEvent::AllergyRecorded { .. }
        | ChartEvent::AllergyRefuted { .. }
        | ChartEvent::ConditionRecorded { .. }
        | ChartEvent::ConditionResolved { .. }
        | ChartEvent::ResultRecorded { .. }
        | ChartEvent::CriticalResultFlagged { .. }
        | ChartEvent::CriticalResultBreached { .. }
        | ChartEvent::TolerabilityAttested { .. }
        | ChartEvent::ResultReviewed { .. }
        | ChartEvent::MedicationsReconciled { .. }
        | ChartEvent::PdmpChecked { .. }
        | ChartEvent::SafetyChecked { .. }
        | ChartEvent::InteractionDetected { .. }
        | ChartEvent::BoxedWarningAcknowledged { .. }
        | ChartEvent::InteractionOverridden { .. }
        | ChartEvent::OverrideCosigned { .. }
        | ChartEvent::InteractionResolved { .. } => None,
    }
}

impl Cite {
    /// What an event names as its reason. What names none rests on its words alone.
    pub(super) fn of(event: &DomainEvent) -> Vec<Self> {
        match event {
            DomainEvent::Chart(event) => Self::of_chart(event).into_iter().collect(),
            DomainEvent::SideEffects(event) => match event {
                EffectEvent::SideEffectReported { suspected, .. } => {
                    suspected.map(Self::Order).into_iter().collect()
                }
                EffectEvent::SideEffectActionDecided { report, decision, .. } => {
                    let carried_out = decision.order().map(Self::Order);
                    std::iter::once(Self::Report(*report)).chain(carried_out).collect()
                }
                EffectEvent::SideEffectTriaged { report, .. }
                | EffectEvent::SideEffectResolved { report, .. }
                | EffectEvent::EscalationBreached { report, .. } => vec![Self::Report(*report)],
            },
            DomainEvent::Scales(
                ScaleEvent::RiskRaised { id, .. }
                | ScaleEvent::RiskResolved { id, .. }
                | ScaleEvent::ScoreWorsened { id, .. },
            ) => {
                vec![Self::Score(*id)]
            }
            DomainEvent::TreatmentPlan(PlanEvent::MedicationReviewed { considered, .. }) => {
                considered.iter().copied().map(Self::LifeChange).collect()
            }
            DomainEvent::Recovery(RecoveryEvent::RelapseRecorded { uses, screens, .. }) => {
                let uses = uses.iter().copied().map(Self::Use);
                uses.chain(screens.iter().copied().map(Self::Screen)).collect()
            }
            DomainEvent::Coordination(CoordinationEvent::CareConflictRaised {
                finding: Some(finding),
                ..
            }) => vec![Self::Finding(finding.clone())],
            DomainEvent::Episode(_)
            | DomainEvent::Assessment(_)
            | DomainEvent::Scales(_)
            | DomainEvent::FollowUp(_)
            | DomainEvent::CareTeam(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_)
            | DomainEvent::Access(_)
            | DomainEvent::TreatmentPlan(_)
            | DomainEvent::Coordination(_)
            | DomainEvent::Adherence(_)
            | DomainEvent::Recovery(_)
            | DomainEvent::Prescription(_) => Vec::new(),
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "these name a reason; of the others, none is known")]
    fn of_chart(event: &ChartEvent) -> Option<Self> {
        match event {
            ChartEvent::DoseAdjusted { cause, .. } => match cause {
                Cause::Score(id) => Some(Self::Score(*id)),
                Cause::SideEffect(report) => Some(Self::Report(*report)),
                Cause::Result(lab) => Some(Self::Result(lab.clone())),
                Cause::Interaction(finding) => Some(Self::Finding(finding.clone())),
                Cause::PlannedTitration | Cause::PlannedTaper | Cause::PatientPreference => None,
            },
            ChartEvent::TitrationStepTaken { rests_on, .. } => match rests_on {
                TitrationBasis::Score(id) => Some(Self::Score(*id)),
                TitrationBasis::SideEffect(report) => Some(Self::Report(*report)),
                TitrationBasis::Result(lab) => Some(Self::Result(lab.clone())),
                TitrationBasis::WellTolerated => None,
            },
            ChartEvent::MedicationSwitched { to, .. } => Some(Self::Order(*to)),
            ChartEvent::CriticalResultFlagged { lab, .. }
            | ChartEvent::CriticalResultBreached { lab, .. }
            | ChartEvent::ResultReviewed { lab, .. } => Some(Self::Result(lab.clone())),
            ChartEvent::InteractionOverridden { finding, .. }
            | ChartEvent::OverrideCosigned { finding, .. }
            | ChartEvent::InteractionResolved { finding, .. } => Some(Self::Finding(finding.clone())),
            _ => None,
        }
    }
}
