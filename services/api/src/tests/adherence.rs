//! What weeks of doses come to, on a clock that can be moved.

use std::time::Duration;

use concord_client::Client;
use concord_kernel::{Clock, Role};
use concord_proto::concord::adherence::v1 as adherence;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{self as common, Frequency, Regimen, Route, Token};
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::therapist::v1 as therapist;
use concord_support::{Intake, episode};

use super::end_to_end::fault;
use super::samples::ID;
use super::service::{Service, person};
use crate::common::encode::instant;

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn daily(dose_mg: f64) -> Option<Regimen> {
    Some(Regimen { dose_mg, frequency: Frequency::Daily.into(), count: None, route: Route::Oral.into() })
}

/// A patient who takes lamotrigine at 50 mg.
async fn on_lamotrigine(service: &Service) -> Intake {
    let doctor = service.acting_as(Role::Psychiatrist);
    let intake = Intake::admit(&doctor).await.unwrap();
    intake.indicate(&doctor, "bipolar").await.unwrap();
    intake.prepare(&doctor, "lamotrigine").await.unwrap();
    for (role, encoded) in
        [(Role::Psychiatrist, common::Role::Psychiatrist), (Role::Therapist, common::Role::Therapist)]
    {
        let member = concord_proto::concord::care_team::v1::AddMemberRequest {
            header: intake.header(),
            person_id: person(role),
            role: encoded.into(),
            name: "Somebody".to_owned(),
            organisation: String::new(),
        };
        doctor.send(member).await.unwrap();
    }
    let order = chart::PrescribeMedicationRequest {
        header: intake.header(),
        order_id: ID.to_owned(),
        episode: episode(intake),
        drug: "lamotrigine".to_owned(),
        regimen: daily(50.0),
        indication: "bipolar".to_owned(),
        reason: "taken before at this dose".to_owned(),
        supply: Some(chart::Supply { days: 30, refills: 1 }),
        start_on: "2026-03-02".to_owned(),
        modality: chart::OrderModality::InPerson.into(),
        ..Default::default()
    };
    doctor.send(order).await.unwrap();
    intake
}

async fn takes(service: &Service, intake: Intake, taken: bool) -> Option<Token> {
    let (nurse, at) = (service.acting_as(Role::Nurse), Some(instant(service.clock.now())));
    let (header, episode, order_id) = (intake.header(), episode(intake), ID.to_owned());
    let receipt = if taken {
        nurse.send(adherence::RecordDoseTakenRequest { header, episode, order_id, at, observed: true }).await
    } else {
        let reason = adherence::MissReason::Refused.into();
        nurse.send(adherence::RecordDoseMissedRequest { header, episode, order_id, due_at: at, reason }).await
    };
    receipt.unwrap().token
}

fn later(service: &Service, by: Duration) {
    service.clock.advance_to(service.clock.now().plus(by));
}

/// One day after the other, each dose told of; the last answer's token.
async fn days(service: &Service, intake: Intake, taken: &[bool]) -> Option<Token> {
    let mut last = None;
    for taken in taken {
        last = takes(service, intake, *taken).await;
        later(service, Duration::from_hours(24));
    }
    last
}

async fn waiting(doctor: &Client, min_position: Option<Token>, kind: &str) -> Vec<(String, bool)> {
    let asks = prescriber::ListWorklistRequest { min_position, ..Default::default() };
    let list = doctor.prescriber().list_worklist(asks).await.unwrap().into_inner();
    let of_kind = list.items.into_iter().filter(|item| item.kind == kind);
    of_kind.map(|item| (item.summary, item.overdue)).collect()
}

fn renew(intake: Intake) -> chart::RenewMedicationRequest {
    chart::RenewMedicationRequest {
        header: intake.header(),
        order_id: ID.to_owned(),
        supply: Some(chart::Supply { days: 30, refills: 0 }),
        modality: chart::OrderModality::InPerson.into(),
        ..Default::default()
    }
}

fn decide(intake: Intake, decision: adherence::MissedDecision) -> adherence::DecideMissedDosesRequest {
    adherence::DecideMissedDosesRequest {
        header: intake.header(),
        episode: episode(intake),
        order_id: ID.to_owned(),
        decision: decision.into(),
        reason: "talked about it".to_owned(),
    }
}

