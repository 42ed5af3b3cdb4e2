use concord_proto::concord::common::v1::Token;
use concord_proto::concord::plan::v1 as plan;
use concord_proto::concord::scales::v1 as scales;
use concord_proto::concord::side_effects::v1 as side_effects;
use concord_proto::concord::therapist::v1 as therapist;
use concord_support::{episode, fresh, now};
use tonic::Code;

use super::{List, MILD, SEVERE, Ward, after, form, side_effect};
use crate::clinic::{NURSE, order, reason};

impl Ward {
    async fn caseload(&self, min_position: Option<Token>) -> Vec<therapist::CaseloadLine> {
        let asks = therapist::ListCaseloadRequest { min_position, ..Default::default() };
        self.clinic.therapist.therapist().list_caseload(asks).await.unwrap().into_inner().clients
    }

    async fn ada(&self, min_position: Option<Token>) -> therapist::GetClientResponse {
        let patient_id = self.clinic.intake.patient.to_string();
        let asks = therapist::GetClientRequest { patient_id, min_position };
        self.clinic.therapist.therapist().get_client(asks).await.unwrap().into_inner()
    }

    fn session(&self, attended: bool, engagement: Option<u32>) -> plan::RecordTherapyParticipationRequest {
        plan::RecordTherapyParticipationRequest {
            header: self.clinic.intake.header(),
            episode: episode(self.clinic.intake),
            session_id: fresh(),
            kind: plan::SessionKind::Group.into(),
            held_at: Some(now()),
            attended: Some(attended),
            engagement,
        }
    }
}

#[tokio::test]
async fn a_therapist_sees_through_the_week_whether_medication_helps_the_work_and_no_dose() {
    let ward = Ward::open().await;
    let (clinic, intake) = (&ward.clinic, ward.clinic.intake);
    let (therapist, nurse) = (&clinic.therapist, clinic.acting_as(NURSE).await);

    // Monday. The caseload holds Ada and not Bo, whose team is another; Ada scores high.
    nurse.send(form(intake, scales::ScaleKind::Phq9, &SEVERE, 20)).await.unwrap();
    let (sertraline, ordered) = clinic.prescribe().await.unwrap();
    let monday = ward.caseload(ordered).await;
    assert_eq!(monday.len(), 1, "{monday:?}");
    assert_eq!(monday[0].patient_id, intake.patient.to_string());
    assert_eq!((monday[0].phq9, monday[0].phq9_baseline), (Some(20), Some(20)));
    let of_bo = therapist::GetClientRequest { patient_id: ward.bo.patient.to_string(), min_position: None };
    assert_eq!(therapist.therapist().get_client(of_bo).await.unwrap_err().code(), Code::NotFound);

    // Tuesday. A goal, and how the medication is to serve it.
    let goal_id = clinic.draft().await;
    let link = plan::LinkGoalToMedicationRequest {
        header: intake.header(),
        episode: episode(intake),
        goal_id,
        order_id: sertraline.clone(),
        how: "Enough drive to get up".to_owned(),
    };
    therapist.send(link).await.unwrap();
    let missed = therapist.send(ward.session(false, None)).await.unwrap();
    let tuesday = ward.ada(after(&missed)).await;
    assert_eq!(tuesday.plans[0].goals[0].medications, ["Sertraline"]);
    let known = &tuesday.medications[0];
    assert_eq!((known.name.as_str(), known.purpose.as_str()), ("Sertraline", "Major depressive disorder"));

    // Wednesday. Ada stayed away because she feels sick in the mornings: the therapist tells the prescriber.
    let told =
        side_effect(intake, &sertraline, side_effects::Grade::Moderate, "Sick each morning; skips group");
    let report_id = told.report_id.clone();
    let told = therapist.send(told).await.unwrap();
    assert_eq!(ward.caseload(after(&told)).await[0].open_side_effects, 1);
    assert_eq!(clinic.worklist("side_effect_triage", after(&told)).await.len(), 1, "the prescriber has it");

    // Thursday. A wish to be dead comes up, with a plan: at risk until somebody has dealt with it.
    let screener = form(intake, scales::ScaleKind::Cssrs, &[1, 1, 1, 1, 0, 0, 0], 0);
    let scale_id = screener.scale_id.clone();
    let raised = therapist.send(screener).await.unwrap();
    assert!(ward.caseload(after(&raised)).await[0].at_risk);
    let settled = scales::ResolveRiskRequest {
        header: intake.header(),
        scale_id,
        resolution: "Safety plan, sister came, seen by the prescriber".to_owned(),
    };
    let settled = therapist.send(settled).await.unwrap();
    assert!(!ward.caseload(after(&settled)).await[0].at_risk);

    // Friday. The prescriber has answered, Ada takes part again and scores lower.
    let decided = side_effects::DecideSideEffectRequest {
        header: intake.header(),
        report_id: report_id.clone(),
        decision: side_effects::Decision::ChangeTiming.into(),
        order_id: sertraline,
        rationale: "With supper from today".to_owned(),
    };
    clinic.doctor.send(decided).await.unwrap();
    nurse.send(form(intake, scales::ScaleKind::Phq9, &MILD, 0)).await.unwrap();
    let friday = therapist.send(ward.session(true, Some(3))).await.unwrap();
    let ada = ward.ada(after(&friday)).await;
    assert_eq!(
        ada.side_effects.iter().find(|effect| effect.report_id == report_id).unwrap().status,
        "decided"
    );
    let trend = ada.scores.iter().find(|trend| trend.scale == "phq9").unwrap();
    assert_eq!((trend.baseline, trend.last, trend.response), (20, 6, Some(true)));
    assert_eq!(ada.plans[0].participation.as_ref().unwrap().attended_percent, Some(50));

    // What is not theirs: the chart with its doses and laboratory values, the record, and to prescribe.
    assert_eq!(ward.sees(therapist).await, [List::Caseload, List::Program]);
    assert_eq!(reason(therapist.send(order(intake, "sertraline", 100.0)).await), "NOT_PERMITTED");
}
