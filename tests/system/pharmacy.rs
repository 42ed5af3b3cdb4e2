//! Prescriptions on their way to the pharmacy, as those who write, carry and need them live it. Each test is named by the
//! feature that it shows.

use std::path::Path;
use std::time::{Duration, Instant};

use concord_client::{Client, Error};
use concord_proto::concord::access::v1 as access;
use concord_proto::concord::care_team::v1 as care_team;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::common::v1::{CommandReceipt, Frequency, Regimen, Route, Token};
use concord_proto::concord::follow_up::v1 as follow_up;
use concord_proto::concord::ledger::v1::ReadRangeRequest;
use concord_proto::concord::liaison::v1 as liaison;
use concord_proto::concord::plan::v1 as plan;
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::prescription::v1 as rx;
use concord_servers::Postgres;
use concord_support::{Concord, Intake, Person, episode, fresh, now, today};
use tempfile::TempDir;
use tokio::process::Command;

use crate::clinic::signed;
use crate::{CONCORD, PSYCHIATRIST};

const NURSE: Person = Person::new("nurse", 6);
const PRIMARY_CARE: Person = Person::new("primary_care", 7);
const RELAY: Person = Person::new("service", 8);
const DIRECTOR: Person = Person::new("director", 33);

fn factor(kind: rx::FactorKind) -> rx::Factor {
    let evidence = "verification 4711".to_owned();
    rx::Factor { kind: kind.into(), verified_at: Some(now()), evidence }
}

/// Of a command that is about no patient.
#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn of_program() -> Option<common::CommandHeader> {
    Some(concord_client::operations(fresh().parse().unwrap()))
}

async fn serve(folder: &Path, settings: &[(&str, &str)], more: &[&str]) -> Concord {
    let mut command = Command::new(CONCORD);
    command.envs(settings.iter().copied());
    Concord::start_with(command, CONCORD, folder, more).await.unwrap()
}

/// A patient in treatment, with or without a network of pretended pharmacies.
struct Clinic {
    server: Concord,
    intake: Intake,
    doctor: Client,
    nurse: Client,
    _folder: TempDir,
}

/// What is ordered.
struct Ordered {
    drug: &'static str,
    dose_mg: f64,
    route: Route,
    modality: chart::OrderModality,
    basis: chart::LegalBasis,
}

const SERTRALINE: Ordered = Ordered {
    drug: "sertraline",
    dose_mg: 50.0,
    route: Route::Oral,
    modality: chart::OrderModality::InPerson,
    basis: chart::LegalBasis::Unspecified,
};

const BUPRENORPHINE: Ordered = Ordered {
    drug: "buprenorphine-naloxone-sl",
    dose_mg: 4.0,
    route: Route::Sublingual,
    modality: chart::OrderModality::AudioVideo,
    // Holds whether or not the flexibility has ended.
    basis: chart::LegalBasis::BuprenorphineTelemedicine,
};

impl Clinic {
    async fn open(diagnosis: &str, drug: &Ordered, network: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = serve(folder.path(), &[("CONCORD_PHARMACY__NETWORK", network)], &[]).await;
        Self::of(server, folder, diagnosis, drug).await
    }

    async fn of(server: Concord, folder: TempDir, diagnosis: &str, drug: &Ordered) -> Self {
        let doctor = server.client(PSYCHIATRIST).await.unwrap();
        let nurse = server.client(NURSE).await.unwrap();
        let intake = Intake::admit(&doctor).await.unwrap();
        let clinic = Self { server, intake, doctor, nurse, _folder: folder };
        clinic.receive(diagnosis, drug).await;
        clinic
    }

    /// Lets the doctor sign what is controlled: the director proposes it, the doctor is the registrant who confirms it.
    async fn entitle(&self) -> String {
        let right_id = fresh();
        let proposes = access::ProposeSigningRightRequest {
            header: of_program(),
            right_id: right_id.clone(),
            prescriber_id: PSYCHIATRIST.id.to_string(),
            schedules: vec![access::Schedule::Iii.into()],
            registered_until: "2099-12-31".to_owned(),
        };
        self.server.client(DIRECTOR).await.unwrap().send(proposes).await.unwrap();
        let confirms = access::ConfirmSigningRightRequest {
            header: of_program(),
            right_id: right_id.clone(),
            factors: TWO.iter().copied().map(factor).collect(),
        };
        self.doctor.send(confirms).await.unwrap();
        right_id
    }

