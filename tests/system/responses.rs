//! Whether a medication helps, as far as a clock that cannot be moved shows it. The whole story, six weeks long, is told
//! in the tests of the API.

use concord_proto::concord::chart::v1 as chart;
use concord_proto::concord::common::v1::Token;
use concord_proto::concord::prescriber::v1 as prescriber;
use concord_proto::concord::scales::v1 as scales;
use concord_support::{fresh, now};

use crate::clinic::{Clinic, NURSE, reason};

async fn trial(clinic: &Clinic, min_position: Option<Token>) -> prescriber::ChartTrial {
    let patient_id = clinic.intake.patient.to_string();
    let asks = prescriber::GetClientRequest { patient_id, min_position };
    let chart = clinic.doctor.prescriber().get_client(asks).await.unwrap().into_inner();
    chart.trials.into_iter().next().expect("the order has a trial")
}

#[tokio::test]
async fn f22_what_keeps_a_trial_from_being_judged_is_said_and_nothing_ends_for_want_of_response_unjudged() {
    let clinic = Clinic::open().await;
    let (order_id, ordered) = clinic.prescribe().await.unwrap();
    let begun = trial(&clinic, ordered.clone()).await;
    assert_eq!(
        (begun.outcome.as_str(), &begun.missing[..]),
        ("not_judged", &["no_baseline".to_owned(), "no_score_since".to_owned()][..])
    );
    let unknown = clinic.worklist("response_unknown", ordered).await;
    assert!(unknown[0].starts_with("Sertraline: cannot be judged at 50 mg"), "{unknown:?}");

    let nurse = clinic.acting_as(NURSE).await;
    let score = scales::AdministerScaleRequest {
        header: clinic.intake.header(),
        scale_id: fresh(),
        scale: scales::ScaleKind::Phq9.into(),
        items: vec![scales::ScaleItem { answer: Some(2) }; 9],
        stated_total: Some(18),
        mode: scales::AdministrationMode::SelfReport.into(),
        language: "en-US".to_owned(),
        taken_at: Some(now()),
        substance: String::new(),
    };
    let scored = nurse.send(score).await.unwrap();
    assert_eq!(trial(&clinic, scored.token.clone()).await.baseline, Some(18));
    assert_eq!(clinic.worklist("response_score", scored.token).await.len(), 1);

    let ineffective = || chart::StopMedicationRequest {
        header: clinic.intake.header(),
        order_id: order_id.clone(),
        reason: chart::StopReason::Ineffective.into(),
        last_dose_at: None,
        abrupt_because: String::new(),
    };
    assert_eq!(reason(clinic.doctor.send(ineffective()).await), "RESPONSE_NOT_ASSESSED");
    let assess = || chart::AssessResponseRequest {
        header: clinic.intake.header(),
        order_id: order_id.clone(),
        decision: chart::ResponseDecision::Stop.into(),
        wait_until: String::new(),
        reason: "Wants to stop after a day".to_owned(),
    };
    assert_eq!(reason(nurse.send(assess()).await), "NOT_PERMITTED");
    clinic.doctor.send(assess()).await.unwrap();
    // That somebody decided to stop does not make a trial of a day an adequate one.
    assert_eq!(reason(clinic.doctor.send(ineffective()).await), "RESPONSE_NOT_ASSESSED");
    let wanted =
        chart::StopMedicationRequest { reason: chart::StopReason::PatientChoice.into(), ..ineffective() };
    let stopped = clinic.doctor.send(wanted).await.unwrap();
    assert!(clinic.worklist("response_score", stopped.token).await.is_empty());
}
