//! Prescriptions on their way, and what pharmacies say.

use concord_domain::chart::Event as ChartEvent;
use concord_domain::prescription::{ChangeKind, Contents, Event, FillStatus};
use concord_kernel::{Day, Instant, OrderId, PharmacyRequestId, PrescriptionId, Text};
use concord_knowledge::{DrugId, Regimen};
use concord_projection::Fact;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::DueKind;
use super::due::Open;

/// Prescriptions that a row keeps; older ones that are over are in the course.
const KEPT: usize = 32;

/// Days in which a draft is signed or taken back. Program rule.
const SIGN_DAYS: i64 = 1;

/// Days in which a pharmacy is answered. Program rule.
const ANSWER_DAYS: i64 = 2;

/// Days in which a pharmacy that was asked to cancel has answered; then somebody calls. Program rule.
const CANCEL_DAYS: i64 = 1;

/// Where a prescription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PrescriptionStatus {
    /// Written.
    Draft,
    /// To be signed.
    Ready,
    /// Signed.
    Signed,
    /// Handed to the network.
    Transmitted,
    /// At the pharmacy.
    Accepted,
    /// Not at the pharmacy.
    Failed,
    /// On paper.
    Printed,
    /// Withdrawn or cancelled.
    Cancelled,
    /// Its last day has passed.
    Expired,
}

/// A request of a pharmacy that waits for an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OpenRequest {
    /// The request.
    pub request: PharmacyRequestId,
    /// What is to change; absent for a renewal.
    pub change: Option<ChangeKind>,
    /// The pharmacy's words.
    pub words: Option<Text>,
    /// Since when it waits.
    pub since: Instant,
}

/// One prescription.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrescriptionLine {
    stream: Uuid,
    /// Its identifier.
    pub prescription: PrescriptionId,
    /// The order that it hands out.
    pub order: OrderId,
    /// Where it stands.
    pub status: PrescriptionStatus,
    /// Since when.
    pub since: Instant,
    /// The day on which it was last handed out.
    pub last_filled_on: Option<Day>,
    /// What waits for an answer.
    pub requests: Vec<OpenRequest>,
    /// What it says; absent for one that was no longer kept when its pharmacy asked about it.
    says: Option<Said>,
    /// Fills that were handed out in full.
    dispensed: u8,
    /// What became of its order since it was written.
    order_now: OrderNow,
    /// When the pharmacy was asked to cancel it, while it has not answered.
    cancel_asked_at: Option<Instant>,
}

/// What a prescription says, as far as its order may differ from it later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Said {
    drug: DrugId,
    regimen: Regimen,
    refills: u8,
}

/// What became of the order of a prescription since it was written.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct OrderNow {
    ended: bool,
    held: bool,
    /// The dose, where it has changed.
    regimen: Option<Regimen>,
    /// Since when it is not what the prescription says.
    other_since: Option<Instant>,
}

impl PrescriptionLine {
    /// Takes in what happened to its order.
    fn order_turned(&mut self, at: Instant, turn: impl FnOnce(&mut OrderNow)) {
        turn(&mut self.order_now);
        let other = self.order_now.ended || self.order_now.held || self.says_another_dose();
        let since = self.order_now.other_since.unwrap_or(at);
        self.order_now.other_since = other.then_some(since);
    }

    fn says_another_dose(&self) -> bool {
        let said = self.says.as_ref().map(|says| says.regimen);
        self.order_now.regimen.zip(said).is_some_and(|(now, said)| now != said)
    }

    /// Since when something may be handed out on it that is not ordered any more.
    fn outdated_since(&self) -> Option<Instant> {
        let out = match self.status {
            PrescriptionStatus::Signed
            | PrescriptionStatus::Transmitted
            | PrescriptionStatus::Accepted
            | PrescriptionStatus::Printed => true,
            PrescriptionStatus::Draft
            | PrescriptionStatus::Ready
            | PrescriptionStatus::Failed
            | PrescriptionStatus::Cancelled
            | PrescriptionStatus::Expired => false,
        };
        let refills = self.says.as_ref().map_or(0, |says| says.refills);
        self.order_now.other_since.filter(|_| out && self.dispensed <= refills)
    }

    fn drug(&self) -> Option<&str> {
        self.says.as_ref().map(|says| says.drug.as_str())
    }

