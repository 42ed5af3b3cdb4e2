//! How medication is chosen, changed and watched, as those who do it live it. Each test is named by the feature that it
//! shows.

use concord_client::{Client, Error};
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::{CommandReceipt, Token};
use concord_proto::concord::follow_up::v1 as follow_up;
use concord_proto::concord::follow_up::v1::{Cadence, VisitKind};
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::scales::v1 as scales;
use concord_proto::concord::side_effects::v1 as side_effects;
use concord_proto::concord::therapist::v1 as therapist;
use concord_support::{Intake, episode, fresh, now};
use prost_types::Timestamp;

use crate::PSYCHIATRIST;
use crate::clinic::{Clinic, NURSE, daily, order, reason, refusal};

const DAY: i64 = 24 * 60 * 60;

fn in_seconds(seconds: i64) -> Timestamp {
    let now = now();
    Timestamp { seconds: now.seconds + seconds, ..now }
}

/// The course as the prescriber sees it: kind, subject and summary of each point.
async fn course(clinic: &Clinic, min_position: Option<Token>) -> Vec<prescriber::CoursePoint> {
    let patient_id = clinic.intake.patient.to_string();
    let asks = prescriber::GetClientCourseRequest { patient_id, min_position, page: None };
    clinic.doctor.prescriber().get_client_course(asks).await.unwrap().into_inner().points
}

#[tokio::test]
async fn f06_a_drug_is_ordered_for_a_diagnosis_that_was_made_and_says_why_this_one() {
    let clinic = Clinic::open().await;
    let wanted = order(clinic.intake, "sertraline", 50.0);
    let other = chart::PrescribeMedicationRequest { indication: "ptsd".to_owned(), ..wanted.clone() };
    assert_eq!(reason(clinic.doctor.send(other).await), "INDICATION_NOT_DIAGNOSED");
    let silent = chart::PrescribeMedicationRequest { reason: String::new(), ..wanted.clone() };
    assert_eq!(reason(clinic.doctor.send(silent).await), "FIELD_INVALID");
    let why = "Panic with the depression; her sister does well on it; citalopram did nothing in ten weeks";
    let chosen = chart::PrescribeMedicationRequest { reason: why.to_owned(), ..wanted };
    let ordered = clinic.doctor.send(chosen).await.unwrap();
    let begun =
        course(&clinic, ordered.token.clone()).await.into_iter().find(|point| point.kind == "started");
    assert_eq!(begun.unwrap().summary, why);

    // What it is for is known to therapy, without the dose.
    let patient_id = clinic.intake.patient.to_string();
    let asks = therapist::GetClientRequest { patient_id, min_position: ordered.token };
    let seen = clinic.therapist.therapist().get_client(asks).await.unwrap().into_inner();
    let medication = &seen.medications[0];
    assert_eq!(
        (medication.name.as_str(), medication.purpose.as_str()),
        ("Sertraline", "Major depressive disorder")
    );
}

pub(crate) fn change(
    intake: Intake,
    order_id: &str,
    mg: f64,
    basis: chart::cause::Basis,
) -> chart::AdjustDoseRequest {
    chart::AdjustDoseRequest {
        header: intake.header(),
        order_id: order_id.to_owned(),
        regimen: daily(mg),
        cause: Some(chart::Cause { basis: Some(basis) }),
        rests_on: None,
        note: "Sick every morning since the start".to_owned(),
        acknowledgements: Vec::new(),
    }
}

pub(crate) fn report(
    intake: Intake,
    order_id: &str,
    grade: side_effects::Grade,
) -> side_effects::ReportSideEffectRequest {
    side_effects::ReportSideEffectRequest {
        header: intake.header(),
        report_id: fresh(),
        symptom: "nausea".to_owned(),
        description: "Sick every morning, did not get to group".to_owned(),
        grade: grade.into(),
        suspected_order_id: order_id.to_owned(),
        ..Default::default()
    }
}

#[tokio::test]
async fn f07_a_dose_changes_for_a_cause_and_the_course_shows_both() {
    let clinic = Clinic::open().await;
    let (intake, doctor) = (clinic.intake, &clinic.doctor);
    let (order_id, _) = clinic.prescribe().await.unwrap();
    let told = report(intake, &order_id, side_effects::Grade::Moderate);
    let cause = || chart::cause::Basis::ReportId(told.report_id.clone());
    clinic.therapist.send(told.clone()).await.unwrap();

    let without = chart::AdjustDoseRequest { cause: None, ..change(intake, &order_id, 25.0, cause()) };
    assert_eq!(reason(doctor.send(without).await), "FIELD_INVALID");
    let level = chart::cause::Basis::Lab("lithium-level".to_owned());
    assert_eq!(reason(doctor.send(change(intake, &order_id, 25.0, level)).await), "CAUSE_NOT_ON_CHART");
    assert_eq!(reason(doctor.send(change(intake, &order_id, 100.0, cause())).await), "RISE_TOO_SOON");
    assert_eq!(reason(doctor.send(change(intake, &order_id, 150.0, cause())).await), "RISE_TOO_LARGE");
    let less = doctor.send(change(intake, &order_id, 25.0, cause())).await.unwrap();

    let points = course(&clinic, less.token).await;
    let kinds: Vec<_> = points.iter().map(|point| point.kind.as_str()).collect();
    let at =
        |kind: &str| kinds.iter().position(|known| *known == kind).unwrap_or_else(|| panic!("{kinds:?}"));
    assert!(at("started") < at("effect_reported") && at("effect_reported") < at("adjusted"), "{kinds:?}");
    let adjusted = &points[at("adjusted")];
    assert_eq!(
        (adjusted.value, adjusted.summary.as_str()),
        (Some(25.0), "Sick every morning since the start")
    );
}

