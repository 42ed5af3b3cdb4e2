//! One patient's course, as the people around them live it.

use concord_client::{Client, Error};
use concord_proto::concord::care_team::v1 as care_team;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::common::v1::{Frequency, Regimen, Route};
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::side_effects::v1 as side_effects;
use concord_proto::concord::therapist::v1 as therapist;
use concord_support::{Intake, Person, episode, fresh, today};

use crate::{PHARMACIST, PSYCHIATRIST, THERAPIST, start};

fn daily(dose_mg: f64) -> Regimen {
    Regimen { dose_mg, frequency: Frequency::Daily.into(), count: None, route: Route::Oral.into() }
}

fn order(intake: Intake, drug: &str, dose_mg: f64, order: &str) -> chart::PrescribeMedicationRequest {
    chart::PrescribeMedicationRequest {
        header: intake.header(),
        order_id: order.to_owned(),
        episode: episode(intake),
        drug: drug.to_owned(),
        regimen: Some(daily(dose_mg)),
        indication: "major-depression".to_owned(),
        reason: "Moderate depression, first choice.".to_owned(),
        supply: Some(chart::Supply { days: 30, refills: 1 }),
        start_on: today(),
        modality: chart::OrderModality::InPerson.into(),
        ..Default::default()
    }
}

fn reason(error: &Error) -> String {
    if let Error::Call(fault) = error { fault.reason.clone() } else { format!("{error:?}") }
}

async fn indicated(client: &Client) -> Intake {
    let intake = Intake::admit(client).await.unwrap();
    intake.indicate(client, "major-depression").await.unwrap();
    intake
}

#[tokio::test]
async fn nobody_is_prescribed_for_before_it_is_indicated_and_asked() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let intake = Intake::admit(&doctor).await.unwrap();
    let early = doctor.send(order(intake, "sertraline", 50.0, &fresh())).await.unwrap_err();
    assert_eq!(reason(&early), "NOT_INDICATED");
    intake.indicate(&doctor, "major-depression").await.unwrap();
    assert!(
        doctor.send(order(intake, "sertraline", 50.0, &fresh())).await.is_err(),
        "allergies were not asked"
    );
    intake.prepare(&doctor, "sertraline").await.unwrap();
    let receipt = doctor.send(order(intake, "sertraline", 50.0, &fresh())).await.unwrap();
    assert_eq!(receipt.events, 1);
}

#[tokio::test]
async fn a_therapist_reports_what_the_patient_says_but_prescribes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let therapist = server.client(THERAPIST).await.unwrap();
    let intake = indicated(&doctor).await;
    intake.prepare(&doctor, "sertraline").await.unwrap();
    let sertraline = fresh();
    let denied = therapist.send(order(intake, "sertraline", 50.0, &sertraline)).await.unwrap_err();
    assert_eq!(reason(&denied), "NOT_PERMITTED");
    doctor.send(order(intake, "sertraline", 50.0, &sertraline)).await.unwrap();
    let report = side_effects::ReportSideEffectRequest {
        header: intake.header(),
        report_id: fresh(),
        symptom: "nausea".to_owned(),
        description: "Feels sick every morning, skips group.".to_owned(),
        grade: side_effects::Grade::Moderate.into(),
        suspected_order_id: sertraline,
        ..Default::default()
    };
    assert_eq!(therapist.send(report).await.unwrap().events, 1);
}

#[tokio::test]
async fn an_outside_prescription_that_collides_is_recorded_and_seen_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let intake = indicated(&doctor).await;
    intake.prepare(&doctor, "sertraline").await.unwrap();
    doctor.send(order(intake, "sertraline", 50.0, &fresh())).await.unwrap();
    let outside = chart::RecordOutsideMedicationRequest {
        header: intake.header(),
        medication_id: fresh(),
        reported: Some(chart::Reported {
            name: "traMADol Hydrochloride 50 MG Oral Tablet".to_owned(),
            source: chart::InformationSource::Patient.into(),
            ..Default::default()
        }),
    };
    let receipt = doctor.send(outside).await.unwrap();
    assert!(receipt.events >= 2, "the medication and its collision are one append");
    let about: Vec<_> = receipt
        .warnings
        .iter()
        .filter_map(|finding| finding.key.as_ref())
        .flat_map(|key| key.about.clone())
        .collect();
    assert!(about.contains(&"sertraline".to_owned()) && about.contains(&"tramadol".to_owned()), "{about:?}");
}

