//! What a therapist's view knows of a client.

use concord_domain::chart::{Cause, Correction, Event};
use concord_domain::scales::RiskLevel;
use concord_domain::side_effects::Grade;
use concord_kernel::{Day, Instant, OrderId};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{ConditionId, DrugId, Milligrams, Ruleset};
use concord_projection::{Sort, ViewError};
use serde::{Deserialize, Serialize};

use crate::parts::{
    Adherence, Effects, Identity, Plans, Recovery, Risks, Scores, Stays, Team, Therapy, TrendDirection,
    Visits,
};

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
    /// How many agreed steps up are still to come.
    pub steps_to_come: usize,
    /// The order that takes its place, if one does.
    pub gives_way_to: Option<OrderId>,
    /// When its dose last changed; how much is no concern of therapy, that it changed is.
    pub changed_at: Option<Instant>,
    /// For what is injected for weeks: when the next injection is due.
    pub injection: Option<DueInjection>,
}

/// When an injection is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DueInjection {
    /// The day.
    pub on: Day,
    /// Whether it is on record that its last day has passed.
    pub overdue: bool,
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
    /// How they take what is ordered.
    pub adherence: Adherence,
    /// How recovery goes.
    pub recovery: Recovery,
}

/// Whether the caseload changes with an event of the chart.
pub(super) fn concerns_therapy(event: &Event) -> bool {
    match event {
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
        | Event::OrderCorrected { .. }
        | Event::InjectionGiven(_)
        | Event::InjectionOverdue { .. } => true,
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
        | Event::InteractionDetected { .. }
        | Event::LateInjectionDecided { .. }
        | Event::TolerabilityAttested { .. }
        | Event::InjectionReviewed { .. }
        | Event::ResponseAssessed(_)
        | Event::BoxedWarningAcknowledged { .. }
        | Event::PdmpChecked { .. }
        | Event::InteractionOverridden { .. }
        | Event::OverrideCosigned { .. }
        | Event::InteractionResolved { .. }
        | Event::MedicationRenewed { .. } => false,
    }
}

impl MedicationLine {
    /// Takes in an event about its order.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "`Row::medications` hands over the events of an order only, without wildcard"
    )]
    fn turn(&mut self, event: &Event) {
        match event {
            Event::DoseAdjusted { from, to, cause, at, .. } => {
                self.changed_at = Some(*at);
                self.tapering &= *cause == Cause::PlannedTaper;
                let planned = *cause == Cause::PlannedTitration;
                self.steps_to_come = if planned { self.steps_to_come.saturating_sub(1) } else { 0 };
                if to.route != from.route || to.rise_from(from) != Milligrams::ZERO {
                    self.gives_way_to = None;
                }
            }
            Event::TitrationStepTaken { at, .. } => {
                self.changed_at = Some(*at);
                (self.tapering, self.gives_way_to) = (false, None);
                self.steps_to_come = self.steps_to_come.saturating_sub(1);
            }
            Event::TitrationPlanned { steps, .. } => {
                (self.steps_to_come, self.tapering) = (steps.len(), false);
            }
            Event::TitrationCancelled { .. } => self.steps_to_come = 0,
            Event::TaperPlanned { .. } => (self.tapering, self.steps_to_come) = (true, 0),
            Event::MedicationSwitched { to, .. } => (self.steps_to_come, self.gives_way_to) = (0, Some(*to)),
            // An interruption ends a titration.
            Event::MedicationHeld { .. } => (self.held, self.steps_to_come) = (true, 0),
            Event::MedicationResumed { .. } => self.held = false,
            Event::OrderCorrected { correction: Correction::StartOn(day), .. } => self.since = *day,
            Event::InjectionGiven(given) => {
                self.injection = Some(DueInjection { on: given.next.on, overdue: false });
            }
            Event::InjectionOverdue { due_on, .. } => {
                self.injection = Some(DueInjection { on: *due_on, overdue: true });
            }
            _ => {}
        }
    }
}

impl Row {
    fn line(&mut self, order: OrderId) -> Result<&mut MedicationLine, ViewError> {
        self.medications.iter_mut().find(|line| line.order == order).ok_or(ViewError::Unknown("order"))
    }

    pub(super) fn medications(&mut self, event: &Event) -> Result<(), ViewError> {
        match event {
            Event::MedicationPrescribed { order, .. } => self.medications.push(MedicationLine {
                order: order.order,
                drug: order.drug.clone(),
                indication: order.indication.clone(),
                since: order.start_on,
                held: false,
                tapering: false,
                steps_to_come: 0,
                gives_way_to: None,
                changed_at: None,
                injection: Ruleset::embedded()
                    .injection(&order.drug, &order.regimen)
                    .map(|_| DueInjection { on: order.start_on, overdue: false }),
            }),
            Event::DoseAdjusted { order, .. }
            | Event::MedicationHeld { order, .. }
            | Event::MedicationResumed { order, .. }
            | Event::TaperPlanned { order, .. }
            | Event::TitrationPlanned { order, .. }
            | Event::TitrationStepTaken { order, .. }
            | Event::TitrationCancelled { order, .. }
            | Event::MedicationSwitched { from: order, .. }
            | Event::InjectionOverdue { order, .. }
            | Event::OrderCorrected { order, .. } => self.line(*order)?.turn(event),
            Event::InjectionGiven(given) => self.line(given.order)?.turn(event),
            Event::MedicationStopped { order, .. } => {
                self.line(*order)?;
                self.medications.retain(|line| line.order != *order);
                for line in &mut self.medications {
                    line.gives_way_to = line.gives_way_to.filter(|to| to != order);
                }
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
            | Event::InteractionDetected { .. }
            | Event::LateInjectionDecided { .. }
            | Event::TolerabilityAttested { .. }
            | Event::InjectionReviewed { .. }
            | Event::ResponseAssessed(_)
            | Event::BoxedWarningAcknowledged { .. }
            | Event::PdmpChecked { .. }
            | Event::InteractionOverridden { .. }
            | Event::OverrideCosigned { .. }
            | Event::InteractionResolved { .. }
            | Event::MedicationRenewed { .. } => {}
        }
        Ok(())
    }

    /// Doses taken of doses due, in percent: the lower of what the last visit was told and what was measured, so that
    /// neither talks the other away; absent while neither is known. What was measured long before the last visit says
    /// nothing any more.
    pub fn adherence_percent(&self) -> Option<u8> {
        let lately = |to: Day| {
            let oldest = |at: Instant| at.plus_days(-MEASURED_DAYS).day();
            self.visits.last.is_none_or(|last| to >= oldest(last.at))
        };
        let measured = self.adherence.measured.filter(|measured| lately(measured.to));
        let measured = measured.and_then(|measured| measured.percent);
        [self.visits.adherence_percent, measured].into_iter().flatten().min()
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
            poor_adherence: self.adherence_percent().is_some_and(|percent| percent < GOOD_ADHERENCE),
            symptoms: u32::from(symptoms(ScaleKind::Phq9)) + u32::from(symptoms(ScaleKind::Gad7)),
        }
    }
}

/// Percent of doses from which adherence counts as good. Source: PQA/CMS proportion of days covered.
pub const GOOD_ADHERENCE: u8 = 80;

/// Days for which what was measured counts, as in the stability rule.
const MEASURED_DAYS: i64 = 28;

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
