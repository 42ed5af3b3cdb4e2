//! Who reports a side effect, over a real socket: from the command to what a clinician is shown.

use concord_kernel::{Clock, Role};
use concord_proto::concord::care_team::v1::RemoveMemberRequest;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::prescriber::v1::GetClientRequest;
use concord_proto::concord::side_effects::v1::{Grade, ReportSideEffectRequest};
use concord_proto::concord::therapist::v1 as therapist;
use tonic::Code;
use uuid::Uuid;

use super::end_to_end::fault;
use super::samples::Sample;
use super::service::{Service, joining, person, referral};

fn report(command: u128, grade: Grade) -> ReportSideEffectRequest {
    ReportSideEffectRequest {
        header: Some(concord_client::treatment(Uuid::from_u128(command), Uuid::from_u128(7))),
        report_id: Uuid::from_u128(command).to_string(),
        grade: grade.into(),
        suspected_order_id: String::new(),
        red_flags: Vec::new(),
        ..ReportSideEffectRequest::sample()
    }
}

#[tokio::test]
async fn a_family_member_reports_while_they_are_on_the_care_team() {
    let service = Service::start().await;
    let (nurse, family) = (service.acting_as(Role::Nurse), service.acting_as(Role::Family));
    let refused = |fault: concord_client::Fault| {
        assert_eq!((fault.code, fault.reason.as_str()), (Code::PermissionDenied, "NOT_ON_CARE_TEAM"));
        assert!(!fault.refusal.unwrap().remedy.is_empty());
    };
    nurse.send(referral(1, 7)).await.unwrap();
    refused(fault(family.send(report(2, Grade::Moderate)).await));
    nurse.send(joining(3, 7, Role::Family, common::Role::Family)).await.unwrap();
    family.send(report(4, Grade::Moderate)).await.unwrap();
    let leaves = RemoveMemberRequest {
        header: Some(concord_client::treatment(Uuid::from_u128(5), Uuid::from_u128(7))),
        person_id: person(Role::Family),
        reason: "the patient asked".to_owned(),
    };
    nurse.send(leaves).await.unwrap();
    refused(fault(family.send(report(6, Grade::Moderate)).await));
    // What cannot wait is heard all the same.
    family.send(report(7, Grade::Severe)).await.unwrap();
}

#[tokio::test]
async fn clinicians_see_that_a_report_is_of_somebody_who_is_not_on_the_care_team() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    nurse.send(referral(1, 7)).await.unwrap();
    nurse.send(joining(2, 7, Role::Therapist, common::Role::Therapist)).await.unwrap();
    let counsellor = service.acting_as(Role::Therapist);
    counsellor.send(report(3, Grade::Mild)).await.unwrap();
    let min_position = nurse.send(report(4, Grade::Mild)).await.unwrap().token;

    let patient_id = Uuid::from_u128(7).to_string();
    let (known, unknown) = (Uuid::from_u128(3).to_string(), Uuid::from_u128(4).to_string());
    let asks =
        therapist::GetClientRequest { patient_id: patient_id.clone(), min_position: min_position.clone() };
    let shown = counsellor.therapist().get_client(asks).await.unwrap().into_inner().side_effects;
    let marks: Vec<_> = shown.iter().map(|effect| (&effect.report_id, effect.not_on_care_team)).collect();
    assert_eq!(marks, [(&known, false), (&unknown, true)]);

    let doctor = service.acting_as(Role::Psychiatrist);
    let asks = GetClientRequest { patient_id, min_position };
    let shown = doctor.prescriber().get_client(asks).await.unwrap().into_inner().side_effects;
    let marks: Vec<_> = shown.iter().map(|effect| (&effect.report_id, effect.not_on_care_team)).collect();
    assert_eq!(marks, [(&known, false), (&unknown, true)]);
    let by = |at: usize| shown[at].due_at.unwrap().seconds;
    assert_eq!(by(1) - service.clock.now().micros() / 1_000_000, 24 * 60 * 60);
    assert!(by(0) > by(1));
}
