//! Allergies, conditions and results.

use concord_domain::chart::Event;
use concord_kernel::{Day, Instant, Text};
use concord_knowledge::safety::{ReactionKind, ReactionSeverity};
use concord_knowledge::{ConditionId, IngredientId, LabId};
use serde::{Deserialize, Serialize};

/// What is known of allergies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AllergyList {
    /// Nobody has asked yet.
    #[default]
    Unknown,
    /// Asked; there are none.
    NoneKnown,
    /// Asked; these. Empty once every one was refuted.
    Known(Vec<AllergyLine>),
}

/// An allergy or intolerance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AllergyLine {
    /// To what, in words.
    pub substance: Text,
    /// To which substance that rules know.
    pub ingredient: Option<IngredientId>,
    /// What happened.
    pub reaction: Option<Text>,
    /// How bad it was.
    pub severity: ReactionSeverity,
    /// What kind of reaction.
    pub kind: ReactionKind,
}

/// An active condition.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ConditionLine {
    /// Which, in words.
    pub name: Text,
    /// Which row of the condition table.
    pub condition: Option<ConditionId>,
    /// Since when.
    pub onset_on: Option<Day>,
}

/// The latest result of one kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResultLine {
    /// What was measured.
    pub lab: LabId,
    /// The value, in the unit of the knowledge table.
    pub value: f64,
    /// When the sample was taken.
    pub taken_at: Instant,
}

/// What else is known of a patient's body.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Background {
    /// Allergies.
    pub allergies: AllergyList,
    /// Active conditions, in the order of recording.
    pub conditions: Vec<ConditionLine>,
    /// The latest result of each kind, by its name.
    pub results: Vec<ResultLine>,
}

/// Whether an event of the chart changes what a chart says. Doses taken, checks run and warnings explained do not: they
/// are facts that commands ask for.
pub(crate) const fn concerns_chart(event: &Event) -> bool {
    match event {
        Event::LastDoseRecorded { .. }
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
        | Event::PdmpChecked { .. } => false,
        Event::CharacteristicsRecorded { .. }
        | Event::NeverTakenRecorded { .. }
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
        | Event::MedicationsReconciled { .. }
        | Event::InteractionDetected { .. }
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
        | Event::OrderCorrected { .. } => true,
    }
}

/// Whether two texts name the same thing: case and spacing do not count, as in the chart's own rules.
fn same_words(one: &Text, other: &Text) -> bool {
    fn words(text: &Text) -> impl Iterator<Item = String> + '_ {
        text.expose().split_whitespace().map(str::to_lowercase)
    }
    words(one).eq(words(other))
}

impl Background {
    pub(crate) fn fold(&mut self, event: &Event) {
        match event {
            Event::NoKnownAllergiesConfirmed => self.allergies = AllergyList::NoneKnown,
            Event::AllergyRecorded { substance, ingredient, reaction, severity, kind, .. } => {
                self.allergies.record(AllergyLine {
                    substance: substance.clone(),
                    ingredient: ingredient.clone(),
                    reaction: reaction.clone(),
                    severity: *severity,
                    kind: *kind,
                });
            }
            Event::AllergyRefuted { substance, .. } => {
                if let AllergyList::Known(known) = &mut self.allergies {
                    known.retain(|line| !same_words(&line.substance, substance));
                }
            }
            Event::ConditionRecorded { name, condition, onset_on, .. } => {
                self.conditions.retain(|known| !same_words(&known.name, name));
                let (condition, onset_on) = (condition.clone(), *onset_on);
                self.conditions.push(ConditionLine { name: name.clone(), condition, onset_on });
            }
            Event::ConditionResolved { name, .. } => {
                self.conditions.retain(|known| !same_words(&known.name, name));
            }
            Event::ResultRecorded { lab, value, taken_at, .. } => {
                self.measured(ResultLine { lab: lab.clone(), value: *value, taken_at: *taken_at });
            }
            Event::CharacteristicsRecorded { .. }
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
    }

    fn measured(&mut self, line: ResultLine) {
        match self.results.binary_search_by(|known| known.lab.cmp(&line.lab)) {
            Ok(at) if self.results[at].taken_at <= line.taken_at => self.results[at] = line,
            // A result that came late is history, not news.
            Ok(_) => {}
            Err(at) => self.results.insert(at, line),
        }
    }
}

impl AllergyList {
    fn record(&mut self, line: AllergyLine) {
        if !matches!(self, Self::Known(_)) {
            *self = Self::Known(Vec::new());
        }
        if let Self::Known(known) = self {
            known.retain(|k| k.ingredient != line.ingredient || !same_words(&k.substance, &line.substance));
            known.push(line);
        }
    }
}
