//! One thing that is due.

use concord_domain::follow_up::VisitKind;
use concord_kernel::{ConsultId, Instant, PersonId, Role, VisitId};
use concord_knowledge::FindingKey;
use concord_projection::Item;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as ValueError, U32Deserializer};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

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
    /// A version of the plan waits for the agreement of patient and prescriber.
    PlanAgreement,
    /// A medication is ordered, and nobody has recorded that the patient agreed to it.
    ConsentMissing,
    /// A concern waits for an answer.
    ConcernAnswer,
    /// Something about a medication was not understood and is taught again.
    EducationRepeat,
    /// The medication is to be reviewed: a life has changed, or it is time.
    MedicationReview,
    /// Help that serves a goal is to be arranged.
    Support,
    /// Something that somebody outside told waits to be looked at.
    OutsideUpdate,
    /// A question to somebody waits for their answer.
    ConsultAnswer,
    /// Decisions stand against each other, and nobody has said who changes what.
    CareConflict,
    /// A medication was missed for so long that a prescriber decides how it goes on.
    MissedDoses,
    /// Somebody who checked in waits for a call.
    CheckInCall,
    /// So little was taken that somebody reaches out.
    Outreach,
    /// Something is to be done about what keeps the patient from taking medication.
    Barrier,
    /// A reminder is to be sent.
    Reminder,
    /// The way onto buprenorphine is to be completed.
    Induction,
    /// A first dose was given that nobody had cleared.
    UnclearedDose,
    /// A prescriber looks at the medication after a relapse.
    RelapseReview,
    /// A prescriber looks at the medication after an overdose.
    OverdoseReview,
    /// Naloxone is to be offered.
    NaloxoneOffer,
    /// The next sample is to be taken.
    DrugScreen,
    /// An unexpected result of a quick test is to be confirmed.
    ScreenConfirmation,
    /// The next step of a titration may be taken.
    TitrationStep,
    /// The last day on which two medications are both taken during a switch.
    OverlapEnd,
    /// A result cannot wait, and nobody has said what was done about it.
    CriticalResult,
    /// A test that a medication asks for.
    Test,
    /// A prescription is written and waits for its prescriber's signature.
    PrescriptionToSign,
    /// A signed prescription is not at the pharmacy.
    TransmissionFailed,
    /// A pharmacy waits for an answer: it proposes a change, or asks for more.
    PharmacyRequest,
    /// The prescription drug monitoring program is to be looked into.
    PdmpCheck,
    /// A prescription that the pharmacy has hands out what is not ordered any more: it is to be cancelled.
    PrescriptionOutdated,
    /// A prescription nobody signed whose order or stay is not what it was: taken back, or signed as a bridge.
    PrescriptionLeftOver,
    /// The last day on which something short-term is to be taken: it is tapered, or somebody says why it goes on.
    UseLimit,
    /// What happens to medication after a stay is to be decided.
    DischargeBridging,
    /// The next injection of a drug that acts for weeks.
    Injection,
    /// The last day of an injection has passed: a prescriber decides how it goes on.
    InjectionLate,
    /// An injection was given against a rule.
    InjectionReview,
    /// A trial has failed, or was none because too little was taken: a prescriber decides.
    ResponseReview,
    /// A score is due that says whether a medication helps.
    ResponseScore,
    /// Whether a medication helps cannot be said: the dose is too low, or nobody knows how it was at the beginning.
    ResponseUnknown,
    /// Somebody who is not on the care team reached the record in an emergency, and nobody has reviewed it.
    GlassBroken,
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
            Self::PlanAgreement => "plan_agreement",
            Self::ConsentMissing => "consent_missing",
            Self::ConcernAnswer => "concern_answer",
            Self::EducationRepeat => "education_repeat",
            Self::MedicationReview => "medication_review",
            Self::Support => "support",
            Self::OutsideUpdate => "outside_update",
            Self::ConsultAnswer => "consult_answer",
            Self::CareConflict => "care_conflict",
            Self::MissedDoses => "missed_doses",
            Self::CheckInCall => "check_in_call",
            Self::Outreach => "outreach",
            Self::Barrier => "barrier",
            Self::Reminder => "reminder",
            Self::Induction => "induction",
            Self::UnclearedDose => "uncleared_dose",
            Self::RelapseReview => "relapse_review",
            Self::OverdoseReview => "overdose_review",
            Self::NaloxoneOffer => "naloxone_offer",
            Self::DrugScreen => "drug_screen",
            Self::ScreenConfirmation => "screen_confirmation",
            Self::TitrationStep => "titration_step",
            Self::OverlapEnd => "overlap_end",
            Self::CriticalResult => "critical_result",
            Self::Test => "test",
            Self::PrescriptionToSign => "prescription_to_sign",
            Self::TransmissionFailed => "transmission_failed",
            Self::PharmacyRequest => "pharmacy_request",
            Self::PdmpCheck => "pdmp_check",
            Self::PrescriptionOutdated => "prescription_outdated",
            Self::PrescriptionLeftOver => "prescription_left_over",
            Self::UseLimit => "use_limit",
            Self::DischargeBridging => "discharge_bridging",
            Self::Injection => "injection",
            Self::InjectionLate => "injection_late",
            Self::InjectionReview => "injection_review",
            Self::ResponseReview => "response_review",
            Self::ResponseScore => "response_score",
            Self::ResponseUnknown => "response_unknown",
            Self::GlassBroken => "glass_broken",
        }
    }

    /// The kind of an item as a list names it; `None` when it is none of this program's.
    pub(crate) fn of_item(item: &[u8]) -> Option<Self> {
        // Items begin with the place of the kind among all kinds, and so do kinds that are read.
        let place: U32Deserializer<ValueError> = u32::from(*item.first()?).into_deserializer();
        Self::deserialize(place).ok()
    }

    /// Whether somebody may be in danger while it waits, or nobody has judged yet whether they are. On a worklist it stands
    /// before everything else, however long that is overdue.
    pub const fn cannot_wait(self) -> bool {
        matches!(
            self,
            Self::Risk
                | Self::CriticalResult
                | Self::SideEffectTriage
                | Self::Interaction
                | Self::UnclearedDose
                | Self::OverdoseReview
        )
    }

    /// Whether it is on the worklist of somebody with that role.
    pub const fn concerns(self, role: Role) -> bool {
        match role {
            // Case managers arrange help, remove barriers and remind; they read it from the program's list.
            Role::Psychiatrist | Role::Pmhnp => {
                !matches!(self, Self::Support | Self::Barrier | Self::Reminder)
            }
            Role::Pharmacist => {
                matches!(
                    self,
                    Self::Interaction
                        | Self::CoSignature
                        | Self::Reconciliation
                        | Self::Renewal
                        | Self::ConcernAnswer
                        | Self::OutsideUpdate
                        | Self::ConsultAnswer
                        | Self::CareConflict
                        | Self::MissedDoses
                        | Self::NaloxoneOffer
                        | Self::TransmissionFailed
                        | Self::PharmacyRequest
                        | Self::PrescriptionOutdated
                        | Self::GlassBroken
                )
            }
            Role::Nurse => {
                matches!(
                    self,
                    Self::Risk
                        | Self::SideEffectTriage
                        | Self::Visit
                        | Self::EducationRepeat
                        | Self::Reconciliation
                        | Self::OutsideUpdate
                        | Self::ConsultAnswer
                        | Self::MissedDoses
                        | Self::CheckInCall
                        | Self::Outreach
                        | Self::UnclearedDose
                        | Self::NaloxoneOffer
                        | Self::DrugScreen
                        | Self::ScreenConfirmation
                        | Self::CriticalResult
                        | Self::Test
                        | Self::PdmpCheck
                        | Self::Renewal
                        | Self::DischargeBridging
                        | Self::Injection
                        | Self::InjectionLate
                        | Self::ResponseScore
                        | Self::GlassBroken
                )
            }
            Role::Therapist
            | Role::CaseManager
            | Role::PrimaryCare
            | Role::OutsideProvider
            | Role::Family
            | Role::Patient
            | Role::Auditor
            | Role::Service
            | Role::Director
            | Role::PrivacyOfficer
            | Role::Partner => false,
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
    /// What it is about, by its name in the knowledge tables: drug, symptom or rule; of a visit, its kind.
    pub name: Option<String>,
    /// Tells it from others of its kind and patient.
    pub item: String,
}

/// One thing that is due, as a row holds it: cheap to make, for lists.
#[derive(Clone, Copy)]
pub(crate) struct Open<'a> {
    pub(crate) kind: DueKind,
    pub(crate) at: Instant,
    about: About<'a>,
}

