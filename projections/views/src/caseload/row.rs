//! What a therapist's view knows of a client.

use concord_domain::chart::Event;
use concord_domain::scales::RiskLevel;
use concord_domain::side_effects::Grade;
use concord_kernel::{Day, Instant, OrderId};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{ConditionId, DrugId};
use concord_projection::{Sort, ViewError};
use serde::{Deserialize, Serialize};

use crate::parts::{Effects, Identity, Plans, Risks, Scores, Stays, Team, Therapy, TrendDirection, Visits};

/// A medication as therapy needs to know it: no dose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MedicationLine {
    /// The order.
    pub order: OrderId,
    /// The formulary row.
    pub drug: DrugId,
    /// What it is for.
    pub indication: ConditionId,
    /// The day it started.
    pub since: Day,
    /// Whether it is interrupted.
    pub held: bool,
    /// Whether it is being taken less and less.
    pub tapering: bool,
    /// When its dose last changed; how much is no concern of therapy, that it changed is.
    pub changed_at: Option<Instant>,
}

/// One client.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Who.
    pub identity: Identity,
    /// Where they stand.
    pub stays: Stays,
    /// Who cares for them.
    pub team: Team,
    /// How their scores run.
    pub scores: Scores,
    /// Risks that are open.
    pub risks: Risks,
    /// Side effects that are open.
    pub effects: Effects,
    /// Whether they take part.
    pub visits: Visits,
    /// What they take, in the order of prescribing.
    pub medications: Vec<MedicationLine>,
    /// What was planned and agreed, and how they take part in it.
    pub plans: Plans<Therapy>,
}

/// Whether the caseload changes with an event of the chart.
pub(super) fn concerns_therapy(event: &Event) -> bool {
    match event {
        Event::MedicationPrescribed { .. }
        | Event::DoseAdjusted { .. }
        | Event::MedicationHeld { .. }
        | Event::MedicationResumed { .. }
        | Event::TaperPlanned { .. }
        | Event::MedicationStopped { .. }
        | Event::OrderCorrected { .. } => true,
        Event::CharacteristicsRecorded { .. }
        | Event::NoKnownAllergiesConfirmed
        | Event::AllergyRecorded { .. }
        | Event::AllergyRefuted { .. }
        | Event::ConditionRecorded { .. }
        | Event::ConditionResolved { .. }
        | Event::ResultRecorded { .. }
        | Event::OutsideMedicationRecorded { .. }
        | Event::OutsideMedicationEnded { .. }
        | Event::LastDoseRecorded { .. }
        | Event::MedicationsReconciled { .. }
        | Event::SafetyChecked { .. }
        | Event::InteractionDetected { .. }
        | Event::BoxedWarningAcknowledged { .. }
        | Event::PdmpChecked { .. }
        | Event::InteractionOverridden { .. }
        | Event::OverrideCosigned { .. }
        | Event::InteractionResolved { .. }
        | Event::MedicationRenewed { .. } => false,
    }
}

impl Row {
    fn line(&mut self, order: OrderId) -> Result<&mut MedicationLine, ViewError> {
        self.medications.iter_mut().find(|line| line.order == order).ok_or(ViewError::Unknown("order"))
    }