    fn is_over(&self) -> bool {
        if self.outdated_since().is_some() {
            return false;
        }
        let over = match self.status {
            PrescriptionStatus::Cancelled | PrescriptionStatus::Expired => true,
            PrescriptionStatus::Accepted | PrescriptionStatus::Printed => self.last_filled_on.is_some(),
            PrescriptionStatus::Draft
            | PrescriptionStatus::Ready
            | PrescriptionStatus::Signed
            | PrescriptionStatus::Transmitted
            | PrescriptionStatus::Failed => false,
        };
        over && self.requests.is_empty()
    }
}

/// The latest prescriptions, oldest first, and all that wait for somebody.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prescriptions(Vec<PrescriptionLine>);

impl Prescriptions {
    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &PrescriptionLine> {
        self.0.iter()
    }

    /// Shows what concerns safety: what the pharmacy does not have, asks about, or has though it is not ordered any more.
    pub(super) fn each<'a>(
        &'a self,
        name: impl Fn(OrderId) -> Option<&'a str>,
        show: &mut impl FnMut(Open<'a>),
    ) {
        for line in &self.0 {
            let subject = line.prescription.uuid();
            if let Some(since) = line.outdated_since() {
                // Nothing is safe until the pharmacy has said that it is cancelled.
                let at = line.cancel_asked_at.map_or(since, |asked| asked.plus_days(CANCEL_DAYS));
                show(Open::about(DueKind::PrescriptionOutdated, at, subject, line.drug()));
            }
            if line.status == PrescriptionStatus::Failed {
                show(Open::about(DueKind::TransmissionFailed, line.since, subject, name(line.order)));
            }
            // One thing for each prescription: its pharmacy is answered together.
            if let Some(first) = line.requests.first() {
                let at = first.since.plus_days(ANSWER_DAYS);
                show(Open::about(DueKind::PharmacyRequest, at, subject, name(line.order)));
            }
        }
    }

    /// Shows what waits for a signature, and what was left over: its order has ended or has another dose, or its stay has
    /// ended. The latter are taken back, or signed as a bridge after the stay.
    pub(super) fn unsigned<'a>(
        &'a self,
        stay_is_open: impl Fn(OrderId) -> bool,
        show: &mut impl FnMut(Open<'a>),
    ) {
        let waiting = |status| matches!(status, PrescriptionStatus::Draft | PrescriptionStatus::Ready);
        for line in self.0.iter().filter(|line| waiting(line.status)) {
            let left_over = line.order_now.ended || line.says_another_dose() || !stay_is_open(line.order);
            let kind = if left_over { DueKind::PrescriptionLeftOver } else { DueKind::PrescriptionToSign };
            let at = line.since.plus_days(SIGN_DAYS);
            show(Open::about(kind, at, line.prescription.uuid(), line.drug()));
        }
    }

    /// Takes in what happens to orders: what was written for one may not be what is ordered any more.
    pub(crate) fn fold_chart(&mut self, fact: &Fact, event: &ChartEvent) {
        let mut turn = |order: OrderId, turn: &dyn Fn(&mut OrderNow)| {
            let of_it = self.0.iter_mut().filter(|line| line.order == order);
            of_it.for_each(|line| line.order_turned(fact.recorded_at, turn));
        };
        match event {
            ChartEvent::DoseAdjusted { order, to, .. } | ChartEvent::TitrationStepTaken { order, to, .. } => {
                turn(*order, &|now| now.regimen = Some(*to));
            }
            ChartEvent::MedicationHeld { order, .. } => turn(*order, &|now| now.held = true),
            ChartEvent::MedicationResumed { order, .. } => turn(*order, &|now| now.held = false),
            ChartEvent::MedicationStopped { order, .. } => turn(*order, &|now| now.ended = true),
            ChartEvent::MedicationPrescribed { .. }
            | ChartEvent::TaperPlanned { .. }
            | ChartEvent::TitrationPlanned { .. }
            | ChartEvent::TitrationCancelled { .. }
            | ChartEvent::MedicationSwitched { .. }
            | ChartEvent::MedicationRenewed { .. }
            | ChartEvent::OrderCorrected { .. }
            | ChartEvent::SupplyAllotted { .. }
            | ChartEvent::UseLimited { .. }
            | ChartEvent::CharacteristicsRecorded { .. }
            | ChartEvent::NoKnownAllergiesConfirmed
            | ChartEvent::AllergyRecorded { .. }
            | ChartEvent::AllergyRefuted { .. }
            | ChartEvent::ConditionRecorded { .. }
            | ChartEvent::ConditionResolved { .. }
            | ChartEvent::ResultRecorded { .. }
            | ChartEvent::CriticalResultFlagged { .. }
            | ChartEvent::CriticalResultBreached { .. }
            | ChartEvent::ResultReviewed { .. }
            | ChartEvent::MonitoringWaived { .. }
            | ChartEvent::OutsideMedicationRecorded { .. }
            | ChartEvent::OutsideMedicationEnded { .. }
            | ChartEvent::LastDoseRecorded { .. }
            | ChartEvent::NeverTakenRecorded { .. }
            | ChartEvent::MedicationsReconciled { .. }
            | ChartEvent::SafetyChecked { .. }
            | ChartEvent::InteractionDetected { .. }
            | ChartEvent::BoxedWarningAcknowledged { .. }
            | ChartEvent::PdmpChecked { .. }
            | ChartEvent::InteractionOverridden { .. }
            | ChartEvent::OverrideCosigned { .. }
            | ChartEvent::InteractionResolved { .. }
            | ChartEvent::InjectionGiven(_)
            | ChartEvent::LateInjectionDecided { .. }
            | ChartEvent::TolerabilityAttested { .. }
            | ChartEvent::InjectionOverdue { .. }
            | ChartEvent::InjectionReviewed { .. }
            | ChartEvent::ResponseAssessed { .. } => {}
        }
    }

