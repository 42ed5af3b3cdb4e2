//! Entries that events of the chart make.

use concord_domain::chart::Event;

use super::{Entry, ServiceEntry};

impl Entry {
    pub(super) fn of_chart(event: &Event) -> Option<Self> {
        let entry = match event {
            Event::MedicationPrescribed { .. }
            | Event::DoseAdjusted { .. }
            | Event::MedicationHeld { .. }
            | Event::MedicationResumed { .. }
            | Event::TaperPlanned { .. }
            | Event::TitrationPlanned { .. }
            | Event::TitrationStepTaken { .. }
            | Event::TitrationCancelled { .. }
            | Event::MedicationSwitched { .. }
            | Event::MedicationStopped { .. }
            | Event::MedicationRenewed { .. } => return Self::of_order(event),
            Event::OutsideMedicationRecorded { medication, reported, .. } => {
                Self::OutsideRecorded { medication: *medication, name: reported.name.clone() }
            }
            Event::OutsideMedicationEnded { medication, reason, .. } => {
                Self::OutsideEnded { medication: *medication, why: reason.clone() }
            }
            Event::NeverTakenRecorded { medication, reason } => {
                Self::NeverTaken { medication: *medication, why: reason.clone() }
            }
            Event::MedicationsReconciled { .. } => Self::Reconciled,
            Event::InteractionDetected { finding, severity, .. } => {
                Self::InteractionFound { finding: finding.clone(), severity: *severity }
            }
            Event::InteractionOverridden { finding, .. } => {
                Self::InteractionOverridden { finding: finding.clone() }
            }
            Event::OverrideCosigned { finding, .. } => Self::OverrideCosigned { finding: finding.clone() },
            Event::InteractionResolved { finding, resolution, .. } => {
                Self::InteractionResolved { finding: finding.clone(), resolution: resolution.clone() }
            }
            Event::ResultRecorded { lab, value, .. } => Self::Result { lab: lab.clone(), value: *value },
            Event::CriticalResultFlagged { lab, value, .. } => {
                Self::CriticalResult { lab: lab.clone(), value: *value }
            }
            Event::CriticalResultBreached { lab, .. } => {
                Self::Service(ServiceEntry::ResultBreached { lab: lab.clone() })
            }
            Event::ResultReviewed { lab, action, .. } => {
                Self::ResultReviewed { lab: lab.clone(), action: action.clone() }
            }
            Event::MonitoringWaived { order, test, reason, .. } => {
                Self::TestWaived { order: *order, test: test.clone(), why: reason.clone() }
            }
            Event::PdmpChecked { check, .. } => {
                Self::PdmpChecked { state: check.state, result: check.result }
            }
            Event::InjectionGiven(_)
            | Event::LateInjectionDecided { .. }
            | Event::TolerabilityAttested { .. }
            | Event::InjectionOverdue { .. }
            | Event::InjectionReviewed { .. }
            | Event::ResponseAssessed(_) => return Self::of_injection(event),
            Event::CharacteristicsRecorded { .. }
            | Event::NoKnownAllergiesConfirmed
            | Event::AllergyRecorded { .. }
            | Event::AllergyRefuted { .. }
            | Event::ConditionRecorded { .. }
            | Event::ConditionResolved { .. }
            | Event::LastDoseRecorded { .. }
            | Event::SafetyChecked { .. }
            | Event::SupplyAllotted { .. }
            | Event::UseLimited { .. }
            | Event::BoxedWarningAcknowledged { .. }
            | Event::OrderCorrected { .. } => return None,
        };
        Some(entry)
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`of_chart` hands over the events of an order only, without wildcard"
    )]
    fn of_order(event: &Event) -> Option<Self> {
        let entry = match event {
            Event::MedicationPrescribed { order, .. } => Self::Started {
                order: order.order,
                drug: order.drug.clone(),
                indication: order.indication.clone(),
                regimen: Some(order.regimen),
                why: order.reason.clone(),
            },
            Event::DoseAdjusted { order, from, to, cause, note, .. } => Self::Adjusted {
                order: *order,
                from: Some(*from),
                to: Some(*to),
                cause: cause.clone(),
                why: note.clone(),
            },
            Event::MedicationHeld { order, reason, .. } => Self::Held { order: *order, why: reason.clone() },
            Event::MedicationResumed { order, .. } => Self::TakenUp { order: *order },
            Event::TaperPlanned { order, reason, .. } => {
                Self::TaperPlanned { order: *order, why: reason.clone() }
            }
            Event::TitrationPlanned { order, reason, .. } => {
                Self::TitrationPlanned { order: *order, why: reason.clone() }
            }
            Event::TitrationStepTaken { order, from, to, rests_on, note, .. } => Self::StepTaken {
                order: *order,
                from: *from,
                to: *to,
                rests_on: rests_on.clone(),
                why: note.clone(),
            },
            Event::TitrationCancelled { order, reason } => {
                Self::TitrationCancelled { order: *order, why: reason.clone() }
            }
            Event::MedicationSwitched { from, to, overlap_until, reason, .. } => {
                Self::Switched { order: *from, to: *to, overlap_until: *overlap_until, why: reason.clone() }
            }
            Event::MedicationStopped { order, reason, .. } => {
                Self::Stopped { order: *order, reason: *reason }
            }
            Event::MedicationRenewed { order, .. } => Self::Renewed { order: *order },
            _ => return None,
        };
        Some(entry)
    }
}