    /// Has everything done that comes before an order.
    async fn receive(&self, diagnosis: &str, drug: &Ordered) {
        self.intake.indicate(&self.doctor, diagnosis).await.unwrap();
        self.prepare(drug).await;
        for (person, role, organisation) in [
            (PSYCHIATRIST, common::Role::Psychiatrist, ""),
            (NURSE, common::Role::Nurse, ""),
            (PRIMARY_CARE, common::Role::PrimaryCare, "Riverbend Family Practice"),
        ] {
            let member = care_team::AddMemberRequest {
                header: self.intake.header(),
                person_id: person.id.to_string(),
                role: role.into(),
                name: "Somebody".to_owned(),
                organisation: organisation.to_owned(),
            };
            self.doctor.send(member).await.unwrap();
        }
        self.doctor.send(signed(self.intake, PRIMARY_CARE)).await.unwrap();
    }

    async fn prepare(&self, drug: &Ordered) {
        let characteristics = chart::RecordCharacteristicsRequest {
            header: self.intake.header(),
            born_on: "1984-05-06".to_owned(),
            sex: chart::Sex::Female.into(),
            may_become_pregnant: Some(false),
        };
        self.doctor.send(characteristics).await.unwrap();
        let none = chart::ConfirmNoKnownAllergiesRequest { header: self.intake.header() };
        self.doctor.send(none).await.unwrap();
        let warned = chart::AcknowledgeBoxedWarningRequest {
            header: self.intake.header(),
            drug: drug.drug.to_owned(),
        };
        // Only a drug that carries one has it explained.
        let _ = self.doctor.send(warned).await;
    }

    async fn order(&self, ordered: &Ordered, indication: &str) -> Result<String, Error> {
        let order_id = fresh();
        let order = chart::PrescribeMedicationRequest {
            header: self.intake.header(),
            order_id: order_id.clone(),
            episode: episode(self.intake),
            drug: ordered.drug.to_owned(),
            regimen: Some(Regimen {
                dose_mg: ordered.dose_mg,
                frequency: Frequency::Daily.into(),
                count: None,
                route: ordered.route.into(),
            }),
            indication: indication.to_owned(),
            reason: "First choice after two talks".to_owned(),
            supply: Some(chart::Supply { days: 30, refills: 0 }),
            start_on: today(),
            modality: ordered.modality.into(),
            legal_basis: ordered.basis.into(),
            acknowledgements: Vec::new(),
        };
        self.doctor.send(order).await.map(|_| order_id)
    }

    async fn draft(&self, order_id: &str, pharmacy: &str) -> (String, CommandReceipt) {
        let prescription_id = fresh();
        let draft = rx::DraftPrescriptionRequest {
            header: self.intake.header(),
            prescription_id: prescription_id.clone(),
            order_id: order_id.to_owned(),
            product: "as ordered".to_owned(),
            quantity: 30,
            supply: Some(chart::Supply { days: 30, refills: 0 }),
            pharmacy: pharmacy.to_owned(),
            state: "OH".to_owned(),
            ..Default::default()
        };
        let receipt = self.nurse.send(draft).await.unwrap();
        (prescription_id, receipt)
    }

    async fn ready(&self, prescription_id: &str) {
        let prescription_id = prescription_id.to_owned();
        let ready = rx::MarkPrescriptionReadyRequest { header: self.intake.header(), prescription_id };
        self.doctor.send(ready).await.unwrap();
    }

    async fn sign(
        &self,
        prescription_id: &str,
        factors: &[rx::FactorKind],
        visit: Option<&str>,
    ) -> Result<CommandReceipt, Error> {
        let sign = rx::SignPrescriptionRequest {
            header: self.intake.header(),
            prescription_id: prescription_id.to_owned(),
            factors: factors.iter().copied().map(factor).collect(),
            visit: visit.map(|visit| rx::VisitRef {
                episode_id: self.intake.stay.to_string(),
                visit_id: visit.to_owned(),
            }),
        };
        self.doctor.send(sign).await
    }

