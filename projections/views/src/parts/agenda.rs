//! What must be done about a patient, and until when.

use concord_domain::DomainEvent;
use concord_domain::chart::Event as ChartEvent;
use concord_domain::episode::Event as EpisodeEvent;
use concord_domain::scales::Event as ScaleEvent;
use concord_domain::side_effects::Event as EffectEvent;
use concord_kernel::{Instant, ReportId, Role};
use concord_knowledge::{Action, FindingKey, SymptomId};
use concord_projection::{Fact, ViewError};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Courses, Findings, Indications, Risks, Stays, Visits};

/// Days before the supply ends at which a renewal is due. Program rule.
const RENEW_DAYS_AHEAD: i64 = 7;
/// Days after something new from outside became known in which it must be reconciled. Program rule.
const RECONCILE_DAYS: i64 = 7;
/// Days from a signed assessment in which the indication must be decided. Program rule.
const INDICATE_DAYS: i64 = 7;
/// Days from an override in which a second clinician must have agreed.
const COSIGN_DAYS: i64 = 1;

/// What kind of thing is due. The stored name is part of page tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DueKind {
    /// A risk must be acted on.
    Risk,
    /// A side effect waits for a clinician's judgement.
    SideEffectTriage,
    /// A side effect waits for a decision.
    SideEffectDecision,
    /// Medications collide and nobody has settled it.
    Interaction,
    /// An override waits for a second clinician.
    CoSignature,
    /// Medications from outside wait to be compared.
    Reconciliation,
    /// A signed assessment waits for the decision whether medication is indicated.
    IndicationDecision,
    /// A medication's supply ends soon.
    Renewal,
    /// The next step of a taper begins.
    TaperStep,
    /// An appointment.
    Visit,
    /// By the cadence a medication visit is due, and none is booked.
    VisitToBook,
    /// A medication visit was missed and not made up for.
    VisitMissed,
}

impl DueKind {
    /// The stored name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Risk => "risk",
            Self::SideEffectTriage => "side_effect_triage",
            Self::SideEffectDecision => "side_effect_decision",
            Self::Interaction => "interaction",
            Self::CoSignature => "co_signature",
            Self::Reconciliation => "reconciliation",
            Self::IndicationDecision => "indication_decision",
            Self::Renewal => "renewal",
            Self::TaperStep => "taper_step",
            Self::Visit => "visit",
            Self::VisitToBook => "visit_to_book",
            Self::VisitMissed => "visit_missed",
        }
    }

    /// Whether it is on the worklist of somebody with that role.
    pub const fn concerns(self, role: Role) -> bool {
        match role {
            Role::Psychiatrist | Role::Pmhnp => true,
            Role::Pharmacist => {
                matches!(self, Self::Interaction | Self::CoSignature | Self::Reconciliation | Self::Renewal)
            }
            Role::Nurse => matches!(self, Self::Risk | Self::SideEffectTriage | Self::Visit),
            Role::Therapist
            | Role::CaseManager
            | Role::PrimaryCare
            | Role::OutsideProvider
            | Role::Family
            | Role::Patient
            | Role::Auditor
            | Role::Service => false,
        }
    }
}

/// One thing that is due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Due {
    /// What.
    pub kind: DueKind,
    /// Until when; for an appointment and a taper step, when.
    pub at: Instant,
    /// What it is about: report, administration, order, visit or stay.
    pub subject: Option<Uuid>,
    /// What it is about, by its name in the knowledge tables: drug, symptom or rule.
    pub name: Option<String>,
    /// Tells it from others of its kind and patient.
    pub item: String,
}

/// What an agenda needs to know of a side effect.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Complaint {
    report: ReportId,
    symptom: Option<SymptomId>,
    contact_by: Instant,
    decide_by: Instant,
    triaged: bool,
}

/// Everything that may be due about a patient: what is open, with its deadlines.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Agenda {
    risks: Risks,
    /// Side effects without a decision.
    complaints: Vec<Complaint>,
    findings: Findings,
    unreconciled_since: Option<Instant>,
    indications: Indications,
    courses: Courses,
    visits: Visits,
}