    pub(super) fn medications(&mut self, event: &Event) -> Result<(), ViewError> {
        use concord_domain::chart::{Cause, Correction};
        match event {
            Event::MedicationPrescribed { order, .. } => self.medications.push(MedicationLine {
                order: order.order,
                drug: order.drug.clone(),
                indication: order.indication.clone(),
                since: order.start_on,
                held: false,
                tapering: false,
                changed_at: None,
            }),
            Event::DoseAdjusted { order, cause, at, .. } => {
                let line = self.line(*order)?;
                line.changed_at = Some(*at);
                line.tapering &= *cause == Cause::PlannedTaper;
            }
            Event::MedicationHeld { order, .. } => self.line(*order)?.held = true,
            Event::MedicationResumed { order, .. } => self.line(*order)?.held = false,
            Event::TaperPlanned { order, .. } => self.line(*order)?.tapering = true,
            Event::MedicationStopped { order, .. } => {
                self.line(*order)?;
                self.medications.retain(|line| line.order != *order);
            }
            Event::OrderCorrected { order, correction, .. } => match correction {
                Correction::StartOn(day) => self.line(*order)?.since = *day,
                Correction::Supply(_) | Correction::Reason(_) => {}
            },
            Event::CharacteristicsRecorded { .. }
            | Event::NoKnownAllergiesConfirmed
            | Event::AllergyRecorded { .. }
            | Event::AllergyRefuted { .. }
            | Event::ConditionRecorded { .. }
            | Event::ConditionResolved { .. }
            | Event::ResultRecorded { .. }
            | Event::OutsideMedicationRecorded { .. }
            | Event::OutsideMedicationEnded { .. }
            | Event::LastDoseRecorded { .. }
            | Event::MedicationsReconciled { .. }
            | Event::SafetyChecked { .. }
            | Event::InteractionDetected { .. }
            | Event::BoxedWarningAcknowledged { .. }
            | Event::PdmpChecked { .. }
            | Event::InteractionOverridden { .. }
            | Event::OverrideCosigned { .. }
            | Event::InteractionResolved { .. }
            | Event::MedicationRenewed { .. } => {}
        }
        Ok(())
    }

    /// How unstable the client is.
    pub fn instability(&self) -> Instability {
        let symptoms = |scale| self.scores.of(scale).map_or(0, |trend| trend.last);
        let worse = self.scores.iter().filter(|trend| trend.direction() == TrendDirection::Worse).count();
        Instability {
            risk: self.risks.worst(),
            side_effect: self.effects.worst().filter(|grade| *grade >= Grade::Moderate),
            missed_in_a_row: self.visits.missed_in_a_row,
            scales_worse: u32::try_from(worse).unwrap_or(u32::MAX),
            poor_adherence: self.visits.adherence_percent.is_some_and(|percent| percent < GOOD_ADHERENCE),
            symptoms: u32::from(symptoms(ScaleKind::Phq9)) + u32::from(symptoms(ScaleKind::Gad7)),
        }
    }
}

/// Percent of doses from which adherence counts as good. Source: PQA/CMS proportion of days covered.
pub const GOOD_ADHERENCE: u8 = 80;

/// How unstable a client is; compared field by field in this order, the first difference decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instability {
    /// The most urgent open risk; higher is more unstable.
    pub risk: Option<RiskLevel>,
    /// The worst open side effect of grade moderate or more.
    pub side_effect: Option<Grade>,
    /// Medication visits missed in a row.
    pub missed_in_a_row: u32,
    /// How many scales are meaningfully worse than at baseline.
    pub scales_worse: u32,
    /// Adherence below [`GOOD_ADHERENCE`].
    pub poor_adherence: bool,
    /// Latest PHQ-9 and GAD-7 together.
    pub symptoms: u32,
}

impl Instability {
    /// The place in a list: most unstable first.
    pub(super) fn sort(&self) -> Sort {
        let risk = match self.risk {
            Some(RiskLevel::High) => 0,
            Some(RiskLevel::Moderate) => 1,
            Some(RiskLevel::Low) => 2,
            None => 3,
        };
        let side_effect = match self.side_effect {
            Some(Grade::Fatal) => 0,
            Some(Grade::LifeThreatening) => 1,
            Some(Grade::Severe) => 2,
            Some(Grade::Moderate) => 3,
            Some(Grade::Mild) => 4,
            None => 5,
        };
        Sort::new()
            .rank(risk)
            .rank(side_effect)
            .most(self.missed_in_a_row)
            .most(self.scales_worse)
            .rank(u8::from(!self.poor_adherence))
            .most(self.symptoms)
    }
}
