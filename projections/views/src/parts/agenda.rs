//! What must be done about a patient, and until when.

use concord_domain::DomainEvent;
use concord_domain::chart::Event as ChartEvent;
use concord_domain::episode::Event as EpisodeEvent;
use concord_domain::scales::Event as ScaleEvent;
use concord_kernel::{Instant, OrderId};
use concord_knowledge::{Action, Ruleset};
use concord_projection::{Fact, ViewError};
use serde::{Deserialize, Serialize};

use super::complaints::Complaints;
use super::due::Open;
use super::pending::{Consents, Pending};
use super::plans::Plans;
use super::{Courses, Due, DueKind, Findings, Indications, Prescriptions, Risks, Stays, Visits};

/// Days before the supply ends at which a renewal is due. Program rule.
const RENEW_DAYS_AHEAD: i64 = 7;
/// Days after something new from outside became known in which it must be reconciled. Program rule.
const RECONCILE_DAYS: i64 = 7;
/// Days from a signed assessment in which the indication must be decided. Program rule.
const INDICATE_DAYS: i64 = 7;
/// Days from an override in which a second clinician must have agreed.
const COSIGN_DAYS: i64 = 1;

/// Everything that may be due about a patient: what is open, with its deadlines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Agenda {
    risks: Risks,
    /// Side effects without a decision.
    complaints: Complaints,
    findings: Findings,
    unreconciled_since: Option<Instant>,
    indications: Indications,
    courses: Courses,
    visits: Visits,
    plans: Plans<Pending>,
    consents: Consents,
    prescriptions: Prescriptions,
    /// When a prescription drug monitoring program was last looked into.
    pdmp_checked_at: Option<Instant>,
}

impl Agenda {
    /// Whether an event may change what is due.
    pub(crate) const fn concerns(event: &DomainEvent) -> bool {
        match event {
            DomainEvent::Episode(_)
            | DomainEvent::Assessment(_)
            | DomainEvent::SideEffects(_)
            | DomainEvent::FollowUp(_)
            | DomainEvent::TreatmentPlan(_)
            | DomainEvent::Prescription(_)
            | DomainEvent::Scales(ScaleEvent::RiskRaised { .. } | ScaleEvent::RiskResolved { .. }) => true,
            DomainEvent::Scales(ScaleEvent::ScaleScored { .. }) | DomainEvent::CareTeam(_) => false,
            DomainEvent::Chart(event) => Self::concerned_by_chart(event),
        }
    }

    const fn concerned_by_chart(event: &ChartEvent) -> bool {
        match event {
            ChartEvent::OutsideMedicationRecorded { .. }
            | ChartEvent::MedicationsReconciled { .. }
            | ChartEvent::InteractionDetected { .. }
            | ChartEvent::InteractionOverridden { .. }
            | ChartEvent::OverrideCosigned { .. }
            | ChartEvent::InteractionResolved { .. }
            | ChartEvent::MedicationPrescribed { .. }
            | ChartEvent::DoseAdjusted { .. }
            | ChartEvent::TaperPlanned { .. }
            | ChartEvent::MedicationStopped { .. }
            | ChartEvent::MedicationRenewed { .. }
            | ChartEvent::OrderCorrected { .. }
            | ChartEvent::PdmpChecked { .. } => true,
            ChartEvent::CharacteristicsRecorded { .. }
            | ChartEvent::NoKnownAllergiesConfirmed
            | ChartEvent::AllergyRecorded { .. }
            | ChartEvent::AllergyRefuted { .. }
            | ChartEvent::ConditionRecorded { .. }
            | ChartEvent::ConditionResolved { .. }
            | ChartEvent::ResultRecorded { .. }
            | ChartEvent::OutsideMedicationEnded { .. }
            | ChartEvent::LastDoseRecorded { .. }
            | ChartEvent::SafetyChecked { .. }
            | ChartEvent::BoxedWarningAcknowledged { .. }
            | ChartEvent::MedicationHeld { .. }
            | ChartEvent::MedicationResumed { .. } => false,
        }
    }

    /// Takes in one more event; `stays` has taken it in already.
    pub(crate) fn fold(&mut self, stays: &Stays, fact: &Fact) -> Result<(), ViewError> {
        self.plans.fold(stays, fact);
        match &fact.event {
            DomainEvent::Episode(event) => {
                if matches!(event, EpisodeEvent::EpisodeClosed { .. }) {
                    self.visits.stay_closed();
                }
            }
            DomainEvent::Assessment(event) => self.indications.fold(fact, event),
            DomainEvent::Chart(event) => {
                self.findings.fold(fact, event);
                self.courses.fold(event)?;
                self.reconcile(fact, event);
                if let ChartEvent::PdmpChecked { check, .. } = event {
                    self.pdmp_checked_at = self.pdmp_checked_at.max(Some(check.checked_at));
                }
            }
            DomainEvent::SideEffects(event) => self.complaints.fold(event),
            DomainEvent::Scales(event) => self.risks.fold(event),
            DomainEvent::FollowUp(event) => self.visits.fold(fact.recorded_at, event),
            DomainEvent::TreatmentPlan(event) => self.consents.fold(event),
            DomainEvent::Prescription(event) => self.prescriptions.fold(fact, event),
            DomainEvent::CareTeam(_) => {}
        }
        Ok(())
    }