impl Agenda {
    /// Whether an event may change what is due.
    pub(crate) const fn concerns(event: &DomainEvent) -> bool {
        match event {
            DomainEvent::Episode(_)
            | DomainEvent::Assessment(_)
            | DomainEvent::SideEffects(_)
            | DomainEvent::FollowUp(_)
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
            | ChartEvent::OrderCorrected { .. } => true,
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

    pub(crate) fn fold(&mut self, fact: &Fact) -> Result<(), ViewError> {
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
            }
            DomainEvent::SideEffects(event) => self.complain(event),
            DomainEvent::Scales(event) => self.risks.fold(event),
            DomainEvent::FollowUp(event) => self.visits.fold(fact.recorded_at, event),
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

    fn complain(&mut self, event: &EffectEvent) {
        match event {
            EffectEvent::SideEffectReported { report, symptom, contact_by, decide_by, .. } => {
                self.complaints.push(Complaint {
                    report: *report,
                    symptom: symptom.clone(),
                    contact_by: *contact_by,
                    decide_by: *decide_by,
                    triaged: false,
                });
            }
            EffectEvent::SideEffectTriaged { report, decide_by, .. } => {
                if let Some(known) = self.complaints.iter_mut().find(|known| known.report == *report) {
                    known.triaged = true;
                    known.decide_by = *decide_by;
                }
            }
            EffectEvent::SideEffectActionDecided { report, .. }
            | EffectEvent::SideEffectResolved { report, .. } => {
                self.complaints.retain(|known| known.report != *report);
            }
            EffectEvent::EscalationBreached { .. } => {}
        }
    }

    /// Everything that is due, in no order. Without an open stay only what concerns safety is.
    pub fn due(&self, stays: &Stays) -> Vec<Due> {
        let mut due = Vec::new();
        for risk in self.risks.iter() {
            due.push(Due::about(DueKind::Risk, risk.act_by, risk.id.uuid(), None));
        }
        for open in &self.complaints {
            let (kind, at) = if open.triaged {
                (DueKind::SideEffectDecision, open.decide_by)
            } else {
                (DueKind::SideEffectTriage, open.contact_by.min(open.decide_by))
            };
            due.push(Due::about(kind, at, open.report.uuid(), open.symptom.as_ref().map(SymptomId::as_str)));
        }
        for found in self.findings.open.iter().filter(|found| found.action >= Action::Acknowledge) {
            due.push(Due::finding(DueKind::Interaction, found.detected_at, &found.finding));
        }
        for given in &self.findings.waiting {
            due.push(Due::finding(DueKind::CoSignature, given.at.plus_days(COSIGN_DAYS), &given.finding));
        }
        if stays.any_open() {
            self.routine(&mut due);
        }
        due
    }

    fn routine(&self, due: &mut Vec<Due>) {
        if let Some(since) = self.unreconciled_since {
            due.push(Due::one(DueKind::Reconciliation, since.plus_days(RECONCILE_DAYS)));
        }
        for assessed in self.indications.iter() {
            if let Some(since) = assessed.waiting_since {
                let at = since.plus_days(INDICATE_DAYS);
                due.push(Due::about(DueKind::IndicationDecision, at, assessed.episode.uuid(), None));
            }
        }
        for course in self.courses.iter() {
            let (order, drug) = (course.order.uuid(), Some(course.drug.as_str()));
            if let Some(step) = course.taper.first() {
                due.push(Due::about(DueKind::TaperStep, Instant::start_of(step.on), order, drug));
            } else {
                let at = course.supply_until.plus_days(-RENEW_DAYS_AHEAD);
                due.push(Due::about(DueKind::Renewal, at, order, drug));
            }
        }
        for booked in &self.visits.booked {
            due.push(Due::about(DueKind::Visit, booked.at, booked.visit.uuid(), None));
        }
        if let Some(missed) = self.visits.missed {
            due.push(Due::about(DueKind::VisitMissed, missed.at, missed.visit.uuid(), None));
        } else if let Some(at) = self.visits.next_due_at.filter(|_| !self.visits.medication_booked()) {
            due.push(Due::one(DueKind::VisitToBook, at));
        }
    }
}

impl Due {
    fn one(kind: DueKind, at: Instant) -> Self {
        Self { kind, at, subject: None, name: None, item: kind.as_str().to_owned() }
    }

    fn about(kind: DueKind, at: Instant, subject: Uuid, name: Option<&str>) -> Self {
        let item = format!("{}/{}", kind.as_str(), subject.simple());
        Self { kind, at, subject: Some(subject), name: name.map(str::to_owned), item }
    }

    fn finding(kind: DueKind, at: Instant, finding: &FindingKey) -> Self {
        let mut name = finding.rule.as_str().to_owned();
        for about in &finding.about {
            name.push(' ');
            name.push_str(about.as_str());
        }
        Self { kind, at, subject: None, item: format!("{}/{name}", kind.as_str()), name: Some(name) }
    }
}
