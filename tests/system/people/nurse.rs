use concord_proto::concord::adherence::v1 as adherence;
use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::follow_up::v1 as follow_up;
use concord_proto::concord::plan::v1 as plan;
use concord_proto::concord::side_effects::v1 as side_effects;
use concord_support::{episode, fresh, now};
use prost_types::Timestamp;

use super::{List, Ward, after, side_effect};
use crate::PSYCHIATRIST;
use crate::clinic::{CASE_MANAGER, NURSE, order, outside, reason};

#[tokio::test]
async fn a_nurse_keeps_the_chart_true_and_decides_nothing_that_is_a_prescriber_s() {
    let ward = Ward::open().await;
    let (clinic, intake, nurse) = (&ward.clinic, ward.clinic.intake, ward.clinic.acting_as(NURSE).await);
    let (sertraline, _) = clinic.prescribe().await.unwrap();

    // All bottles on the table: what was not known is written down, compared, and off the list.
    let bottle = outside(intake, "Ibuprofen 400 MG Oral Tablet");
    let medication_id = bottle.medication_id.clone();
    let found = nurse.send(bottle).await.unwrap();
    assert!(ward.due(&nurse, after(&found)).await.contains(&"reconciliation".to_owned()));
    let compared = chart::ReconcileMedicationsRequest {
        header: intake.header(),
        entries: vec![chart::ReconciledEntry {
            medication_id,
            action: chart::ReconcileAction::Continues.into(),
        }],
        note: "All bottles on the table".to_owned(),
    };
    let compared = nurse.send(compared).await.unwrap();
    let again = ward.due_in(&nurse, "reconciliation", after(&compared)).await.unwrap();
    assert!(again > 20, "off the list of today, and due again by time: {again} days");

    // A call in the afternoon is judged at once and goes to the prescriber.
    let told =
        side_effect(intake, &sertraline, side_effects::Grade::Moderate, "Feels sick after each tablet");
    let report_id = told.report_id.clone();
    let told = clinic.patient().await.send(told).await.unwrap();
    assert!(ward.due(&nurse, after(&told)).await.contains(&"side_effect_triage".to_owned()));
    let judged = side_effects::TriageSideEffectRequest {
        header: intake.header(),
        report_id: report_id.clone(),
        grade: side_effects::Grade::Moderate.into(),
        note: "Eats nothing with it; no warning signs".to_owned(),
    };
    let judged = nurse.send(judged).await.unwrap();
    let due = ward.due(&nurse, after(&judged)).await;
    assert!(due.contains(&"side_effect_decision".to_owned()), "{due:?}");
    assert!(!due.contains(&"side_effect_triage".to_owned()), "{due:?}");

    // What was explained and not understood comes up again.
    let lesson = plan::RecordEducationRequest {
        header: intake.header(),
        episode: episode(intake),
        topics: vec![plan::EducationTopic::ProperUse.into()],
        drug: "sertraline".to_owned(),
        method: plan::EducationMethod::Spoken.into(),
        teach_back: plan::TeachBack::Misunderstood.into(),
    };
    let taught = nurse.send(lesson).await.unwrap();
    assert!(ward.due(&nurse, after(&taught)).await.contains(&"education_repeat".to_owned()));

    // What is a prescriber's, and what nobody of the team sees.
    let decided = side_effects::DecideSideEffectRequest {
        header: intake.header(),
        report_id,
        decision: side_effects::Decision::ContinueAndMonitor.into(),
        order_id: String::new(),
        rationale: "It will pass".to_owned(),
    };
    assert_eq!(reason(nurse.send(decided).await), "NOT_PERMITTED");
    assert_eq!(reason(nurse.send(order(intake, "sertraline", 25.0)).await), "NOT_PERMITTED");
    assert_eq!(
        ward.sees(&nurse).await,
        [List::Worklist, List::Course, List::Reconciled, List::Program],
        "what is said in therapy is not theirs"
    );
}

#[tokio::test]
async fn a_case_manager_has_people_come_and_keeps_what_is_in_the_way_out_of_it_and_sees_no_chart() {
    let ward = Ward::open().await;
    let (clinic, intake) = (&ward.clinic, ward.clinic.intake);
    let (manager, patient) = (clinic.acting_as(CASE_MANAGER).await, clinic.patient().await);
    clinic.prescribe().await.unwrap();

    // Ada has been seen, and goes home without another appointment: it is on the list until she has one.
    let visit = |hours: i64| follow_up::ScheduleVisitRequest {
        header: intake.header(),
        episode: episode(intake),
        visit_id: fresh(),
        kind: follow_up::VisitKind::Medication.into(),
        at: Some(Timestamp { seconds: now().seconds + hours * 3_600, nanos: 0 }),
        modality: follow_up::Modality::InPerson.into(),
        with_person_id: PSYCHIATRIST.id.to_string(),
    };
    let today = visit(1);
    manager.send(today.clone()).await.unwrap();
    let seen = follow_up::RecordVisitRequest {
        header: intake.header(),
        episode: episode(intake),
        visit_id: today.visit_id,
        modality: follow_up::Modality::InPerson.into(),
        adherence_percent: None,
        summary: "Sleeps a little better".to_owned(),
    };
    let seen = clinic.doctor.send(seen).await.unwrap();
    assert!(ward.due(&manager, after(&seen)).await.contains(&"visit_to_book".to_owned()));
    let booked = manager.send(visit(3 * 24)).await.unwrap();
    let due = ward.due(&manager, after(&booked)).await;
    assert!(!due.contains(&"visit_to_book".to_owned()) && due.contains(&"visit".to_owned()), "{due:?}");

    // The tablets cost too much: it is somebody's task until it is solved.
    let barrier_id = fresh();
    let raised = adherence::RaiseBarrierRequest {
        header: intake.header(),
        episode: episode(intake),
        barrier_id: barrier_id.clone(),
        kind: adherence::BarrierKind::Cost.into(),
        words: "Forty dollars a month".to_owned(),
    };
    let raised = patient.send(raised).await.unwrap();
    assert!(ward.due(&manager, after(&raised)).await.contains(&"barrier".to_owned()));
    let removed = adherence::RemoveBarrierRequest {
        header: intake.header(),
        episode: episode(intake),
        barrier_id,
        how: "The plan pays after the first month".to_owned(),
    };
    let removed = manager.send(removed).await.unwrap();
    assert!(!ward.due(&manager, after(&removed)).await.contains(&"barrier".to_owned()));

    // Help that serves a goal of the plan.
    let goal_id = clinic.draft().await;
    let support = plan::PlanSupportRequest {
        header: intake.header(),
        episode: episode(intake),
        support_id: fresh(),
        goal_id,
        kind: plan::SupportKind::Transport.into(),
        what: "Bus pass".to_owned(),
        due_on: concord_support::today(),
    };
    let planned = manager.send(support).await.unwrap();
    assert!(ward.due(&manager, after(&planned)).await.contains(&"support".to_owned()));

    // No chart, no scores, no notes, and nothing to enter there.
    assert_eq!(ward.sees(&manager).await, [List::Program]);
    let result = chart::RecordResultRequest {
        header: intake.header(),
        lab: "sodium".to_owned(),
        value: Some(139.0),
        unit: "mmol/L".to_owned(),
        taken_at: Some(now()),
        last_dose_at: None,
    };
    assert_eq!(reason(manager.send(result).await), "NOT_PERMITTED");
}