    /// Takes in one more event.
    pub(crate) fn fold(&mut self, fact: &Fact, event: &Event) {
        use PrescriptionStatus as Status;
        match event {
            Event::PrescriptionDrafted { prescription, contents, .. } => {
                self.add(fact, *prescription, contents.order, (Status::Draft, Some(Said::by(contents))));
            }
            // It waits since it was written.
            Event::PrescriptionReady { .. } => {
                self.change(fact, |line| line.status = Status::Ready);
            }
            Event::PrescriptionSigned { .. } => self.turn(fact, Status::Signed),
            Event::PrescriptionTransmitted { .. } => self.turn(fact, Status::Transmitted),
            Event::PrescriptionAccepted { .. } => self.turn(fact, Status::Accepted),
            Event::PrescriptionFailed { .. } => self.turn(fact, Status::Failed),
            Event::PrescriptionPrinted { .. } => self.turn(fact, Status::Printed),
            Event::PrescriptionCancelled { .. } => self.turn(fact, Status::Cancelled),
            Event::PrescriptionExpired { .. } => self.turn(fact, Status::Expired),
            Event::PrescriptionFilled { fill, .. } => self.change(fact, |line| {
                if fill.status != FillStatus::NotDispensed {
                    line.last_filled_on = line.last_filled_on.max(Some(fill.on));
                }
                line.dispensed =
                    line.dispensed.saturating_add(u8::from(fill.status == FillStatus::Dispensed));
            }),
            Event::ChangeProposed { prescription, order, request, kind, proposal } => {
                let (request, change, words) = (*request, Some(*kind), Some(proposal.clone()));
                self.asks(fact, (*prescription, *order), (request, change, words));
            }
            Event::RenewalRequested { prescription, order, request, note } => {
                self.asks(fact, (*prescription, *order), (*request, None, note.clone()));
            }
            Event::ChangeAnswered { request, .. } | Event::RenewalAnswered { request, .. } => {
                self.change(fact, |line| line.requests.retain(|open| open.request != *request));
            }
            Event::CancellationRequested { .. } => {
                self.change(fact, |line| line.cancel_asked_at = Some(fact.recorded_at));
            }
            Event::CancellationDenied { .. } => self.change(fact, |line| line.cancel_asked_at = None),
            Event::AnswerDelivered { .. } | Event::AnswerFailed { .. } => {}
        }
        let surplus = self.0.len().saturating_sub(KEPT);
        let mut dropped = 0;
        self.0.retain(|line| {
            let drop = dropped < surplus && line.is_over();
            dropped += usize::from(drop);
            !drop
        });
    }

    fn add(
        &mut self,
        fact: &Fact,
        prescription: PrescriptionId,
        order: OrderId,
        (status, says): (PrescriptionStatus, Option<Said>),
    ) {
        self.0.push(PrescriptionLine {
            stream: fact.stream.id,
            prescription,
            order,
            status,
            since: fact.recorded_at,
            last_filled_on: None,
            requests: Vec::new(),
            says,
            dispensed: 0,
            order_now: OrderNow::default(),
            cancel_asked_at: None,
        });
    }