fn appointment(intake: Intake, at: Timestamp) -> follow_up::ScheduleVisitRequest {
    follow_up::ScheduleVisitRequest {
        header: intake.header(),
        episode: episode(intake),
        visit_id: fresh(),
        kind: VisitKind::Medication.into(),
        at: Some(at),
        modality: follow_up::Modality::InPerson.into(),
        with_person_id: PSYCHIATRIST.id.to_string(),
    }
}

/// Sees the patient now.
async fn visit(doctor: &Client, intake: Intake, adherence_percent: u32) -> CommandReceipt {
    let booked = appointment(intake, in_seconds(60));
    doctor.send(booked.clone()).await.unwrap();
    let seen = follow_up::RecordVisitRequest {
        header: intake.header(),
        episode: episode(intake),
        visit_id: booked.visit_id,
        modality: follow_up::Modality::InPerson.into(),
        adherence_percent: Some(adherence_percent),
        summary: "Sleeps through; back at group".to_owned(),
    };
    doctor.send(seen).await.unwrap()
}

fn cadence(intake: Intake, to: Cadence) -> follow_up::ChangeCadenceRequest {
    follow_up::ChangeCadenceRequest {
        header: intake.header(),
        episode: episode(intake),
        to: to.into(),
        reason: "Well for weeks".to_owned(),
    }
}

pub(crate) fn phq9(intake: Intake, answers: [u32; 9], days_ago: i64) -> scales::AdministerScaleRequest {
    scales::AdministerScaleRequest {
        header: intake.header(),
        scale_id: fresh(),
        scale: scales::ScaleKind::Phq9.into(),
        items: answers.into_iter().map(|answer| scales::ScaleItem { answer: Some(answer) }).collect(),
        stated_total: Some(answers.iter().sum()),
        mode: scales::AdministrationMode::SelfReport.into(),
        language: "en-US".to_owned(),
        taken_at: Some(in_seconds(-days_ago * DAY - 60)),
        substance: String::new(),
    }
}

pub(crate) const SEVERE: [u32; 9] = [3, 3, 3, 3, 2, 2, 2, 2, 0];
pub(crate) const MILD: [u32; 9] = [1, 1, 1, 1, 1, 1, 1, 0, 0];

#[tokio::test]
async fn f09_visits_come_weekly_until_the_patient_is_stable_and_weekly_again_when_they_are_not() {
    let clinic = Clinic::open().await;
    let (intake, doctor) = (clinic.intake, &clinic.doctor);
    let late = appointment(intake, in_seconds(9 * DAY));
    assert_eq!(reason(doctor.send(late).await), "VISIT_INTERVAL_TOO_LONG");

    // Nothing shows yet that fewer visits are enough, and the refusal says what is missing.
    let too_early = refusal(doctor.send(cadence(intake, Cadence::BiWeekly)).await);
    assert_eq!(too_early.details, ["scores_respond", "doses_taken", "visits_kept"]);
    for (answers, days_ago) in [(SEVERE, 20), (MILD, 10), (MILD, 1)] {
        doctor.send(phq9(intake, answers, days_ago)).await.unwrap();
    }
    visit(doctor, intake, 95).await;
    let once = refusal(doctor.send(cadence(intake, Cadence::BiWeekly)).await);
    assert_eq!(once.details, ["visits_kept"]);
    visit(doctor, intake, 95).await;
    assert_eq!(reason(doctor.send(cadence(intake, Cadence::Monthly)).await), "CADENCE_ONE_STEP_AT_A_TIME");
    assert_eq!(reason(clinic.therapist.send(cadence(intake, Cadence::BiWeekly)).await), "NOT_PERMITTED");
    let less = doctor.send(cadence(intake, Cadence::BiWeekly)).await.unwrap();
    doctor.send(appointment(intake, in_seconds(13 * DAY))).await.unwrap();
    let told = clinic.told_to_liaison(less.token).await;
    assert!(told.iter().any(|said| said.starts_with("Medication visits every 14 days")), "{told:?}");

    // A medication that was begun is watched closely again, and a risk brings the patient in within a week.
    clinic.prescribe().await.unwrap();
    let changed = refusal(doctor.send(cadence(intake, Cadence::Monthly)).await);
    assert!(changed.details.contains(&"dose_unchanged".to_owned()), "{changed:?}");
    let thoughts = [2, 2, 2, 2, 2, 2, 2, 2, 1];
    doctor.send(phq9(intake, thoughts, 0)).await.unwrap();
    assert_eq!(reason(doctor.send(appointment(intake, in_seconds(10 * DAY))).await), "VISIT_AFTER_RED_FLAG");
    doctor.send(cadence(intake, Cadence::Weekly)).await.unwrap();
}

