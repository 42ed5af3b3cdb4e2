//! What safety rules found and nobody has settled.

use concord_domain::chart::{Event, OverrideReason};
use concord_kernel::{Instant, PersonId};
use concord_knowledge::{Action, FindingKey, RulesetVersion, Severity};
use concord_projection::Fact;
use serde::{Deserialize, Serialize};

/// Medications on the chart that collide.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenFinding {
    /// Which rule, about which substances.
    pub finding: FindingKey,
    /// How bad.
    pub severity: Severity,
    /// What must happen.
    pub action: Action,
    /// When it was found.
    pub detected_at: Instant,
    /// The rules that found it.
    pub ruleset: RulesetVersion,
}

/// An override that a second clinician has not agreed with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaitingOverride {
    /// The finding.
    pub finding: FindingKey,
    /// Why, coded.
    pub reason: OverrideReason,
    /// By whom; not the one who may co-sign.
    pub by: PersonId,
    /// When; the second clinician has a day from here.
    pub at: Instant,
}

/// What safety rules found and nobody has settled.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// Collisions without resolution, oldest first.
    pub open: Vec<OpenFinding>,
    /// Overrides without a second clinician, oldest first.
    pub waiting: Vec<WaitingOverride>,
}

impl Findings {
    pub(crate) fn fold(&mut self, fact: &Fact, event: &Event) {
        match event {
            Event::InteractionDetected { finding, severity, action, ruleset } => {
                self.open.retain(|known| known.finding != *finding);
                self.open.push(OpenFinding {
                    finding: finding.clone(),
                    severity: *severity,
                    action: *action,
                    detected_at: fact.recorded_at,
                    ruleset: ruleset.clone(),
                });
            }
            Event::InteractionOverridden { finding, reason, by, at, .. } => {
                self.waiting.retain(|known| known.finding != *finding);
                self.waiting.push(WaitingOverride {
                    finding: finding.clone(),
                    reason: *reason,
                    by: *by,
                    at: *at,
                });
            }
            Event::OverrideCosigned { finding, .. } => {
                self.waiting.retain(|known| known.finding != *finding);
            }
            Event::InteractionResolved { finding, .. } => {
                self.open.retain(|known| known.finding != *finding);
                self.waiting.retain(|known| known.finding != *finding);
            }
            Event::CharacteristicsRecorded { .. }
            | Event::NoKnownAllergiesConfirmed
            | Event::AllergyRecorded { .. }
            | Event::AllergyRefuted { .. }
            | Event::ConditionRecorded { .. }
            | Event::ConditionResolved { .. }
            | Event::ResultRecorded { .. }
            | Event::CriticalResultFlagged { .. }
            | Event::CriticalResultBreached { .. }
            | Event::ResultReviewed { .. }
            | Event::MonitoringWaived { .. }
            | Event::OutsideMedicationRecorded { .. }
            | Event::OutsideMedicationEnded { .. }
            | Event::LastDoseRecorded { .. }
            | Event::NeverTakenRecorded { .. }
            | Event::MedicationsReconciled { .. }
            | Event::SafetyChecked { .. }
            | Event::SupplyAllotted { .. }
            | Event::UseLimited { .. }
            | Event::InjectionGiven(_)
            | Event::LateInjectionDecided { .. }
            | Event::TolerabilityAttested { .. }
            | Event::InjectionOverdue { .. }
            | Event::InjectionReviewed { .. }
            | Event::ResponseAssessed(_)
            | Event::BoxedWarningAcknowledged { .. }
            | Event::PdmpChecked { .. }
            | Event::MedicationPrescribed { .. }
            | Event::DoseAdjusted { .. }
            | Event::MedicationHeld { .. }
            | Event::MedicationResumed { .. }
            | Event::TitrationPlanned { .. }
            | Event::TitrationStepTaken { .. }
            | Event::TitrationCancelled { .. }
            | Event::MedicationSwitched { .. }
            | Event::TaperPlanned { .. }
            | Event::MedicationStopped { .. }
            | Event::MedicationRenewed { .. }
            | Event::OrderCorrected { .. } => {}
        }
    }
}
