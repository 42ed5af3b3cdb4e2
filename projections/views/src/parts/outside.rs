//! What is taken from outside the program.

use concord_domain::chart::{Event, InformationSource, ReconcileAction};
use concord_kernel::{Day, Instant, OutsideMedicationId, Text};
use concord_knowledge::{IngredientId, Regimen};
use concord_projection::{Fact, ViewError};
use serde::{Deserialize, Serialize};

/// A medication from outside the program that is being taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutsideLine {
    /// The entry.
    pub medication: OutsideMedicationId,
    /// Its name in the words of the source.
    pub name: Text,
    /// How much, if known.
    pub regimen: Option<Regimen>,
    /// Who prescribed it, if known.
    pub prescriber: Option<Text>,
    /// Since when, if known.
    pub started_on: Option<Day>,
    /// Who told us.
    pub source: InformationSource,
    /// The substances it was recognised as holding.
    pub ingredients: Vec<IngredientId>,
    /// Whether all of it was recognised.
    pub complete: bool,
    /// When it became known.
    pub recorded_at: Instant,
    /// What the last reconciliation decided about it.
    pub reconciled: Option<ReconcileAction>,
}

/// What is taken from outside the program, and whether it was compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Outside {
    /// What is taken, in the order in which it became known.
    pub taken: Vec<OutsideLine>,
    /// When it was last compared with what the patient takes.
    pub reconciled_at: Option<Instant>,
    /// Since when something is new and not compared.
    pub unreconciled_since: Option<Instant>,
}

impl Outside {
    #[expect(clippy::too_many_lines, reason = "a table: one line an event")]
    pub(crate) fn fold(&mut self, fact: &Fact, event: &Event) -> Result<(), ViewError> {
        match event {
            Event::OutsideMedicationRecorded { medication, reported, ingredients, complete, .. } => {
                self.taken.push(OutsideLine {
                    medication: *medication,
                    name: reported.name.clone(),
                    regimen: reported.regimen,
                    prescriber: reported.prescriber.clone(),
                    started_on: reported.started_on,
                    source: reported.source,
                    ingredients: ingredients.clone(),
                    complete: *complete,
                    recorded_at: fact.recorded_at,
                    reconciled: None,
                });
                self.unreconciled_since = self.unreconciled_since.or(Some(fact.recorded_at));
            }
            Event::OutsideMedicationEnded { medication, .. } => {
                let before = self.taken.len();
                self.taken.retain(|known| known.medication != *medication);
                if self.taken.len() == before {
                    return Err(ViewError::Unknown("outside medication"));
                }
            }
            Event::MedicationsReconciled { entries, .. } => {
                for entry in entries {
                    let line = self.taken.iter_mut().find(|known| known.medication == entry.medication);
                    if let Some(line) = line {
                        line.reconciled = Some(entry.action);
                    }
                }
                self.reconciled_at = Some(fact.effective_at);
                self.unreconciled_since = None;
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
            | Event::LastDoseRecorded { .. }
            | Event::NeverTakenRecorded { .. }
            | Event::SafetyChecked { .. }
            | Event::SupplyAllotted { .. }
            | Event::UseLimited { .. }
            | Event::InteractionDetected { .. }
            | Event::InjectionGiven(_)
            | Event::LateInjectionDecided { .. }
            | Event::TolerabilityAttested { .. }
            | Event::InjectionOverdue { .. }
            | Event::InjectionReviewed { .. }
            | Event::ResponseAssessed(_)
            | Event::BoxedWarningAcknowledged { .. }
            | Event::PdmpChecked { .. }
            | Event::InteractionOverridden { .. }
            | Event::OverrideCosigned { .. }
            | Event::InteractionResolved { .. }
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
        Ok(())
    }
}