    fn reconcile(&mut self, fact: &Fact, event: &ChartEvent) {
        if matches!(event, ChartEvent::OutsideMedicationRecorded { .. }) {
            self.unreconciled_since = self.unreconciled_since.or(Some(fact.recorded_at));
        }
        if matches!(event, ChartEvent::MedicationsReconciled { .. }) {
            self.unreconciled_since = None;
        }
    }

    /// Everything that is due, in no order. Without an open stay only what concerns safety is.
    pub fn due(&self, stays: &Stays) -> Vec<Due> {
        let mut due = Vec::new();
        self.each(stays, |open| due.push(open.due()));
        due
    }

    /// What is due under the name that it has on a list.
    pub(crate) fn listed(&self, stays: &Stays, item: &[u8]) -> Option<Due> {
        let mut found = None;
        self.each(stays, |open| {
            if open.item().as_bytes() == item {
                found = Some(open.due());
            }
        });
        found
    }

    /// Shows everything that is due.
    pub(crate) fn each<'a>(&'a self, stays: &Stays, mut show: impl FnMut(Open<'a>)) {
        for risk in self.risks.iter() {
            show(Open::about(DueKind::Risk, risk.act_by, risk.id.uuid(), None));
        }
        self.complaints.each(&mut show);
        for found in self.findings.open.iter().filter(|found| found.action >= Action::Acknowledge) {
            show(Open::finding(DueKind::Interaction, found.detected_at, &found.finding));
        }
        for given in &self.findings.waiting {
            show(Open::finding(DueKind::CoSignature, given.at.plus_days(COSIGN_DAYS), &given.finding));
        }
        self.prescriptions.each(|order| self.drug_of(order), &mut show);
        if stays.any_open() {
            self.routine(&mut show);
            self.prescribing(&mut show);
        }
    }

    /// The drug of an order that has not ended.
    fn drug_of(&self, order: OrderId) -> Option<&str> {
        self.courses.iter().find(|course| course.order == order).map(|course| course.drug.as_str())
    }

    /// What waits for a signature, and looks into the monitoring program while a controlled substance is taken. How
    /// fresh one must be where the patient is, is asked at the signature; here the program's own interval counts.
    fn prescribing<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        self.prescriptions.unsigned(|order| self.drug_of(order), show);
        let rules = Ruleset::embedded();
        for course in self.courses.iter() {
            let controlled = rules.drug(&course.drug).is_some_and(|drug| drug.schedule.is_some());
            let start = Instant::start_of(course.start_on);
            let at = self.pdmp_checked_at.map_or(start, |checked| {
                let hours = rules.pdmp_max_age("", checked.day()).map_or(0, |(_, hours)| hours);
                checked.plus(std::time::Duration::from_hours(u64::from(hours)))
            });
            if controlled {
                show(Open::about(DueKind::PdmpCheck, at, course.order.uuid(), Some(course.drug.as_str())));
            }
        }
    }

    fn routine<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        if let Some(since) = self.unreconciled_since {
            show(Open::one(DueKind::Reconciliation, since.plus_days(RECONCILE_DAYS)));
        }
        for assessed in self.indications.iter() {
            if let Some(since) = assessed.waiting_since {
                let at = since.plus_days(INDICATE_DAYS);
                show(Open::about(DueKind::IndicationDecision, at, assessed.episode.uuid(), None));
            }
        }
        for course in self.courses.iter() {
            let (order, drug) = (course.order.uuid(), Some(course.drug.as_str()));
            if let Some(step) = course.taper.first() {
                show(Open::about(DueKind::TaperStep, Instant::start_of(step.on), order, drug));
            } else {
                let at = course.supply_until.plus_days(-RENEW_DAYS_AHEAD);
                show(Open::about(DueKind::Renewal, at, order, drug));
            }
            if !self.consents.has(&course.drug) {
                // By the first dose.
                let at = Instant::start_of(course.start_on);
                show(Open::about(DueKind::ConsentMissing, at, order, drug));
            }
        }
        for (plan, pending) in self.plans.named() {
            pending.each(plan, show);
        }
        for booked in &self.visits.booked {
            show(Open::visit(booked.at, booked.visit, booked.kind));
        }
        if let Some(missed) = self.visits.missed {
            show(Open::about(DueKind::VisitMissed, missed.at, missed.visit.uuid(), None));
        } else if let Some(at) = self.visits.next_due_at.filter(|_| !self.visits.medication_booked()) {
            show(Open::one(DueKind::VisitToBook, at));
        }
    }
}