#[derive(Clone, Copy)]
enum About<'a> {
    /// The patient as a whole.
    Patient,
    /// A report, an order and so on, with the name of a knowledge row.
    Subject(Uuid, Option<&'a str>),
    /// An appointment, and what for.
    Visit(VisitId, VisitKind),
    /// A question, and who is asked.
    Consult(ConsultId, PersonId),
    /// A row of a knowledge table alone, or none.
    Named(Option<&'a str>),
    /// What a rule found.
    Finding(&'a FindingKey),
    /// A test of an order: by its name, and what is measured.
    Test(Uuid, &'a str, &'a str),
    /// A result: of what, and from when.
    Result(&'a str, Instant),
}

impl<'a> Open<'a> {
    pub(crate) const fn one(kind: DueKind, at: Instant) -> Self {
        Self { kind, at, about: About::Patient }
    }

    pub(crate) const fn about(kind: DueKind, at: Instant, subject: Uuid, name: Option<&'a str>) -> Self {
        Self { kind, at, about: About::Subject(subject, name) }
    }

    pub(crate) const fn named(kind: DueKind, at: Instant, name: Option<&'a str>) -> Self {
        Self { kind, at, about: About::Named(name) }
    }

    pub(crate) const fn finding(kind: DueKind, at: Instant, finding: &'a FindingKey) -> Self {
        Self { kind, at, about: About::Finding(finding) }
    }

    pub(crate) const fn test(at: Instant, order: Uuid, test: &'a str, measured: &'a str) -> Self {
        Self { kind: DueKind::Test, at, about: About::Test(order, test, measured) }
    }

    pub(crate) const fn critical(at: Instant, measured: &'a str, taken_at: Instant) -> Self {
        Self { kind: DueKind::CriticalResult, at, about: About::Result(measured, taken_at) }
    }

    pub(crate) const fn visit(at: Instant, visit: VisitId, kind: VisitKind) -> Self {
        Self { kind: DueKind::Visit, at, about: About::Visit(visit, kind) }
    }

    pub(crate) const fn asked(at: Instant, consult: ConsultId, of: PersonId) -> Self {
        Self { kind: DueKind::ConsultAnswer, at, about: About::Consult(consult, of) }
    }

    /// Whether it is on the worklist of `person`, who has that role: of the appointments, those that are theirs to
    /// keep; of the questions, those that they were asked.
    pub(crate) fn concerns(&self, person: PersonId, role: Role) -> bool {
        let theirs = match self.about {
            About::Visit(_, VisitKind::Therapy) => false,
            About::Visit(_, VisitKind::Nursing) => role == Role::Nurse,
            About::Consult(_, of) => of == person,
            About::Visit(_, VisitKind::Medication)
            | About::Patient
            | About::Subject(..)
            | About::Named(_)
            | About::Finding(_)
            | About::Test(..)
            | About::Result(..) => true,
        };
        theirs && self.kind.concerns(role)
    }

    /// Its name on a list: short, for there are many.
    pub(crate) fn item(&self) -> Item {
        let kind = &[self.kind as u8];
        match self.about {
            About::Patient => Item::of(&[kind]),
            About::Subject(subject, _) => Item::of(&[kind, subject.as_bytes()]),
            About::Visit(visit, _) => Item::of(&[kind, visit.uuid().as_bytes()]),
            About::Consult(consult, _) => Item::of(&[kind, consult.uuid().as_bytes()]),
            About::Named(name) => Item::of(&[kind, name.unwrap_or_default().as_bytes()]),
            About::Finding(finding) => Item::of(&[kind, name_of(finding).as_bytes()]),
            About::Test(order, test, _) => Item::of(&[kind, order.as_bytes(), test.as_bytes()]),
            About::Result(measured, taken_at) => {
                Item::of(&[kind, &taken_at.micros().to_be_bytes(), measured.as_bytes()])
            }
        }
    }

    /// The same for callers.
    pub(crate) fn due(&self) -> Due {
        let Self { kind, at, about } = *self;
        let named = kind.as_str();
        match about {
            About::Patient => Due { kind, at, subject: None, name: None, item: named.to_owned() },
            About::Subject(subject, name) => {
                let item = format!("{named}/{}", subject.simple());
                Due { kind, at, subject: Some(subject), name: name.map(str::to_owned), item }
            }
            About::Visit(visit, of) => {
                let subject = visit.uuid();
                let (item, name) = (format!("{named}/{}", subject.simple()), Some(kind_of(of).to_owned()));
                Due { kind, at, subject: Some(subject), name, item }
            }
            About::Consult(consult, _) => {
                let subject = consult.uuid();
                let item = format!("{named}/{}", subject.simple());
                Due { kind, at, subject: Some(subject), name: None, item }
            }
            About::Named(name) => {
                let item = format!("{named}/{}", name.unwrap_or_default());
                Due { kind, at, subject: None, name: name.map(str::to_owned), item }
            }
            About::Finding(finding) => {
                let name = name_of(finding);
                Due { kind, at, subject: None, item: format!("{named}/{name}"), name: Some(name) }
            }
            About::Test(order, test, measured) => {
                let item = format!("{named}/{}/{test}", order.simple());
                Due { kind, at, subject: Some(order), name: Some(measured.to_owned()), item }
            }
            About::Result(measured, taken_at) => {
                let item = format!("{named}/{measured}/{}", taken_at.micros());
                Due { kind, at, subject: None, name: Some(measured.to_owned()), item }
            }
        }
    }
}

/// The stored name.
const fn kind_of(visit: VisitKind) -> &'static str {
    match visit {
        VisitKind::Medication => "medication",
        VisitKind::Therapy => "therapy",
        VisitKind::Nursing => "nursing",
    }
}

fn name_of(finding: &FindingKey) -> String {
    let mut name = finding.rule.as_str().to_owned();
    for about in &finding.about {
        name.push(' ');
        name.push_str(about.as_str());
    }
    name
}