#[tokio::test]
async fn what_two_clinicians_must_answer_for_is_refused_until_both_have() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let pharmacist = server.client(PHARMACIST).await.unwrap();
    let intake = indicated(&doctor).await;
    intake.prepare(&doctor, "sertraline").await.unwrap();
    intake.prepare(&doctor, "fluoxetine").await.unwrap();
    doctor.send(order(intake, "sertraline", 50.0, &fresh())).await.unwrap();

    let second = order(intake, "fluoxetine", 20.0, &fresh());
    let refused = doctor.send(second.clone()).await.unwrap_err();
    assert_eq!(reason(&refused), "UNSAFE");
    let Error::Call(fault) = refused else { panic!("{refused:?}") };
    let findings = fault.refusal.expect("a refusal names its findings").findings;
    let standing: Vec<_> = findings
        .iter()
        .filter(|finding| finding.key.as_ref().is_some_and(|key| key.about.len() == 2))
        .collect();
    assert!(standing.iter().all(|finding| !finding.source.is_empty() && !finding.advice.is_empty()));

    for finding in standing {
        let key = finding.key.clone();
        let agreed = chart::CosignOverrideRequest { header: intake.header(), finding: key.clone() };
        assert!(pharmacist.send(agreed.clone()).await.is_err(), "there is nothing to agree with yet");
        let overridden = chart::OverrideInteractionRequest {
            header: intake.header(),
            finding: key,
            reason: chart::OverrideReason::CrossTaper.into(),
            note: "Two weeks of overlap, then sertraline ends.".to_owned(),
        };
        doctor.send(overridden).await.unwrap();
        let own = chart::CosignOverrideRequest { header: intake.header(), ..agreed.clone() };
        assert_eq!(reason(&doctor.send(own).await.unwrap_err()), "OWN_OVERRIDE");
        let agreed = chart::CosignOverrideRequest { header: intake.header(), ..agreed };
        pharmacist.send(agreed).await.unwrap();
    }
    let second = chart::PrescribeMedicationRequest { header: intake.header(), ..second };
    let accepted = doctor.send(second).await.unwrap();
    assert!(!accepted.warnings.is_empty(), "what was overridden is still said");
}

#[tokio::test]
async fn a_receipt_is_readable_in_every_audience_s_view() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let intake = indicated(&doctor).await;
    let member = |person: Person, role: common::Role| care_team::AddMemberRequest {
        header: intake.header(),
        person_id: person.id.to_string(),
        role: role.into(),
        name: "Somebody".to_owned(),
        ..Default::default()
    };
    doctor.send(member(PSYCHIATRIST, common::Role::Psychiatrist)).await.unwrap();
    doctor.send(member(THERAPIST, common::Role::Therapist)).await.unwrap();
    intake.prepare(&doctor, "sertraline").await.unwrap();
    let receipt = doctor.send(order(intake, "sertraline", 50.0, &fresh())).await.unwrap();

    let therapist = server.client(THERAPIST).await.unwrap();
    let asked = therapist::ListCaseloadRequest { min_position: receipt.token.clone(), ..Default::default() };
    let caseload = therapist.therapist().list_caseload(asked).await.unwrap().into_inner();
    assert_eq!(caseload.clients.len(), 1);
    let asked = prescriber::GetClientRequest {
        patient_id: intake.patient.to_string(),
        min_position: receipt.token.clone(),
    };
    let client = doctor.prescriber().get_client(asked.clone()).await.unwrap().into_inner();
    assert_eq!(client.orders.len(), 1);
    let denied = therapist.prescriber().get_client(asked).await.unwrap_err();
    assert_eq!(denied.code(), tonic::Code::PermissionDenied, "a therapist sees no doses");
}

#[tokio::test]
async fn the_same_command_twice_has_one_effect_and_one_receipt() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let intake = Intake::admit(&doctor).await.unwrap();
    let asked = chart::ConfirmNoKnownAllergiesRequest { header: intake.header() };
    let first = doctor.send(asked.clone()).await.unwrap();
    assert_eq!(doctor.send(asked).await.unwrap(), first);
}

#[tokio::test]
async fn a_record_survives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let intake = indicated(&doctor).await;
    intake.prepare(&doctor, "sertraline").await.unwrap();
    server.kill().await.unwrap();
    let server = start(folder.path()).await;
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    assert_eq!(doctor.send(order(intake, "sertraline", 50.0, &fresh())).await.unwrap().events, 1);
}
