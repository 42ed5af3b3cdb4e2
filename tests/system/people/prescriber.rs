use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::Token;
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::scales::v1 as scales;
use concord_proto::concord::side_effects::v1 as side_effects;
use concord_support::{Intake, fresh};

use super::{List, MILD, PRACTITIONER, SEVERE, Ward, after, form, side_effect};
use crate::clinic::{NURSE, daily, outside, reason};

impl Ward {
    /// The worklist of somebody: what waits, most pressing first.
    async fn waits(&self, who: &concord_client::Client, min_position: Option<Token>) -> Vec<String> {
        let asks = prescriber::ListWorklistRequest { min_position, ..Default::default() };
        let items = who.prescriber().list_worklist(asks).await.unwrap().into_inner().items;
        items.into_iter().map(|item| item.kind).collect()
    }
}

fn lower(intake: Intake, order_id: &str, report_id: &str) -> chart::AdjustDoseRequest {
    chart::AdjustDoseRequest {
        header: intake.header(),
        order_id: order_id.to_owned(),
        regimen: daily(25.0),
        cause: Some(chart::Cause { basis: Some(chart::cause::Basis::ReportId(report_id.to_owned())) }),
        note: "With food".to_owned(),
        rests_on: None,
        acknowledgements: Vec::new(),
    }
}

fn decided(intake: Intake, order_id: &str, report_id: &str) -> side_effects::DecideSideEffectRequest {
    side_effects::DecideSideEffectRequest {
        header: intake.header(),
        report_id: report_id.to_owned(),
        decision: side_effects::Decision::ReduceDose.into(),
        order_id: order_id.to_owned(),
        rationale: "Half the dose with food".to_owned(),
    }
}

#[tokio::test]
async fn a_prescriber_works_through_the_morning_s_list_and_each_answer_takes_its_line_away() {
    let ward = Ward::open().await;
    let (clinic, intake, doctor) = (&ward.clinic, ward.clinic.intake, &ward.clinic.doctor);
    let (nurse, practitioner) = (clinic.acting_as(NURSE).await, clinic.acting_as(PRACTITIONER).await);
    let patient = clinic.patient().await;
    let (sertraline, _) = clinic.prescribe().await.unwrap();

    // Overnight: a severe side effect, a painkiller from the emergency room, and last week's score.
    let told = side_effect(intake, &sertraline, side_effects::Grade::Severe, "Vomits since midnight");
    let report_id = told.report_id.clone();
    patient.send(told).await.unwrap();
    nurse.send(outside(intake, "traMADol Hydrochloride 50 MG Oral Tablet")).await.unwrap();
    nurse.send(form(intake, scales::ScaleKind::Phq9, &SEVERE, 14)).await.unwrap();
    let scored = form(intake, scales::ScaleKind::Phq9, &MILD, 0);
    let overnight = nurse.send(scored).await.unwrap();

    // Eight o'clock: by when it is due, so that what cannot wait stands before what can; and it is nobody else's list.
    let morning = ward.waits(doctor, after(&overnight)).await;
    let place = |kind: &str| morning.iter().position(|item| item == kind);
    assert!(place("side_effect_triage").unwrap() < place("reconciliation").unwrap(), "{morning:?}");
    assert!(place("interaction").unwrap() < place("renewal").unwrap(), "{morning:?}");
    let theirs = ward.waits(&practitioner, after(&overnight)).await;
    assert!(!theirs.contains(&"side_effect_triage".to_owned()), "Ada is not theirs: {theirs:?}");

    // The collision is told with what to do, and with whom it came from.
    let asks = prescriber::GetClientRequest {
        patient_id: intake.patient.to_string(),
        min_position: after(&overnight),
    };
    let ada = doctor.prescriber().get_client(asks).await.unwrap().into_inner();
    let collision = ada.interactions.iter().find(|found| found.rule == "ddi.serotonergic.opioid").unwrap();
    assert_eq!(collision.about, ["sertraline", "tramadol"]);
    assert!(!collision.mechanism.is_empty() && !collision.advice.is_empty());

    // Half the dose for the side effect, and that is the answer to it.
    doctor.send(lower(intake, &sertraline, &report_id)).await.unwrap();
    doctor.send(decided(intake, &sertraline, &report_id)).await.unwrap();
    let settled = chart::ResolveInteractionRequest {
        header: intake.header(),
        finding: Some(concord_proto::concord::common::v1::FindingKey {
            rule: collision.rule.clone(),
            about: collision.about.clone(),
        }),
        resolution: "Rang the emergency room: ends today, acetaminophen instead".to_owned(),
    };
    let settled = doctor.send(settled).await.unwrap();
    let noon = ward.waits(doctor, after(&settled)).await;
    assert!(!noon.iter().any(|kind| kind.starts_with("side_effect") || kind == "interaction"), "{noon:?}");

    // The course shows why: score, effect, dose, in the order in which they came.
    let asks = prescriber::GetClientCourseRequest {
        patient_id: intake.patient.to_string(),
        min_position: after(&settled),
        page: None,
    };
    let course = doctor.prescriber().get_client_course(asks).await.unwrap().into_inner().points;
    let kinds: Vec<_> = course.iter().map(|point| point.kind.as_str()).collect();
    for kind in ["started", "effect_reported", "score", "adjusted", "effect_decided"] {
        assert!(kinds.contains(&kind), "{kind} is not in {kinds:?}");
    }

    // What is not theirs: the record that proves them. And a list of another is not decided on by guessing.
    assert_eq!(
        ward.sees(doctor).await,
        [List::Caseload, List::Worklist, List::Course, List::Reconciled, List::Program]
    );
    let unknown = chart::HoldMedicationRequest {
        header: intake.header(),
        order_id: fresh(),
        reason: "Vomits".to_owned(),
    };
    assert_eq!(reason(doctor.send(unknown).await), "UNKNOWN_ORDER");
}
