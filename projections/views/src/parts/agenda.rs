//! What must be done about a patient, and until when.

use concord_domain::DomainEvent;
use concord_domain::chart::Event as ChartEvent;
use concord_domain::coordination::Event as CoordinationEvent;
use concord_domain::episode::{Event as EpisodeEvent, Phase};
use concord_domain::ruleset::InForce;
use concord_kernel::{Instant, OrderId};
use concord_knowledge::trial::Trial;
use concord_knowledge::{Action, LabId, Within};
use concord_projection::{Fact, ViewError};
use serde::{Deserialize, Serialize};

use super::awaited::Awaited;
use super::bridging::Bridging;
use super::complaints::Complaints;
use super::due::Open;
use super::glass::Unreviewed;
use super::looks::Looks;
use super::pending::{Consents, Pending};
use super::plans::Plans;
use super::reconcile::Reconcile;
use super::support::Support;
use super::{
    Courses, Due, DueKind, Findings, Indications, Injections, Monitoring, Prescriptions, Recovery, Risks,
    Stays, Trials, Visits,
};

/// Days before the supply ends at which a renewal is due. Program rule.
const RENEW_DAYS_AHEAD: i64 = 7;
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
    /// After an admission, a return, something new, or by time.
    reconcile: Reconcile,
    indications: Indications,
    courses: Courses,
    visits: Visits,
    plans: Plans<Pending>,
    consents: Consents,
    awaited: Awaited,
    support: Support,
    recovery: Recovery,
    monitoring: Monitoring,
    prescriptions: Prescriptions,
    looks: Looks,
    bridging: Bridging,
    injections: Injections,
    trials: Trials,
    glass: Unreviewed,
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
            | DomainEvent::Recovery(_)
            | DomainEvent::Prescription(_)
            | DomainEvent::Access(_)
            | DomainEvent::Scales(_) => true,
            DomainEvent::CareTeam(_)
            | DomainEvent::Ruleset(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_) => false,
            DomainEvent::Coordination(event) => {
                !matches!(event, CoordinationEvent::ChangesAcknowledged { .. })
            }
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
            | ChartEvent::TitrationPlanned { .. }
            | ChartEvent::TitrationStepTaken { .. }
            | ChartEvent::TitrationCancelled { .. }
            | ChartEvent::MedicationSwitched { .. }
            | ChartEvent::MedicationHeld { .. }
            | ChartEvent::MedicationStopped { .. }
            | ChartEvent::MedicationRenewed { .. }
            | ChartEvent::OrderCorrected { .. }
            | ChartEvent::UseLimited { .. }
            | ChartEvent::ResultRecorded { .. }
            | ChartEvent::CriticalResultFlagged { .. }
            | ChartEvent::ResultReviewed { .. }
            | ChartEvent::MonitoringWaived { .. }
            | ChartEvent::MedicationResumed { .. }
            | ChartEvent::PdmpChecked { .. }
            | ChartEvent::InjectionGiven(_)
            | ChartEvent::LateInjectionDecided { .. }
            | ChartEvent::InjectionOverdue { .. }
            | ChartEvent::InjectionReviewed { .. }
            | ChartEvent::CharacteristicsRecorded { .. }
            | ChartEvent::ResponseAssessed(_) => true,
            ChartEvent::NoKnownAllergiesConfirmed
            | ChartEvent::AllergyRecorded { .. }
            | ChartEvent::AllergyRefuted { .. }
            | ChartEvent::ConditionRecorded { .. }
            | ChartEvent::ConditionResolved { .. }
            | ChartEvent::OutsideMedicationEnded { .. }
            | ChartEvent::LastDoseRecorded { .. }
            | ChartEvent::NeverTakenRecorded { .. }
            | ChartEvent::SafetyChecked { .. }
            | ChartEvent::SupplyAllotted { .. }
            | ChartEvent::TolerabilityAttested { .. }
            | ChartEvent::BoxedWarningAcknowledged { .. }
            | ChartEvent::CriticalResultBreached { .. } => false,
        }
    }

    /// Takes in one more event; `stays` has taken it in already.
    pub(crate) fn fold(&mut self, stays: &Stays, fact: &Fact) -> Result<(), ViewError> {
        self.plans.fold(stays, fact);
        match &fact.event {
            DomainEvent::Episode(event) => {
                if let EpisodeEvent::EpisodeOpened { admitted_at, .. } = event {
                    self.visits.stay_opened(*admitted_at);
                }
                if let EpisodeEvent::EpisodeClosed { episode, .. } = event {
                    self.visits.stay_closed();
                    self.support.stay_closed(*episode);
                }
                self.bridging.fold(event);
                self.monitoring.fold_episode(event, &fact.rules);
                self.moved(fact, event);
            }
            DomainEvent::Assessment(event) => self.indications.fold(fact, event),
            DomainEvent::Chart(event) => {
                self.findings.fold(fact, event);
                self.courses.fold(event)?;
                self.reconcile(fact, event);
                self.support.fold_chart(event);
                self.monitoring.fold(event, &fact.rules);
                self.prescriptions.fold_chart(fact, event);
                self.injections.fold(event);
                self.trials.fold_chart(event, fact.rules.now());
                if let ChartEvent::PdmpChecked { check, .. } = event {
                    self.looks.looked(check.checked_at);
                }
                self.looks.follow(&self.courses, &fact.rules);
            }
            DomainEvent::SideEffects(event) => self.complaints.fold(event),
            DomainEvent::Scales(event) => {
                self.risks.fold(event);
                self.trials.fold_scales(event, fact.rules.now());
                self.monitoring.fold_scales(event, &fact.rules);
            }
            DomainEvent::FollowUp(event) => {
                self.visits.fold(fact.recorded_at, event);
                self.support.visit(event);
            }
            DomainEvent::TreatmentPlan(event) => self.consents.fold(event),
            DomainEvent::Coordination(event) => self.awaited.fold(event),
            DomainEvent::Adherence(event) => {
                self.support.fold(event);
                self.trials.fold_adherence(event, fact.rules.now());
            }
            DomainEvent::Recovery(event) => self.recovery.fold(fact, event),
            DomainEvent::Prescription(event) => self.prescriptions.fold(fact, event),
            DomainEvent::Access(event) => self.glass.fold(event),
            DomainEvent::Ruleset(_) => self.follow(&fact.rules),
            DomainEvent::CareTeam(_)
            | DomainEvent::SigningRights(_)
            | DomainEvent::Audit(_)
            | DomainEvent::Consent(_)
            | DomainEvent::Feed(_)
            | DomainEvent::Inbox(_) => {}
        }
        Ok(())
    }

    /// Derives what is due by other rules.
    fn follow(&mut self, rules: &InForce) {
        self.reconcile.follow(rules);
        self.looks.follow(&self.courses, rules);
        self.monitoring.follow(rules);
        self.trials.follow(rules.now());
    }

    /// Somebody who comes to the program, comes back to it, or leaves it step by step brings another list with them.
    fn moved(&mut self, fact: &Fact, event: &EpisodeEvent) {
        match event {
            EpisodeEvent::EpisodeOpened { .. }
            | EpisodeEvent::EpisodeResumed { .. }
            | EpisodeEvent::EpisodePhaseChanged { to: Phase::SteppingDown, .. } => {
                self.reconcile.since(fact.recorded_at, Within::ReconcileTransition, &fact.rules);
            }
            EpisodeEvent::EpisodeClosed { .. } => self.reconcile.over(),
            EpisodeEvent::PatientReferred { .. }
            | EpisodeEvent::CandidateScreened { .. }
            | EpisodeEvent::PatientWaitlisted { .. }
            | EpisodeEvent::EpisodePhaseChanged { .. }
            | EpisodeEvent::EpisodePaused { .. }
            | EpisodeEvent::BridgingDue { .. }
            | EpisodeEvent::BridgingDecided { .. }
            | EpisodeEvent::BridgingBreached { .. } => {}
        }
    }

    /// Whether medication was found not to be indicated, and none is ordered.
    fn gives_nothing(&self) -> bool {
        let verdict = self.indications.latest().and_then(|indication| indication.verdict.as_ref());
        self.courses.iter().next().is_none() && verdict.is_some_and(|verdict| !verdict.indicated)
    }

    fn reconcile(&mut self, fact: &Fact, event: &ChartEvent) {
        if matches!(event, ChartEvent::OutsideMedicationRecorded { .. }) {
            self.reconcile.since(fact.recorded_at, Within::ReconcileNew, &fact.rules);
        }
        if matches!(event, ChartEvent::MedicationsReconciled { .. }) {
            self.reconcile.done(fact.recorded_at, &fact.rules);
        }
    }

    /// The trial of an order, for saying what is due about it.
    pub(crate) fn trial(&self, order: OrderId) -> Option<&Trial> {
        self.trials.of(order)
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
        self.awaited.each(&mut show);
        self.recovery.each_urgent(&mut show);
        self.injections.each_urgent(&mut show);
        // A taper goes on after the stay: what must not stop at once must not be forgotten either.
        for course in self.courses.iter() {
            if let Some(step) = course.taper.first() {
                let (order, drug) = (course.order.uuid(), Some(course.drug.as_str()));
                show(Open::about(DueKind::TaperStep, Instant::start_of(step.on), order, drug));
            }
        }
        self.prescriptions.each(|order| self.drug_of(order), &mut show);
        self.prescriptions.unsigned(|order| self.stay_is_open(order, stays), &mut show);
        self.bridging.each(&mut show);
        self.glass.each(&mut show);
        if stays.any_open() {
            self.routine(&mut show);
            self.prescribing(&mut show);
        }
    }

    /// The drug of an order that has not ended.
    fn drug_of(&self, order: OrderId) -> Option<&str> {
        self.courses.iter().find(|course| course.order == order).map(|course| course.drug.as_str())
    }

    /// Whether an order is taken in a stay that goes on.
    fn stay_is_open(&self, order: OrderId, stays: &Stays) -> bool {
        let course = self.courses.iter().find(|course| course.order == order);
        course.is_some_and(|course| stays.is_open(course.episode))
    }

    fn prescribing<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        for (order, at) in self.looks.due() {
            show(Open::about(DueKind::PdmpCheck, at, order.uuid(), self.drug_of(order)));
        }
    }

    fn routine<'a>(&'a self, show: &mut impl FnMut(Open<'a>)) {
        if let Some(by) = self.reconcile.by() {
            show(Open::one(DueKind::Reconciliation, by));
        }
        for assessed in self.indications.iter() {
            if let Some(since) = assessed.waiting_since {
                let at = since.plus_days(INDICATE_DAYS);
                show(Open::about(DueKind::IndicationDecision, at, assessed.episode.uuid(), None));
            }
        }
        for course in self.courses.iter() {
            let (order, drug) = (course.order.uuid(), Some(course.drug.as_str()));
            if course.taper.is_empty() {
                let at = course.supply_until.plus_days(-RENEW_DAYS_AHEAD);
                show(Open::about(DueKind::Renewal, at, order, drug));
            }
            if let Some(step) = course.titration.first() {
                show(Open::about(DueKind::TitrationStep, Instant::start_of(step.on), order, drug));
            }
            // A taper has steps of its own.
            if let Some(until) = course.use_until.filter(|_| course.taper.is_empty()) {
                show(Open::about(DueKind::UseLimit, Instant::start_of(until), order, drug));
            }
            if let Some(switch) = course.switch {
                show(Open::about(DueKind::OverlapEnd, Instant::start_of(switch.overlap_until), order, drug));
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
        self.recovery.each_routine(show);
        self.injections.each_routine(show);
        self.trials.each(show);
        for due in self.monitoring.due() {
            let measured = due.test.measured.as_ref().map_or(due.test.id.as_str(), LabId::as_str);
            show(Open::test(due.test.at, due.order.uuid(), due.test.id.as_str(), measured));
        }
        for booked in &self.visits.booked {
            show(Open::visit(booked.at, booked.visit, booked.kind));
        }
        if let Some(missed) = self.visits.missed {
            show(Open::about(DueKind::VisitMissed, missed.at, missed.visit.uuid(), None));
        } else if let Some(at) = self.visits.next_due_at
            && !self.visits.medication_booked()
            && !self.gives_nothing()
        {
            show(Open::one(DueKind::VisitToBook, at));
        }
    }
}