    async fn signed(&self, ordered: &str, pharmacy: &str) -> (String, CommandReceipt) {
        let (prescription_id, _) = self.draft(ordered, pharmacy).await;
        self.ready(&prescription_id).await;
        let receipt = self.sign(&prescription_id, &[], None).await.unwrap();
        (prescription_id, receipt)
    }

    /// A medication visit that has just taken place.
    async fn visit(&self, modality: follow_up::Modality) -> String {
        let visit_id = fresh();
        let (mut at, episode) = (now(), || episode(self.intake));
        at.seconds += 1;
        let made = follow_up::ScheduleVisitRequest {
            header: self.intake.header(),
            episode: episode(),
            visit_id: visit_id.clone(),
            kind: follow_up::VisitKind::Medication.into(),
            at: Some(at),
            modality: modality.into(),
            with_person_id: PSYCHIATRIST.id.to_string(),
        };
        self.doctor.send(made).await.unwrap();
        tokio::time::sleep(Duration::from_secs(2)).await;
        let held = follow_up::RecordVisitRequest {
            header: self.intake.header(),
            episode: episode(),
            visit_id: visit_id.clone(),
            modality: modality.into(),
            adherence_percent: None,
            summary: "Options and risks gone through".to_owned(),
        };
        self.doctor.send(held).await.unwrap();
        visit_id
    }

    async fn look_into_pdmp(&self) -> CommandReceipt {
        let check = chart::RecordPdmpCheckRequest {
            header: self.intake.header(),
            state: "OH".to_owned(),
            checked_at: Some(now()),
            result: chart::PdmpResult::AsExpected.into(),
            note: String::new(),
        };
        self.nurse.send(check).await.unwrap()
    }

    async fn measure(&self, lab: &str, value: f64, unit: &str) {
        let result = chart::RecordResultRequest {
            header: self.intake.header(),
            lab: lab.to_owned(),
            value: Some(value),
            unit: unit.to_owned(),
            taken_at: Some(now()),
            last_dose_at: None,
        };
        self.nurse.send(result).await.unwrap();
    }

    /// What the prescriber has to do of that kind, by what it is about.
    async fn worklist(&self, kind: &str, min_position: Option<Token>) -> Vec<String> {
        let asks = prescriber::ListWorklistRequest { min_position, ..Default::default() };
        let list = self.doctor.prescriber().list_worklist(asks).await.unwrap().into_inner();
        list.items.into_iter().filter(|item| item.kind == kind).map(|item| item.summary).collect()
    }

    async fn course(&self, min_position: Option<Token>) -> Vec<prescriber::CoursePoint> {
        let patient_id = self.intake.patient.to_string();
        let asks = prescriber::GetClientCourseRequest { patient_id, min_position, page: None };
        self.doctor.prescriber().get_client_course(asks).await.unwrap().into_inner().points
    }

    /// The first prescription, once the view knows of it.
    async fn prescription(&self, min_position: Option<Token>) -> prescriber::ChartPrescription {
        let patient_id = self.intake.patient.to_string();
        let asks = prescriber::GetClientRequest { patient_id, min_position };
        let shown = self.doctor.prescriber().get_client(asks).await.unwrap().into_inner();
        shown.prescriptions.into_iter().next().unwrap_or_default()
    }

