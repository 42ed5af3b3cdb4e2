//! Watched lists tell what is new and what is gone.

use std::time::Duration;

use concord_client::Error;
use concord_kernel::Role;
use concord_proto::concord::care_team::v1::RemoveMemberRequest;
use concord_proto::concord::chart::v1::{EndOutsideMedicationRequest, RecordOutsideMedicationRequest};
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::episode::v1::ScreenCandidateRequest;
use concord_proto::concord::liaison::v1::{WatchClientsRequest, WatchReconciledListRequest};
use concord_proto::concord::prescriber::v1::WatchWorklistRequest;
use concord_proto::concord::program::v1::{WatchDueItemsRequest, WatchEpisodesRequest};
use concord_proto::concord::side_effects::v1::{
    DecideSideEffectRequest, Decision, ReportSideEffectRequest, TriageSideEffectRequest,
};
use concord_proto::concord::therapist::v1::WatchCaseloadRequest;
use tokio::time::timeout;
use tonic::{Code, Streaming};
use uuid::Uuid;

use super::end_to_end::fault;
use super::samples::{ID, Sample};
use super::service::{Service, joining, person, referral, signing};
use crate::Limits;

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

    nurse.send(leaving(4, Role::Therapist)).await.unwrap();
    let gone = next(&mut news).await;
    assert_eq!((gone.changed.len(), gone.removed_patient_ids), (0, vec![patient]));
}

fn leaving(command: u128, role: Role) -> RemoveMemberRequest {
    RemoveMemberRequest { header: header(command), person_id: person(role), reason: "moved".to_owned() }
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

#[tokio::test]
async fn a_list_of_patients_tells_a_liaison_of_who_comes_and_who_leaves() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    let mut watch = service.acting_as(Role::PrimaryCare).liaison();
    let mut news = watch.watch_clients(WatchClientsRequest::default()).await.unwrap().into_inner();
    assert!(next(&mut news).await.changed.is_empty());

    nurse.send(referral(1, 7)).await.unwrap();
    nurse.send(joining(2, 7, Role::PrimaryCare, common::Role::PrimaryCare)).await.unwrap();
    nurse.send(signing(8, 7, Role::PrimaryCare)).await.unwrap();
    let comes = next(&mut news).await;
    assert_eq!((comes.changed.len(), comes.changed[0].medications), (1, 0));
    let outside = RecordOutsideMedicationRequest { header: header(3), ..Sample::sample() };
    nurse.send(outside).await.unwrap();
    let takes = next(&mut news).await;
    assert_eq!(
        (takes.changed.len(), takes.changed[0].medications),
        (1, 1),
        "a line that differs is told again"
    );

    nurse.send(leaving(4, Role::PrimaryCare)).await.unwrap();
    let gone = next(&mut news).await;
    assert_eq!((gone.changed.len(), gone.removed_patient_ids), (0, vec![Uuid::from_u128(7).to_string()]));
}

#[tokio::test]
async fn a_reconciled_list_is_told_whole_with_what_differs() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    nurse.send(referral(1, 7)).await.unwrap();
    nurse.send(joining(2, 7, Role::PrimaryCare, common::Role::PrimaryCare)).await.unwrap();
    let min_position = nurse.send(signing(8, 7, Role::PrimaryCare)).await.unwrap().token;
    let patient_id = Uuid::from_u128(7).to_string();
    let mut watch = service.acting_as(Role::PrimaryCare).liaison();
    let asks = WatchReconciledListRequest { patient_id: patient_id.clone(), min_position };
    let mut news = watch.watch_reconciled_list(asks).await.unwrap().into_inner();
    let first = next(&mut news).await;
    let list = first.list.unwrap();
    assert_eq!((list.patient_id, list.medications.len(), list.as_of.unwrap().position), (patient_id, 0, 3));
    assert!(first.changed_medication_ids.is_empty() && first.new_interactions.is_empty());

    let outside = RecordOutsideMedicationRequest { header: header(3), ..Sample::sample() };
    nurse.send(outside).await.unwrap();
    let takes = next(&mut news).await;
    assert_eq!(takes.changed_medication_ids, [ID]);
    assert_eq!(takes.new_interactions, takes.list.unwrap().interactions);

    nurse.send(EndOutsideMedicationRequest { header: header(4), ..Sample::sample() }).await.unwrap();
    let ended = next(&mut news).await;
    assert_eq!((ended.changed_medication_ids.len(), ended.removed_medication_ids), (0, vec![ID.to_owned()]));
    assert!(ended.list.unwrap().medications.is_empty() && ended.new_interactions.is_empty());
}

#[tokio::test]
async fn whoever_leaves_the_care_team_is_told_nothing_more() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    nurse.send(referral(1, 7)).await.unwrap();
    nurse.send(joining(2, 7, Role::PrimaryCare, common::Role::PrimaryCare)).await.unwrap();
    let min_position = nurse.send(signing(8, 7, Role::PrimaryCare)).await.unwrap().token;
    let asks = || WatchReconciledListRequest {
        patient_id: Uuid::from_u128(7).to_string(),
        min_position: min_position.clone(),
    };
    let mut watch = service.acting_as(Role::PrimaryCare).liaison();
    let mut news = watch.watch_reconciled_list(asks()).await.unwrap().into_inner();
    next(&mut news).await;

    nurse.send(leaving(3, Role::PrimaryCare)).await.unwrap();
    let outside = RecordOutsideMedicationRequest { header: header(4), ..Sample::sample() };
    nurse.send(outside).await.unwrap();
    let refused = |news: Result<(), tonic::Status>| {
        let fault = fault::<()>(news.map_err(Error::from));
        assert_eq!((fault.code, fault.reason.as_str()), (Code::NotFound, "NOT_FOUND"));
    };
    refused(timeout(Duration::from_secs(10), news.message()).await.expect("it ends").map(drop));
    // A patient of others looks like nobody.
    refused(watch.watch_reconciled_list(asks()).await.map(drop));
}

