//! What must be done about a patient, and until when.

use concord_domain::DomainEvent;
use concord_domain::chart::Event as ChartEvent;
use concord_domain::episode::Event as EpisodeEvent;
use concord_domain::scales::Event as ScaleEvent;
use concord_kernel::Instant;
use concord_knowledge::Action;
use concord_projection::{Fact, ViewError};
use serde::{Deserialize, Serialize};

use super::complaints::Complaints;
use super::due::Open;
use super::pending::{Consents, Pending};
use super::plans::Plans;
use super::support::Support;
use super::{Courses, Due, DueKind, Findings, Indications, Monitoring, Risks, Stays, Visits};

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
    support: Support,
    monitoring: Monitoring,
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
            | DomainEvent::Scales(ScaleEvent::RiskRaised { .. } | ScaleEvent::RiskResolved { .. }) => true,
            DomainEvent::Scales(ScaleEvent::ScaleScored { .. }) | DomainEvent::CareTeam(_) => false,
            DomainEvent::Chart(event) => Self::concerned_by_chart(event),
            DomainEvent::Adherence(event) => Support::concerns(event),
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
            | ChartEvent::ResultRecorded { .. }
            | ChartEvent::CriticalResultFlagged { .. }
            | ChartEvent::ResultReviewed { .. }
            | ChartEvent::MonitoringWaived { .. }
            | ChartEvent::MedicationHeld { .. }
            | ChartEvent::MedicationResumed { .. } => true,
            ChartEvent::CharacteristicsRecorded { .. }
            | ChartEvent::NoKnownAllergiesConfirmed
            | ChartEvent::AllergyRecorded { .. }
            | ChartEvent::AllergyRefuted { .. }
            | ChartEvent::ConditionRecorded { .. }
            | ChartEvent::ConditionResolved { .. }
            | ChartEvent::OutsideMedicationEnded { .. }
            | ChartEvent::LastDoseRecorded { .. }
            | ChartEvent::SafetyChecked { .. }
            | ChartEvent::BoxedWarningAcknowledged { .. } => false,
        }
    }

    /// Takes in one more event; `stays` has taken it in already.
    pub(crate) fn fold(&mut self, stays: &Stays, fact: &Fact) -> Result<(), ViewError> {
        self.plans.fold(stays, fact);
        match &fact.event {
            DomainEvent::Episode(event) => {
                if let EpisodeEvent::EpisodeClosed { episode, .. } = event {
                    self.visits.stay_closed();
                    self.support.stay_closed(*episode);
                }
            }
            DomainEvent::Assessment(event) => self.indications.fold(fact, event),
            DomainEvent::Chart(event) => {
                self.findings.fold(fact, event);
                self.courses.fold(event)?;
                self.reconcile(fact, event);
                self.support.fold_chart(event);
                self.monitoring.fold(event);
            }
            DomainEvent::SideEffects(event) => self.complaints.fold(event),
            DomainEvent::Scales(event) => self.risks.fold(event),
            DomainEvent::FollowUp(event) => self.visits.fold(fact.recorded_at, event),
            DomainEvent::TreatmentPlan(event) => self.consents.fold(event),
            DomainEvent::Adherence(event) => self.support.fold(event),
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
        for result in self.monitoring.critical() {
            show(Open::critical(result.acknowledge_by, result.lab.as_str(), result.taken_at));
        }
        self.complaints.each(&mut show);
        for found in self.findings.open.iter().filter(|found| found.action >= Action::Acknowledge) {
            show(Open::finding(DueKind::Interaction, found.detected_at, &found.finding));
        }
        for given in &self.findings.waiting {
            show(Open::finding(DueKind::CoSignature, given.at.plus_days(COSIGN_DAYS), &given.finding));
        }
        if stays.any_open() {
            self.routine(&mut show);
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
        self.support.each(show);
        for due in self.monitoring.due() {
            let measured = due.test.labs.first().map_or(due.test.id.as_str(), |lab| lab.as_str());
            show(Open::test(due.at, due.order.uuid(), due.test.id.as_str(), measured));
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