    /// Waits until the first prescription stands as `status` says, while the relay works.
    async fn until(&self, status: &str) {
        for _ in 0..100 {
            if self.prescription(None).await.status == status {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the prescription is {:?}, not {status}", self.prescription(None).await);
    }
}

fn reason(refused: Result<impl std::fmt::Debug, Error>) -> String {
    match refused {
        Err(Error::Call(fault)) => fault.reason,
        other => format!("{other:?}"),
    }
}

/// The payloads of every event of that name.
async fn stored(auditor: &Client, event_type: &str) -> Vec<String> {
    let asks = ReadRangeRequest { event_types: vec![event_type.to_owned()], ..Default::default() };
    let mut pages = auditor.ledger().read_range(asks).await.unwrap().into_inner();
    let mut payloads = Vec::new();
    while let Some(page) = pages.message().await.unwrap() {
        payloads.extend(page.events.iter().map(|event| String::from_utf8_lossy(&event.payload).into_owned()));
    }
    payloads
}

const TWO: [rx::FactorKind; 2] = [rx::FactorKind::Knowledge, rx::FactorKind::HardToken];

#[tokio::test]
async fn f29_a_controlled_prescription_by_video_rests_on_its_visit_and_on_a_law_that_is_named() {
    let clinic = Clinic::open("opioid-use-disorder", &BUPRENORPHINE, "none").await;
    clinic.measure("cows", 13.0, "{score}").await;
    let order_id = clinic.order(&BUPRENORPHINE, "opioid-use-disorder").await.unwrap();
    clinic.look_into_pdmp().await;
    let (prescription_id, _) = clinic.draft(&order_id, "1234561").await;
    clinic.entitle().await;
    clinic.ready(&prescription_id).await;
    assert_eq!(reason(clinic.sign(&prescription_id, &TWO, None).await), "VISIT_REQUIRED");
    assert_eq!(reason(clinic.sign(&prescription_id, &TWO, Some(&fresh())).await), "VISIT_NOT_HELD");
    let visit_id = clinic.visit(follow_up::Modality::AudioVideo).await;
    clinic.sign(&prescription_id, &TWO, Some(&visit_id)).await.unwrap();
    let auditor = clinic.server.client(crate::AUDITOR).await.unwrap();
    let events = stored(&auditor, "PrescriptionSigned").await;
    assert!(events[0].contains("\"modality\":\"audio_video\""), "{events:?}");
    assert!(events[0].contains(&visit_id), "{events:?}");
    assert!(events[0].contains("\"policy\":\"telemedicine."), "{events:?}");
    let orders = stored(&auditor, "MedicationPrescribed").await;
    assert!(orders[0].contains("\"policy\":\"telemedicine.buprenorphine-oud\""), "{orders:?}");
}

/// Waits until a statement says `t`.
async fn says(database: &Postgres, statement: &str) {
    let begun = Instant::now();
    while database.sql("test0", statement).unwrap() != "t" {
        assert!(begun.elapsed() < Duration::from_mins(3), "not in time: {statement}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Two processes with a network each: one of them sends for both, and the other when that one drains.
#[tokio::test]
async fn f30_of_several_processes_one_sends_and_the_next_goes_on() {
    let database = Postgres::start().unwrap();
    let address = database.database().unwrap();
    let settings = [
        ("CONCORD_PHARMACY__NETWORK", "test"),
        ("CONCORD_LEDGER__STORE", "postgres"),
        ("CONCORD_LEDGER__POSTGRES", address.as_str()),
        // Longer than this test may take.
        ("CONCORD_LEASES__SECONDS", "300"),
    ];
    let elsewhere = tempfile::tempdir().unwrap();
    let other = serve(elsewhere.path(), &settings, &["--roles", "api"]).await;
    let held = |token: u8| {
        format!(
            "SELECT count(*) = 1 FROM coordination.leases WHERE name = 'pharmacy' AND token = {token} AND until > now()"
        )
    };
    says(&database, &held(1)).await;
    let folder = tempfile::tempdir().unwrap();
    let server = serve(folder.path(), &settings, &["--roles", "api"]).await;
    let mut clinic = Clinic::of(server, folder, "major-depression", &SERTRALINE).await;
    let order_id = clinic.order(&SERTRALINE, "major-depression").await.unwrap();
    clinic.signed(&order_id, "1234565").await;
    let sent = "SELECT count(*) = 1 FROM events WHERE event_type = 'PrescriptionTransmitted'";
    says(&database, sent).await;
    says(&database, &held(1)).await;

    let stop = format!("kill -TERM {}", other.pid().unwrap());
    assert!(std::process::Command::new("sh").args(["-c", &stop]).status().unwrap().success());
    assert!(other.ended().await.unwrap().success());
    says(&database, &held(2)).await;
    clinic.intake = Intake::admit(&clinic.doctor).await.unwrap();
    clinic.receive("major-depression", &SERTRALINE).await;
    let order_id = clinic.order(&SERTRALINE, "major-depression").await.unwrap();
    clinic.signed(&order_id, "1234565").await;
    says(&database, "SELECT count(*) = 2 FROM events WHERE event_type = 'PrescriptionTransmitted'").await;
}

#[tokio::test]
async fn f30_a_prescription_is_drafted_signed_sent_and_filled() {
    let clinic = Clinic::open("major-depression", &SERTRALINE, "test").await;
    let order_id = clinic.order(&SERTRALINE, "major-depression").await.unwrap();
    let (prescription_id, drafted) = clinic.draft(&order_id, "1234565").await;
    assert_eq!(clinic.worklist("prescription_to_sign", drafted.token).await, ["Sertraline"]);
    assert_eq!(reason(clinic.sign(&prescription_id, &[], None).await), "PRESCRIPTION_NOT_READY");
    clinic.ready(&prescription_id).await;
    let signed = clinic.sign(&prescription_id, &[], None).await.unwrap();
    assert!(clinic.worklist("prescription_to_sign", signed.token).await.is_empty());
    assert_eq!(reason(clinic.sign(&prescription_id, &[], None).await), "PRESCRIPTION_SIGNED");
    clinic.until("accepted").await;
    for _ in 0..100 {
        if !clinic.prescription(None).await.last_filled_on.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let course = clinic.course(None).await;
    let fill = course.iter().find(|point| point.kind == "filled").expect("a fill");
    assert_eq!((fill.subject.as_str(), fill.value), ("Sertraline", Some(30.0)));
    let cancel = rx::CancelPrescriptionRequest {
        header: clinic.intake.header(),
        prescription_id,
        reason: "Allergic after all".to_owned(),
    };
    assert_eq!(reason(clinic.doctor.send(cancel).await), "PRESCRIPTION_OVER");
}

#[tokio::test]
async fn f30_what_a_pharmacy_turns_away_is_on_the_worklist_until_it_is_printed() {
    let clinic = Clinic::open("major-depression", &SERTRALINE, "test").await;
    let order_id = clinic.order(&SERTRALINE, "major-depression").await.unwrap();
    let (prescription_id, _) = clinic.signed(&order_id, "1234569").await;
    clinic.until("failed").await;
    assert_eq!(clinic.worklist("transmission_failed", None).await, ["Sertraline"]);
    let print = rx::PrintPrescriptionRequest { header: clinic.intake.header(), prescription_id };
    assert_eq!(reason(clinic.nurse.send(print.clone()).await), "NOT_PERMITTED");
    let print = rx::PrintPrescriptionRequest { header: clinic.intake.header(), ..print };
    let printed = clinic.doctor.send(print).await.unwrap();
    assert!(clinic.worklist("transmission_failed", printed.token).await.is_empty());
}

#[tokio::test]
async fn f30_a_pharmacy_that_asks_is_answered_and_the_liaison_sees_what_it_proposed() {
    let clinic = Clinic::open("major-depression", &SERTRALINE, "none").await;
    let relay = clinic.server.client(RELAY).await.unwrap();
    let order_id = clinic.order(&SERTRALINE, "major-depression").await.unwrap();
    let (prescription_id, _) = clinic.signed(&order_id, "1234561").await;
    let request_id = fresh();
    let proposal = rx::ProposeChangeRequest {
        header: clinic.intake.header(),
        prescription_id: prescription_id.clone(),
        request_id: request_id.clone(),
        kind: rx::ChangeKind::GenericSubstitution.into(),
        proposal: "The generic tablet".to_owned(),
    };
    let proposed = relay.send(proposal).await.unwrap();
    assert_eq!(clinic.worklist("pharmacy_request", proposed.token.clone()).await, ["Sertraline"]);
    let open = clinic.prescription(proposed.token.clone()).await.requests;
    assert_eq!(
        (open[0].request_id.as_str(), open[0].kind.as_str()),
        (request_id.as_str(), "generic_substitution")
    );

    let outside = clinic.server.client(PRIMARY_CARE).await.unwrap();
    let told = |min_position| liaison::GetReconciledListRequest {
        patient_id: clinic.intake.patient.to_string(),
        min_position,
    };
    let list = outside.liaison().get_reconciled_list(told(proposed.token)).await.unwrap().into_inner();
    assert_eq!(list.pharmacy_changes[0].answer, "waiting");

    let answer = |decision| rx::AnswerChangeRequest {
        header: clinic.intake.header(),
        prescription_id: prescription_id.clone(),
        request_id: request_id.clone(),
        answer: Some(rx::Answer { decision: Some(decision) }),
    };
    let unsigned = answer(rx::answer::Decision::ReplacementId(fresh()));
    assert_eq!(reason(clinic.doctor.send(unsigned).await), "REPLACEMENT_NOT_SIGNED");
    let (other, _) = clinic.signed(&order_id, "1234561").await;
    let approved = clinic.doctor.send(answer(rx::answer::Decision::ReplacementId(other))).await.unwrap();
    assert_eq!(approved.events, 2, "the answer, and that the other one takes its place");
    assert!(clinic.worklist("pharmacy_request", approved.token.clone()).await.is_empty());
    let list =
        outside.liaison().get_reconciled_list(told(approved.token.clone())).await.unwrap().into_inner();
    let change = &list.pharmacy_changes[0];
    assert_eq!((change.name.as_str(), change.answer.as_str()), ("Sertraline", "approved"));
    assert_eq!(clinic.prescription(approved.token).await.status, "cancelled");
}

#[tokio::test]
async fn f30_prescriptions_of_one_order_hand_out_no_more_than_it_does_and_nothing_that_was_taken_back() {
    let clinic = Clinic::open("major-depression", &SERTRALINE, "none").await;
    let order_id = clinic.order(&SERTRALINE, "major-depression").await.unwrap();
    // Two nurses prepare the same thing, and both drafts are ready before one is signed.
    let (first, _) = clinic.draft(&order_id, "1234561").await;
    let (second, _) = clinic.draft(&order_id, "1234562").await;
    clinic.ready(&first).await;
    clinic.ready(&second).await;
    let (one, other) = tokio::join!(clinic.sign(&first, &[], None), clinic.sign(&second, &[], None));
    let (signed, refused) = if one.is_ok() { (first, other) } else { (second, one) };
    assert_eq!(reason(refused), "SUPPLY_HANDED_OUT");
    let cancel = rx::CancelPrescriptionRequest {
        header: clinic.intake.header(),
        prescription_id: signed.clone(),
        reason: "Another pharmacy".to_owned(),
    };
    clinic.doctor.send(cancel).await.unwrap();
    let answered = rx::RecordCancelAnswerRequest {
        header: clinic.intake.header(),
        prescription_id: signed,
        answer: rx::CancelAnswer::Cancelled.into(),
    };
    clinic.nurse.send(answered).await.unwrap();

    // It is free again, until the patient says no.
    let (third, _) = clinic.draft(&order_id, "1234562").await;
    clinic.ready(&third).await;
    let declines = plan::RecordSharedDecisionRequest {
        header: clinic.intake.header(),
        episode: episode(clinic.intake),
        drug: "sertraline".to_owned(),
        options: vec!["Therapy alone".to_owned()],
        preference: "No medication".to_owned(),
        consent: plan::Consent::Declined.into(),
    };
    let agrees =
        plan::RecordSharedDecisionRequest { consent: plan::Consent::Given.into(), ..declines.clone() };
    clinic.doctor.send(declines).await.unwrap();
    assert_eq!(reason(clinic.sign(&third, &[], None).await), "CONSENT_DECLINED");
    let header = clinic.intake.header();
    clinic.doctor.send(plan::RecordSharedDecisionRequest { header, ..agrees }).await.unwrap();
    clinic.sign(&third, &[], None).await.unwrap();
}

#[tokio::test]
async fn e20_monitoring_program_screen_withdrawal_score_and_signature_are_one_workflow() {
    let clinic = Clinic::open("opioid-use-disorder", &BUPRENORPHINE, "test").await;
    clinic.measure("uds-opioids", 1.0, "{presence}").await;
    clinic.measure("cows", 13.0, "{score}").await;
    let order_id = clinic.order(&BUPRENORPHINE, "opioid-use-disorder").await.unwrap();
    let visit_id = clinic.visit(follow_up::Modality::AudioVideo).await;
    let (prescription_id, drafted) = clinic.draft(&order_id, "1234561").await;
    let due = clinic.worklist("pdmp_check", drafted.token).await;
    assert_eq!(due.len(), 1, "a controlled substance is taken, and nobody has looked");
    clinic.entitle().await;
    clinic.ready(&prescription_id).await;
    let one = [rx::FactorKind::Knowledge];
    assert_eq!(reason(clinic.sign(&prescription_id, &one, Some(&visit_id)).await), "FACTORS_MISSING");
    assert_eq!(reason(clinic.sign(&prescription_id, &TWO, Some(&visit_id)).await), "PDMP_MISSING");
    let looked = clinic.look_into_pdmp().await;
    let asks = prescriber::ListWorklistRequest { min_position: looked.token, ..Default::default() };
    let list = clinic.doctor.prescriber().list_worklist(asks).await.unwrap().into_inner();
    let next = list.items.iter().find(|item| item.kind == "pdmp_check").expect("the next look");
    assert!(!next.overdue, "in three months");
    clinic.sign(&prescription_id, &TWO, Some(&visit_id)).await.unwrap();
    clinic.until("accepted").await;
    let kinds: Vec<_> = clinic.course(None).await.into_iter().map(|point| point.kind).collect();
    for kind in ["result", "started", "visited", "pdmp_checked", "prescription_signed"] {
        assert!(kinds.iter().any(|found| found == kind), "{kind} is not in {kinds:?}");
    }
}

#[tokio::test]
async fn e20_a_right_that_two_people_gave_signs_controlled_prescriptions_until_it_is_revoked() {
    let clinic = Clinic::open("opioid-use-disorder", &BUPRENORPHINE, "test").await;
    clinic.measure("uds-opioids", 1.0, "{presence}").await;
    clinic.measure("cows", 13.0, "{score}").await;
    let order_id = clinic.order(&BUPRENORPHINE, "opioid-use-disorder").await.unwrap();
    let visit_id = clinic.visit(follow_up::Modality::AudioVideo).await;
    clinic.look_into_pdmp().await;
    let (prescription_id, _) = clinic.draft(&order_id, "1234561").await;
    let ready = || rx::MarkPrescriptionReadyRequest {
        header: clinic.intake.header(),
        prescription_id: prescription_id.clone(),
    };
    assert_eq!(reason(clinic.doctor.send(ready()).await), "NO_SIGNING_RIGHT");

    let right_id = clinic.entitle().await;
    clinic.doctor.send(ready()).await.unwrap();
    let director = clinic.server.client(DIRECTOR).await.unwrap();
    let revokes = access::RevokeSigningRightRequest {
        header: of_program(),
        right_id: right_id.clone(),
        cause: access::RevocationCause::FactorCompromised.into(),
        note: "The token was stolen from the car".to_owned(),
    };
    let ended = director.send(revokes).await.unwrap();
    assert_eq!(reason(clinic.sign(&prescription_id, &TWO, Some(&visit_id)).await), "NO_SIGNING_RIGHT");

    let again = clinic.entitle().await;
    clinic.sign(&prescription_id, &TWO, Some(&visit_id)).await.unwrap();
    clinic.until("accepted").await;

    // Who let whom sign, for those who answer for it.
    let auditor = clinic.server.client(crate::AUDITOR).await.unwrap();
    for reader in [&director, &auditor] {
        let asks = access::ListSigningRightsRequest { min_position: ended.token.clone(), page: None };
        let rights = reader.access().list_signing_rights(asks).await.unwrap().into_inner().items;
        let [standing, ended] = &rights[..] else { panic!("{rights:?}") };
        assert_eq!((&standing.right_id, &ended.right_id), (&again, &right_id));
        let given = standing.given.as_ref().unwrap();
        assert_eq!(
            (&standing.proposed_by, &given.person_id),
            (&DIRECTOR.id.to_string(), &PSYCHIATRIST.id.to_string())
        );
        assert_eq!(given.factors.len(), 2);
        assert_eq!(ended.revoked.as_ref().unwrap().cause(), access::RevocationCause::FactorCompromised);
    }
    let nurse = clinic.nurse.access().list_signing_rights(access::ListSigningRightsRequest::default()).await;
    assert_eq!(nurse.unwrap_err().code(), tonic::Code::PermissionDenied);
}