#[tokio::test]
async fn a_roster_tells_of_who_is_here_and_names_who_has_gone() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    let patient = |number| Uuid::from_u128(number).to_string();
    let screened = |command, patient| ScreenCandidateRequest {
        header: Some(concord_client::treatment(Uuid::from_u128(command), Uuid::from_u128(patient))),
        ..Sample::sample()
    };
    nurse.send(referral(1, 6)).await.unwrap();
    nurse.send(screened(2, 6)).await.unwrap();
    let min_position = nurse.send(referral(3, 7)).await.unwrap().token;
    let mut watch = nurse.program();
    let asks = WatchEpisodesRequest { program: "iop-adult".to_owned(), min_position };
    let mut news = watch.watch_episodes(asks).await.unwrap().into_inner();
    let first = next(&mut news).await;
    assert_eq!(first.changed.iter().map(|line| &line.patient_id).collect::<Vec<_>>(), [&patient(7)]);

    nurse.send(referral(4, 8)).await.unwrap();
    let comes = next(&mut news).await;
    assert_eq!((&comes.changed[0].patient_id, comes.changed[0].stage.as_str()), (&patient(8), "referred"));
    nurse.send(screened(5, 7)).await.unwrap();
    let gone = next(&mut news).await;
    assert_eq!((gone.changed.len(), gone.removed_patient_ids), (0, vec![patient(7)]));
}

#[tokio::test]
async fn due_items_tell_of_what_is_new_and_what_is_done() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    nurse.send(referral(1, 7)).await.unwrap();
    let (mut all, mut elsewhere) = (nurse.program(), nurse.program());
    let asks = WatchDueItemsRequest::default();
    let mut news = all.watch_due_items(asks).await.unwrap().into_inner();
    assert!(next(&mut news).await.changed.is_empty());
    let asks = WatchDueItemsRequest { program: "php-adult".to_owned(), min_position: None };
    let mut others = elsewhere.watch_due_items(asks).await.unwrap().into_inner();
    assert!(next(&mut others).await.changed.is_empty());

    nurse.send(ReportSideEffectRequest { header: header(2), ..bearable() }).await.unwrap();
    let new = next(&mut news).await;
    assert_eq!(new.changed.iter().map(|item| item.kind.as_str()).collect::<Vec<_>>(), ["side_effect_triage"]);
    nurse.send(TriageSideEffectRequest { header: header(3), ..Sample::sample() }).await.unwrap();
    let triaged = next(&mut news).await;
    assert_eq!(triaged.changed[0].kind, "side_effect_decision");
    assert_eq!(triaged.removed_item_ids, [new.changed[0].item_id.clone()]);
    let quiet = timeout(Duration::from_millis(500), others.message()).await;
    assert!(quiet.is_err(), "items of another program are not told: {quiet:?}");
}

#[tokio::test]
async fn a_watch_of_no_program_is_refused() {
    let service = Service::start().await;
    let mut programs = service.acting_as(Role::Nurse).program();
    let answer = programs.watch_episodes(WatchEpisodesRequest::default()).await;
    assert_eq!(answer.unwrap_err().code(), Code::InvalidArgument);
    let bad = WatchDueItemsRequest { program: "No Program".to_owned(), ..Default::default() };
    assert_eq!(programs.watch_due_items(bad).await.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test]
async fn each_watched_list_takes_a_place_and_gives_it_back() {
    let service = Service::start_with(Limits { watchers: 1, ..Limits::default() }, |ledger| ledger).await;
    let doctor = service.acting_as(Role::Psychiatrist);
    let (mut liaison, mut programs) = (doctor.liaison(), doctor.program());
    let program = || "iop-adult".to_owned();
    let held = liaison.watch_clients(WatchClientsRequest::default()).await.unwrap();
    macro_rules! refused {
        ($($client:ident.$call:ident($asks:expr);)+) => {$(
            let refused = fault($client.$call($asks).await.map_err(Error::from));
            let told = (refused.code, refused.reason.as_str());
            assert_eq!(told, (Code::ResourceExhausted, "TOO_MANY_CALLS"), stringify!($call));
        )+};
    }
    let patient_id = Uuid::from_u128(7).to_string();
    refused! {
        liaison.watch_clients(WatchClientsRequest::default());
        liaison.watch_reconciled_list(WatchReconciledListRequest { patient_id, min_position: None });
        programs.watch_episodes(WatchEpisodesRequest { program: program(), min_position: None });
        programs.watch_due_items(WatchDueItemsRequest::default());
    }
    drop(held);
    let free = async {
        while programs.watch_due_items(WatchDueItemsRequest::default()).await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(10), free).await.expect("the watcher has left");
}