#[tokio::test]
async fn f11_a_drug_that_was_missed_for_too_long_comes_to_the_prescriber_and_does_not_simply_go_on() {
    let service = Service::start().await;
    let intake = on_lamotrigine(&service).await;
    let short = days(&service, intake, &[true, true, false, false, false, false]).await;
    let doctor = service.acting_as(Role::Psychiatrist);
    assert_eq!(waiting(&doctor, short, "missed_doses").await, [], "four days of five");
    doctor.send(renew(intake)).await.unwrap();

    let reached = takes(&service, intake, false).await;
    let lamotrigine = "Lamotrigine".to_owned();
    assert_eq!(waiting(&doctor, reached.clone(), "missed_doses").await, [(lamotrigine.clone(), false)]);
    assert_eq!(fault(doctor.send(renew(intake)).await).reason, "RESTART_NEEDED");
    let goes_on = doctor.send(decide(intake, adherence::MissedDecision::Continue)).await;
    assert_eq!(fault(goes_on).reason, "RESTART_NEEDED");
    later(&service, Duration::from_hours(25));
    let doctor = service.acting_as(Role::Psychiatrist);
    assert_eq!(waiting(&doctor, reached, "missed_doses").await, [(lamotrigine, true)], "a day to decide");

    let restart = doctor.send(decide(intake, adherence::MissedDecision::Restart)).await.unwrap();
    assert_eq!(waiting(&doctor, restart.token, "missed_doses").await, []);
    // Decided is not done: until the dose is back at the first one, nothing more is handed out.
    assert_eq!(fault(doctor.send(renew(intake)).await).reason, "RESTART_NEEDED");
    let low = chart::AdjustDoseRequest {
        header: intake.header(),
        order_id: ID.to_owned(),
        regimen: daily(25.0),
        cause: Some(chart::Cause {
            basis: Some(chart::cause::Basis::Plain(chart::PlainCause::PatientPreference.into())),
        }),
        rests_on: None,
        note: "Begins again".to_owned(),
        acknowledgements: Vec::new(),
    };
    doctor.send(low).await.unwrap();
    let renewed = doctor.send(renew(intake)).await.unwrap();

    let asks = prescriber::GetClientCourseRequest {
        patient_id: intake.patient.to_string(),
        min_position: renewed.token,
        page: None,
    };
    let course = doctor.prescriber().get_client_course(asks).await.unwrap().into_inner();
    let told: Vec<_> = course
        .points
        .iter()
        .filter(|point| point.kind.starts_with("missed_"))
        .map(|point| (point.kind.as_str(), point.subject.as_str(), point.summary.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("missed_too_long", "Lamotrigine", "restart"),
            ("missed_decided", "Lamotrigine", "restart: talked about it"),
        ]
    );
}

#[tokio::test]
async fn f11_adherence_is_measured_from_what_was_told_and_reaches_everybody_whom_it_concerns() {
    let service = Service::start().await;
    let intake = on_lamotrigine(&service).await;
    let measure =
        || adherence::MeasureAdherenceRequest { header: intake.header(), episode: episode(intake), days: 7 };
    let seen = async |min_position| {
        let patient_id = intake.patient.to_string();
        let asks = therapist::GetClientRequest { patient_id, min_position };
        let therapist = service.acting_as(Role::Therapist);
        therapist.therapist().get_client(asks).await.unwrap().into_inner()
    };
    // A week that nobody told of is no week without a dose.
    later(&service, Duration::from_hours(7 * 24));
    let nurse = service.acting_as(Role::Nurse);
    let unknown = nurse.send(measure()).await.unwrap();
    let client = seen(unknown.token.clone()).await;
    assert_eq!(client.summary.unwrap().adherence_percent, None);
    let told = client.adherence.unwrap();
    assert_eq!((told.measured_percent, told.measured_to.as_str()), (None, "2026-03-08"));
    let doctor = service.acting_as(Role::Psychiatrist);
    assert_eq!(waiting(&doctor, unknown.token, "outreach").await, []);

    days(&service, intake, &[true, false, true, false, true, false, false]).await;
    let nurse = service.acting_as(Role::Nurse);
    let little = nurse.send(measure()).await.unwrap();
    let client = seen(little.token.clone()).await;
    let line = client.summary.unwrap();
    assert_eq!((line.adherence_percent, line.unstable), (Some(42), true));
    let doctor = service.acting_as(Role::Psychiatrist);
    assert_eq!(waiting(&doctor, little.token, "outreach").await.len(), 1);
    let check_in = adherence::RecordCheckInRequest {
        header: intake.header(),
        episode: episode(intake),
        check_in_id: ID.to_owned(),
        doing: adherence::Doing::SoSo.into(),
        wants_call: false,
        note: String::new(),
    };
    let reached = nurse.send(check_in).await.unwrap();
    assert_eq!(waiting(&doctor, reached.token, "outreach").await, []);
}
