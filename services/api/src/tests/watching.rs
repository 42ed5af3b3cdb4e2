//! Watched lists tell what is new and what is gone.

use std::time::Duration;

use concord_kernel::Role;
use concord_proto::concord::care_team::v1::RemoveMemberRequest;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::prescriber::v1::WatchWorklistRequest;
use concord_proto::concord::side_effects::v1::{
    DecideSideEffectRequest, Decision, ReportSideEffectRequest, TriageSideEffectRequest,
};
use concord_proto::concord::therapist::v1::WatchCaseloadRequest;
use tokio::time::timeout;
use tonic::Streaming;
use uuid::Uuid;

use super::samples::Sample;
use super::service::{Service, joining, person, referral};

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn header(command: u128) -> Option<common::CommandHeader> {
    Some(concord_client::treatment(Uuid::from_u128(command), Uuid::from_u128(7)))
}

async fn next<T>(news: &mut Streaming<T>) -> T {
    timeout(Duration::from_secs(10), news.message()).await.expect("news come").unwrap().expect("it goes on")
}

#[tokio::test]
async fn a_caseload_tells_of_who_comes_and_who_leaves() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    let mut watch = service.acting_as(Role::Therapist).therapist();
    let mut news = watch.watch_caseload(WatchCaseloadRequest::default()).await.unwrap().into_inner();
    let first = next(&mut news).await;
    assert!(first.changed.is_empty() && first.removed_patient_ids.is_empty());

    nurse.send(referral(1, 7)).await.unwrap();
    nurse.send(joining(2, 7, Role::Therapist, common::Role::Therapist)).await.unwrap();
    let comes = next(&mut news).await;
    let patient = Uuid::from_u128(7).to_string();
    assert_eq!(comes.changed.iter().map(|line| &line.patient_id).collect::<Vec<_>>(), [&patient]);
    assert!(comes.removed_patient_ids.is_empty() && comes.as_of.unwrap().position == 2);

    let report = ReportSideEffectRequest { header: header(3), ..bearable() };
    nurse.send(report).await.unwrap();
    assert_eq!(next(&mut news).await.changed.len(), 1, "a line that differs is told again");

    let leaves = RemoveMemberRequest {
        header: header(4),
        person_id: person(Role::Therapist),
        reason: "moved".to_owned(),
    };
    nurse.send(leaves).await.unwrap();
    let gone = next(&mut news).await;
    assert_eq!((gone.changed.len(), gone.removed_patient_ids), (0, vec![patient]));
}

fn bearable() -> ReportSideEffectRequest {
    let suspected_order_id = String::new();
    ReportSideEffectRequest { suspected_order_id, red_flags: Vec::new(), ..ReportSideEffectRequest::sample() }
}

#[tokio::test]
async fn a_worklist_tells_of_what_is_new_and_what_is_done() {
    let service = Service::start().await;
    let (nurse, doctor) = (service.acting_as(Role::Nurse), service.acting_as(Role::Psychiatrist));
    nurse.send(referral(1, 7)).await.unwrap();
    let joined = nurse.send(joining(2, 7, Role::Psychiatrist, common::Role::Psychiatrist)).await.unwrap();
    assert_eq!(joined.events, 1);
    let mut watch = doctor.prescriber();
    let mut news = watch.watch_worklist(WatchWorklistRequest::default()).await.unwrap().into_inner();
    assert!(next(&mut news).await.changed.is_empty());

    nurse.send(ReportSideEffectRequest { header: header(3), ..bearable() }).await.unwrap();
    let new = next(&mut news).await;
    assert_eq!(new.changed.iter().map(|item| item.kind.as_str()).collect::<Vec<_>>(), ["side_effect_triage"]);
    let to_triage = new.changed[0].item_id.clone();

    nurse.send(TriageSideEffectRequest { header: header(4), ..Sample::sample() }).await.unwrap();
    let triaged = next(&mut news).await;
    assert_eq!(triaged.changed[0].kind, "side_effect_decision");
    assert_eq!(triaged.removed_item_ids, [to_triage]);

    let decides = DecideSideEffectRequest {
        header: header(5),
        decision: Decision::ContinueAndMonitor.into(),
        order_id: String::new(),
        ..Sample::sample()
    };
    doctor.send(decides).await.unwrap();
    let done = next(&mut news).await;
    assert_eq!((done.changed.len(), done.removed_item_ids.len()), (0, 1));
}

#[tokio::test]
async fn a_caseload_of_more_than_a_page_is_told_whole() {
    const CLIENTS: u128 = 203;
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    let stream = nurse.stream().await.unwrap();
    let mut begun = Vec::new();
    for patient in 1..=CLIENTS {
        begun.push(stream.begin(referral(patient, patient)).await.unwrap());
        let joins = joining(1_000 + patient, patient, Role::Therapist, common::Role::Therapist);
        begun.push(stream.begin(joins).await.unwrap());
    }
    let mut position = 0;
    for answer in begun {
        position = position.max(answer.receipt().await.unwrap().token.unwrap().position);
    }
    let mut watch = service.acting_as(Role::Therapist).therapist();
    let mut news = watch.watch_caseload(WatchCaseloadRequest::default()).await.unwrap().into_inner();
    let mut told = std::collections::BTreeSet::new();
    while told.len() < CLIENTS as usize {
        let first = next(&mut news).await;
        assert!(first.removed_patient_ids.is_empty());
        told.extend(first.changed.into_iter().map(|line| line.patient_id));
    }
    // Somebody now stands above others in the list: whoever is pushed past the first page is still there.
    let upset = ReportSideEffectRequest {
        header: Some(concord_client::treatment(Uuid::from_u128(9_000), Uuid::from_u128(CLIENTS))),
        ..bearable()
    };
    nurse.send(upset).await.unwrap();
    let moved = next(&mut news).await;
    assert_eq!((moved.changed.len(), moved.removed_patient_ids.len()), (1, 0), "{moved:?}");
    assert!(moved.as_of.unwrap().position > position);
}