#[tokio::test]
async fn f10_scores_are_added_up_and_compared_with_where_the_patient_began() {
    let clinic = Clinic::open().await;
    let intake = clinic.intake;
    let patient = clinic.patient().await;
    let wrong = scales::AdministerScaleRequest { stated_total: Some(7), ..phq9(intake, SEVERE, 0) };
    assert_eq!(reason(patient.send(wrong).await), "SCALE_TOTAL_MISMATCH");
    let short = scales::AdministerScaleRequest { items: Vec::new(), ..phq9(intake, SEVERE, 0) };
    assert_eq!(reason(patient.send(short).await), "SCALE_ITEM_COUNT");
    patient.send(phq9(intake, SEVERE, 28)).await.unwrap();
    let better = patient.send(phq9(intake, MILD, 0)).await.unwrap();

    let asks = || therapist::GetClientRequest {
        patient_id: intake.patient.to_string(),
        min_position: better.token.clone(),
    };
    let seen = clinic.therapist.therapist().get_client(asks()).await.unwrap().into_inner();
    let trend = &seen.scores[0];
    assert_eq!((trend.scale.as_str(), trend.baseline, trend.last), ("phq9", 20, 7));
    assert_eq!((trend.response, trend.remission), (Some(true), Some(false)));
    let line = seen.summary.unwrap();
    assert_eq!((line.phq9_baseline, line.phq9), (Some(20), Some(7)));
    let points = course(&clinic, better.token.clone()).await;
    let scores: Vec<_> =
        points.iter().filter(|point| point.kind == "score").map(|point| point.value).collect();
    assert_eq!(scores, [Some(20.0), Some(7.0)]);
}

#[tokio::test]
async fn f21_what_the_patient_feels_reaches_the_prescriber_with_a_deadline_and_is_answered() {
    let clinic = Clinic::open().await;
    let (intake, doctor) = (clinic.intake, &clinic.doctor);
    let (order_id, _) = clinic.prescribe().await.unwrap();
    let patient = clinic.patient().await;
    let told = report(intake, &order_id, side_effects::Grade::Severe);
    let report_id = told.report_id.clone();
    let reported = patient.send(told).await.unwrap();
    assert_eq!(clinic.worklist("side_effect_triage", reported.token.clone()).await.len(), 1);
    let asks = prescriber::GetClientRequest {
        patient_id: intake.patient.to_string(),
        min_position: reported.token.clone(),
    };
    let shown = doctor.prescriber().get_client(asks).await.unwrap().into_inner();
    let open = &shown.side_effects[0];
    let (told_at, due_at) = (open.reported_at.unwrap().seconds, open.due_at.unwrap().seconds);
    assert_eq!(due_at - told_at, 4 * 60 * 60, "what is severe is decided within four hours");

    let nurse = clinic.acting_as(NURSE).await;
    let judged = |grade: side_effects::Grade| side_effects::TriageSideEffectRequest {
        header: intake.header(),
        report_id: report_id.clone(),
        grade: grade.into(),
        note: "Keeps nothing down since yesterday; no fever".to_owned(),
    };
    // What the patient calls severe is made less of by a prescriber only.
    let less = nurse.send(judged(side_effects::Grade::Mild)).await;
    assert_eq!(reason(less), "NOT_A_PRESCRIBER");
    let triaged = nurse.send(judged(side_effects::Grade::Severe)).await.unwrap();
    assert_eq!(clinic.worklist("side_effect_decision", triaged.token).await.len(), 1);

    // A decision is carried out by an order of this patient, not by words alone.
    let decide = |order_id: String| side_effects::DecideSideEffectRequest {
        header: intake.header(),
        report_id: report_id.clone(),
        decision: side_effects::Decision::ReduceDose.into(),
        order_id,
        rationale: "Half the dose with food".to_owned(),
    };
    assert_eq!(reason(nurse.send(decide(order_id.clone())).await), "NOT_PERMITTED");
    assert_eq!(reason(doctor.send(decide(fresh())).await), "UNKNOWN_ORDER");
    let cause = chart::cause::Basis::ReportId(report_id.clone());
    doctor.send(change(intake, &order_id, 25.0, cause)).await.unwrap();
    let decided = doctor.send(decide(order_id)).await.unwrap();
    assert!(clinic.worklist("side_effect_decision", decided.token.clone()).await.is_empty());
    let point = course(&clinic, decided.token).await.pop().unwrap();
    assert_eq!((point.kind.as_str(), point.summary.as_str()), ("effect_decided", "Half the dose with food"));
    let over = |report_id: String| side_effects::ResolveSideEffectRequest {
        header: intake.header(),
        report_id,
        outcome: side_effects::Outcome::Recovered.into(),
    };
    nurse.send(over(report_id)).await.unwrap();
    assert!(matches!(nurse.send(over(fresh())).await, Err(Error::Call(_))));
}