    fn change(&mut self, fact: &Fact, change: impl FnOnce(&mut PrescriptionLine)) {
        if let Some(line) = self.0.iter_mut().find(|line| line.stream == fact.stream.id) {
            change(line);
        }
    }

    fn turn(&mut self, fact: &Fact, status: PrescriptionStatus) {
        self.change(fact, |line| (line.status, line.since) = (status, fact.recorded_at));
    }

    /// A pharmacy may ask about one that is no longer kept: then it is over, and known again.
    fn asks(
        &mut self,
        fact: &Fact,
        (prescription, order): (PrescriptionId, OrderId),
        (request, change, words): (PharmacyRequestId, Option<ChangeKind>, Option<Text>),
    ) {
        if self.0.iter().all(|line| line.stream != fact.stream.id) {
            self.add(fact, prescription, order, (PrescriptionStatus::Expired, None));
        }
        let since = fact.recorded_at;
        self.change(fact, |line| line.requests.push(OpenRequest { request, change, words, since }));
    }
}

impl Said {
    fn by(contents: &Contents) -> Self {
        let (drug, regimen) = (contents.drug.clone(), contents.regimen);
        Self { drug, regimen, refills: contents.supply.refills }
    }
}

/// A change that a pharmacy proposed, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PharmacyChange {
    /// The request.
    pub request: PharmacyRequestId,
    /// The order.
    pub order: OrderId,
    /// What kind.
    pub kind: ChangeKind,
    /// What was proposed.
    pub proposal: Text,
    /// When.
    pub at: Instant,
    /// Whether it was approved; absent while it waits.
    pub approved: Option<bool>,
}

/// Changes that a row keeps.
const CHANGES_KEPT: usize = 12;

/// The latest changes that pharmacies proposed, oldest first, and the last fill of each order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct AtPharmacy {
    /// The changes.
    pub changes: Vec<PharmacyChange>,
    fills: Vec<(OrderId, Day)>,
}

impl AtPharmacy {
    /// The day on which an order was last handed out.
    pub fn last_filled_on(&self, order: OrderId) -> Option<Day> {
        self.fills.iter().find(|(known, _)| *known == order).map(|(_, day)| *day)
    }

    /// Forgets what belonged to an order that has ended.
    pub(crate) fn ended(&mut self, order: OrderId) {
        self.fills.retain(|(known, _)| *known != order);
    }

    /// Whether an event changes anything here.
    pub(crate) const fn concerns(event: &Event) -> bool {
        matches!(
            event,
            Event::PrescriptionFilled { .. } | Event::ChangeProposed { .. } | Event::ChangeAnswered { .. }
        )
    }

    /// Takes in one more event.
    pub(crate) fn fold(&mut self, fact: &Fact, event: &Event) {
        match event {
            Event::PrescriptionFilled { order, fill } if fill.status != FillStatus::NotDispensed => {
                let last = self.last_filled_on(*order).max(Some(fill.on));
                self.ended(*order);
                self.fills.extend(last.map(|day| (*order, day)));
            }
            Event::ChangeProposed { order, request, kind, proposal, .. } => {
                self.changes.push(PharmacyChange {
                    request: *request,
                    order: *order,
                    kind: *kind,
                    proposal: proposal.clone(),
                    at: fact.recorded_at,
                    approved: None,
                });
                let surplus = self.changes.len().saturating_sub(CHANGES_KEPT);
                self.changes.drain(..surplus);
            }
            Event::ChangeAnswered { request, answer, .. } => {
                let approved = matches!(answer, concord_domain::prescription::Answer::Approved { .. });
                if let Some(change) = self.changes.iter_mut().find(|change| change.request == *request) {
                    change.approved = Some(approved);
                }
            }
            Event::PrescriptionDrafted { .. }
            | Event::PrescriptionReady { .. }
            | Event::PrescriptionSigned { .. }
            | Event::PrescriptionTransmitted { .. }
            | Event::PrescriptionAccepted { .. }
            | Event::PrescriptionFailed { .. }
            | Event::PrescriptionPrinted { .. }
            | Event::CancellationRequested { .. }
            | Event::PrescriptionCancelled { .. }
            | Event::CancellationDenied { .. }
            | Event::PrescriptionFilled { .. }
            | Event::RenewalRequested { .. }
            | Event::RenewalAnswered { .. }
            | Event::AnswerDelivered { .. }
            | Event::AnswerFailed { .. }
            | Event::PrescriptionExpired { .. } => {}
        }
    }
}
