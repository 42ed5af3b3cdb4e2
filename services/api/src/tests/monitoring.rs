//! What is watched while a drug is taken, on a clock that can be moved.

use std::time::Duration;

use concord_client::Client;
use concord_kernel::{Clock, Instant, Role};
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{self as common, Frequency, Regimen, Route, Token};
use concord_proto::concord::liaison::v1 as liaison;
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_support::{Intake, episode};

use super::end_to_end::fault;
use super::samples::ID;
use super::service::{Service, person, signing};
use crate::common::encode::instant;

/// A patient who begins lithium.
async fn on_lithium(service: &Service) -> Intake {
    let doctor = service.acting_as(Role::Psychiatrist);
    let intake = Intake::admit(&doctor).await.unwrap();
    intake.indicate(&doctor, "bipolar").await.unwrap();
    intake.prepare(&doctor, "lithium").await.unwrap();
    for (role, encoded, organisation) in [
        (Role::Psychiatrist, common::Role::Psychiatrist, ""),
        (Role::PrimaryCare, common::Role::PrimaryCare, "Riverbend Family Practice"),
    ] {
        let member = concord_proto::concord::care_team::v1::AddMemberRequest {
            header: intake.header(),
            person_id: person(role),
            role: encoded.into(),
            name: "Somebody".to_owned(),
            organisation: organisation.to_owned(),
        };
        doctor.send(member).await.unwrap();
    }
    doctor.send(signing(99, intake.patient.as_u128(), Role::PrimaryCare)).await.unwrap();
    let regimen = Regimen {
        dose_mg: 600.0,
        frequency: Frequency::AtBedtime.into(),
        count: None,
        route: Route::Oral.into(),
    };
    let order = chart::PrescribeMedicationRequest {
        header: intake.header(),
        order_id: ID.to_owned(),
        episode: episode(intake),
        drug: "lithium".to_owned(),
        regimen: Some(regimen),
        indication: "bipolar".to_owned(),
        reason: "first choice".to_owned(),
        supply: Some(chart::Supply { days: 30, refills: 1 }),
        start_on: "2026-03-02".to_owned(),
        modality: chart::OrderModality::InPerson.into(),
        ..Default::default()
    };
    doctor.send(order).await.unwrap();
    intake
}

fn result(intake: Intake, lab: &str, value: f64, unit: &str, at: Instant) -> chart::RecordResultRequest {
    chart::RecordResultRequest {
        header: intake.header(),
        lab: lab.to_owned(),
        value: Some(value),
        unit: unit.to_owned(),
        taken_at: Some(instant(at)),
        last_dose_at: None,
    }
}

async fn worklist(doctor: &Client, min_position: Option<Token>, kind: &str) -> Vec<(String, String)> {
    let asks = prescriber::ListWorklistRequest { min_position, ..Default::default() };
    let list = doctor.prescriber().list_worklist(asks).await.unwrap().into_inner();
    let of_kind = list.items.into_iter().filter(|item| item.kind == kind);
    of_kind
        .map(|item| {
            let at = Instant::from_micros(item.due_at.unwrap().seconds * 1_000_000).unwrap();
            (item.summary, at.day().to_string())
        })
        .collect()
}

fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    wanted.iter().map(|(name, day)| ((*name).to_owned(), (*day).to_owned())).collect()
}

