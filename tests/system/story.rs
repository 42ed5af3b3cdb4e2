//! One patient's course, as the people around them live it.

use concord_client::{Client, Error};
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{Frequency, Regimen, Route};
use concord_proto::concord::side_effects::v1 as side_effects;
use concord_support::{Intake, episode, fresh, today};

use crate::{PSYCHIATRIST, THERAPIST, start};

fn daily(dose_mg: f64) -> Option<Regimen> {
    Some(Regimen { dose_mg, frequency: Frequency::Daily.into(), count: None, route: Route::Oral.into() })
}

fn order(intake: Intake, drug: &str, dose_mg: f64, order: &str) -> chart::PrescribeMedicationRequest {
    chart::PrescribeMedicationRequest {
        header: intake.header(),
        order_id: order.to_owned(),
        episode: episode(intake),
        drug: drug.to_owned(),
        regimen: daily(dose_mg),
        indication: "major-depression".to_owned(),
        reason: "Moderate depression, first choice.".to_owned(),
        supply: Some(chart::Supply { days: 30, refills: 1 }),
        start_on: today(),
        modality: chart::OrderModality::InPerson.into(),
        ..Default::default()
    }
}

fn reason(error: &Error) -> String {
    match error {
        Error::Call(fault) => fault.reason.clone(),
        other => format!("{other:?}"),
    }
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
