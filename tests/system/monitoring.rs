//! What is watched while a drug is taken, as prescriber and liaison live it.

use concord_client::Client;
use concord_proto::concord::care_team::v1 as care_team;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::common::v1::{Frequency, Regimen, Route, Token};
use concord_proto::concord::liaison::v1 as liaison;
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::scales::v1 as scales;
use concord_support::{Intake, Person, episode, fresh, now, today};

use crate::clinic::signed;
use crate::{PSYCHIATRIST, start};

const NURSE: Person = Person::new("nurse", 6);
const PRIMARY_CARE: Person = Person::new("primary_care", 7);

async fn waiting(doctor: &Client, kind: &str, min_position: Option<Token>) -> Vec<String> {
    let asks = prescriber::ListWorklistRequest { min_position, ..Default::default() };
    let list = doctor.prescriber().list_worklist(asks).await.unwrap().into_inner();
    list.items.into_iter().filter(|item| item.kind == kind).map(|item| item.summary).collect()
}

#[tokio::test]
async fn e08_a_drug_has_its_tests_come_due_and_a_critical_result_is_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let nurse = server.client(NURSE).await.unwrap();
    let intake = Intake::admit(&doctor).await.unwrap();
    intake.indicate(&doctor, "bipolar").await.unwrap();
    intake.prepare(&doctor, "lithium").await.unwrap();
    for (person, role, organisation) in [
        (PSYCHIATRIST, common::Role::Psychiatrist, ""),
        (PRIMARY_CARE, common::Role::PrimaryCare, "Riverbend Family Practice"),
    ] {
        let member = care_team::AddMemberRequest {
            header: intake.header(),
            person_id: person.id.to_string(),
            role: role.into(),
            name: "Somebody".to_owned(),
            organisation: organisation.to_owned(),
        };
        doctor.send(member).await.unwrap();
    }
    doctor.send(signed(intake, PRIMARY_CARE)).await.unwrap();
    let (frequency, route) = (Frequency::AtBedtime.into(), Route::Oral.into());
    let order = chart::PrescribeMedicationRequest {
        header: intake.header(),
        order_id: fresh(),
        episode: episode(intake),
        drug: "lithium".to_owned(),
        regimen: Some(Regimen { dose_mg: 600.0, frequency, count: None, route }),
        indication: "bipolar".to_owned(),
        reason: "First choice".to_owned(),
        supply: Some(chart::Supply { days: 30, refills: 1 }),
        start_on: today(),
        modality: chart::OrderModality::InPerson.into(),
        ..Default::default()
    };
    let ordered = doctor.send(order).await.unwrap();
    let due = waiting(&doctor, "test", ordered.token.clone()).await;
    // The heart is looked at because the patient is older than 40.
    assert_eq!(due, ["Calcium", "QTc interval", "Creatinine", "Thyrotropin", "Lithium level"]);
    let outside = server.client(PRIMARY_CARE).await.unwrap();
    let patient_id = intake.patient.to_string();
    let asks = liaison::GetReconciledListRequest { patient_id, min_position: ordered.token };
    let list = outside.liaison().get_reconciled_list(asks).await.unwrap().into_inner();
    assert_eq!(list.tests.len(), 5);
    assert!(list.tests.iter().all(|test| test.last_taken_at.is_none()), "nothing known is not nothing done");

    let taken_at = Some(now());
    let toxic = chart::RecordResultRequest {
        header: intake.header(),
        lab: "lithium-level".to_owned(),
        value: Some(1.7),
        unit: "mmol/L".to_owned(),
        taken_at,
        last_dose_at: None,
    };
    let toxic = nurse.send(toxic).await.unwrap();
    assert_eq!(waiting(&doctor, "critical_result", toxic.token.clone()).await, ["Lithium level"]);
    let still_due = waiting(&doctor, "test", toxic.token).await;
    assert!(still_due.contains(&"Lithium level".to_owned()), "nobody knows when the dose was: {still_due:?}");
    let review = chart::ReviewResultRequest {
        header: intake.header(),
        lab: "lithium-level".to_owned(),
        taken_at,
        action: "Held; level and creatinine again tomorrow".to_owned(),
    };
    let reviewed = doctor.send(review).await.unwrap();
    assert!(waiting(&doctor, "critical_result", reviewed.token).await.is_empty());
}

/// Days until the movements are to be looked at, as the worklist says it.
async fn days_to_movements(doctor: &Client, min_position: Option<Token>) -> i64 {
    let asks = prescriber::ListWorklistRequest { min_position, ..Default::default() };
    let list = doctor.prescriber().list_worklist(asks).await.unwrap().into_inner();
    let mut items = list.items.into_iter().filter(|item| item.kind == "test");
    let item = items.find(|item| item.summary == "Abnormal Involuntary Movement Scale").unwrap();
    (item.due_at.unwrap().seconds - now().seconds) / 86_400
}

#[tokio::test]
async fn e20_an_antipsychotic_asks_for_movements_and_the_form_that_was_filled_in_answers_for_a_year() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let nurse = server.client(NURSE).await.unwrap();
    let intake = Intake::admit(&doctor).await.unwrap();
    intake.indicate(&doctor, "schizophrenia").await.unwrap();
    intake.prepare(&doctor, "risperidone").await.unwrap();
    let member = care_team::AddMemberRequest {
        header: intake.header(),
        person_id: PSYCHIATRIST.id.to_string(),
        role: common::Role::Psychiatrist.into(),
        name: "Somebody".to_owned(),
        organisation: String::new(),
    };
    doctor.send(member).await.unwrap();
    let (frequency, route) = (Frequency::AtBedtime.into(), Route::Oral.into());
    let order = chart::PrescribeMedicationRequest {
        header: intake.header(),
        order_id: fresh(),
        episode: episode(intake),
        drug: "risperidone".to_owned(),
        regimen: Some(Regimen { dose_mg: 1.0, frequency, count: None, route }),
        indication: "schizophrenia".to_owned(),
        reason: "Voices for eight weeks".to_owned(),
        supply: Some(chart::Supply { days: 30, refills: 1 }),
        start_on: today(),
        modality: chart::OrderModality::InPerson.into(),
        ..Default::default()
    };
    let ordered = doctor.send(order).await.unwrap();
    assert!(days_to_movements(&doctor, ordered.token).await <= 0);
    let form = |mode: scales::AdministrationMode| scales::AdministerScaleRequest {
        header: intake.header(),
        scale_id: fresh(),
        scale: scales::ScaleKind::Aims.into(),
        items: [2, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]
            .map(|answer| scales::ScaleItem { answer: Some(answer) })
            .into(),
        stated_total: Some(4),
        mode: mode.into(),
        language: "en-US".to_owned(),
        taken_at: Some(now()),
        substance: String::new(),
    };
    let own = nurse.send(form(scales::AdministrationMode::SelfReport)).await;
    assert!(own.is_err(), "nobody sees their own movements");
    let seen = nurse.send(form(scales::AdministrationMode::Clinician)).await.unwrap();
    assert!((360..=365).contains(&days_to_movements(&doctor, seen.token).await));
}