#[tokio::test]
async fn e08_each_drug_has_its_tests_come_due_and_what_is_missing_is_said() {
    let service = Service::start().await;
    let intake = on_lithium(&service).await;
    let (doctor, nurse) = (service.acting_as(Role::Psychiatrist), service.acting_as(Role::Nurse));
    let now = service.clock.now();
    let first = nurse.send(result(intake, "calcium", 9.4, "mg/dL", now)).await.unwrap();
    let wanted = pairs(&[
        ("QTc interval", "2026-03-02"),
        ("Creatinine", "2026-03-02"),
        ("Thyrotropin", "2026-03-02"),
        ("Lithium level", "2026-03-07"),
        ("Calcium", "2026-08-31"),
    ]);
    assert_eq!(worklist(&doctor, first.token.clone(), "test").await, wanted);

    // The liaison sees the same list, and of which tests nobody knows a result.
    let outside = service.acting_as(Role::PrimaryCare);
    let patient_id = intake.patient.to_string();
    let asks = liaison::GetReconciledListRequest { patient_id, min_position: first.token };
    let list = outside.liaison().get_reconciled_list(asks).await.unwrap().into_inner();
    let told: Vec<_> = list
        .tests
        .iter()
        .map(|test| (test.name.as_str(), test.because.as_str(), test.last_taken_at.is_some()))
        .collect();
    assert_eq!(
        told,
        [
            ("QTc interval", "baseline", false),
            ("Creatinine", "baseline", false),
            ("Thyrotropin", "baseline", false),
            ("Lithium level", "after_start", false),
            ("Calcium", "after_start", true),
        ]
    );

    // A level counts once it is known how long after the dose it was drawn.
    service.clock.advance_to(now.plus(Duration::from_hours(5 * 24)));
    let (doctor, nurse) = (service.acting_as(Role::Psychiatrist), service.acting_as(Role::Nurse));
    let drawn = service.clock.now();
    let untimed = nurse.send(result(intake, "lithium-level", 0.7, "mmol/L", drawn)).await.unwrap();
    let level = |due: Vec<(String, String)>| {
        due.into_iter().find(|(name, _)| name == "Lithium level").map(|(_, day)| day).unwrap()
    };
    assert_eq!(level(worklist(&doctor, untimed.token, "test").await), "2026-03-07");
    let dose = Instant::from_micros(drawn.micros() - 12 * 3_600_000_000).unwrap();
    let timed = chart::RecordResultRequest {
        last_dose_at: Some(instant(dose)),
        ..result(intake, "lithium-level", 0.7, "mmol/L", drawn)
    };
    let timed = nurse.send(timed).await.unwrap();
    assert_eq!(level(worklist(&doctor, timed.token, "test").await), "2026-03-14");

    let waive = |test: &str| chart::WaiveTestRequest {
        header: intake.header(),
        order_id: ID.to_owned(),
        test: test.to_owned(),
        until: "2026-06-01".to_owned(),
        reason: "Done by primary care in February".to_owned(),
    };
    assert_eq!(fault(nurse.send(waive("mon.lithium.thyroid")).await).reason, "NOT_PERMITTED");
    assert_eq!(fault(doctor.send(waive("mon.clozapine.neutrophils")).await).reason, "UNKNOWN_TEST");
    let waived = doctor.send(waive("mon.lithium.thyroid")).await.unwrap();
    let due = worklist(&doctor, waived.token, "test").await;
    assert!(due.contains(&("Thyrotropin".to_owned(), "2026-06-01".to_owned())), "{due:?}");
}

#[tokio::test]
async fn e08_a_critical_result_is_flagged_with_it_and_acknowledged_within_the_hour() {
    let service = Service::start().await;
    let intake = on_lithium(&service).await;
    let (doctor, nurse) = (service.acting_as(Role::Psychiatrist), service.acting_as(Role::Nurse));
    let drawn = service.clock.now();
    let toxic = nurse.send(result(intake, "lithium-level", 1.7, "mmol/L", drawn)).await.unwrap();
    assert!(toxic.events >= 2, "the result and its flag in one append");
    let waits = worklist(&doctor, toxic.token, "critical_result").await;
    assert_eq!(waits, pairs(&[("Lithium level", "2026-03-02")]));
    let review = || chart::ReviewResultRequest {
        header: intake.header(),
        lab: "lithium-level".to_owned(),
        taken_at: Some(instant(drawn)),
        action: "Held; level and creatinine again tomorrow".to_owned(),
    };
    assert_eq!(fault(nurse.send(review()).await).reason, "NOT_PERMITTED");
    let reviewed = doctor.send(review()).await.unwrap();
    assert!(worklist(&doctor, reviewed.token, "critical_result").await.is_empty());
    assert_eq!(fault(doctor.send(review()).await).reason, "NO_CRITICAL_RESULT");
}
