//! Lists over a real socket: whole, fresh, and for those who may see them.

use std::collections::HashMap;

use concord_client::{Client, Error};
use concord_kernel::Role;
use concord_proto::concord::chart::v1::RecordOutsideMedicationRequest;
use concord_proto::concord::common::v1::{self as common, PageInfo, PageRequest, Token};
use concord_proto::concord::ledger::v1::GetHeadRequest;
use concord_proto::concord::prescriber::v1::{GetClientCourseRequest, ListWorklistRequest};
use concord_proto::concord::program::v1::{
    ListDueItemsRequest, ListEpisodesRequest, WatchDueItemsRequest, WatchEpisodesRequest,
};
use concord_proto::concord::side_effects::v1::ReportSideEffectRequest;
use concord_proto::concord::{liaison, outcomes, prescriber, therapist, timeline};
use prost::Message;
use prost_types::FileDescriptorSet;
use tonic::Code;
use uuid::Uuid;

use super::end_to_end::fault;
use super::samples::Sample;
use super::service::{Service, joining, person, referral, signing};

const PATIENTS: u128 = 7;
const PROGRAM: &str = "iop-adult";

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn header(command: u128, patient: u128) -> Option<common::CommandHeader> {
    Some(concord_client::treatment(Uuid::from_u128(command), Uuid::from_u128(patient)))
}

/// Some patients, each with a care team, a side effect and something from outside. Gives the last position.
async fn admit(service: &Service) -> Option<Token> {
    let nurse = service.acting_as(Role::Nurse);
    let mut last = None;
    for patient in 1..=PATIENTS {
        let command = patient * 100;
        nurse.send(referral(command, patient)).await.unwrap();
        nurse.send(joining(command + 1, patient, Role::Therapist, common::Role::Therapist)).await.unwrap();
        let doctor = joining(command + 2, patient, Role::Psychiatrist, common::Role::Psychiatrist);
        nurse.send(doctor).await.unwrap();
        let liaison = joining(command + 3, patient, Role::PrimaryCare, common::Role::PrimaryCare);
        nurse.send(liaison).await.unwrap();
        nurse.send(signing(command + 6, patient, Role::PrimaryCare)).await.unwrap();
        let report = ReportSideEffectRequest {
            header: header(command + 4, patient),
            suspected_order_id: String::new(),
            red_flags: Vec::new(),
            ..Sample::sample()
        };
        nurse.send(report).await.unwrap();
        let outside =
            RecordOutsideMedicationRequest { header: header(command + 5, patient), ..Sample::sample() };
        last = nurse.send(outside).await.unwrap().token;
    }
    last
}

/// Asks for one page after another and gives what was on them.
async fn every_row<F: Future<Output = (Vec<String>, Option<PageInfo>)>>(
    ask: impl Fn(Option<PageRequest>) -> F,
) -> Vec<String> {
    let (mut rows, mut page_token) = (Vec::new(), String::new());
    loop {
        let (page, info) = ask(Some(PageRequest { page_size: 2, page_token })).await;
        assert!(page.len() <= 2);
        rows.extend(page);
        page_token = info.unwrap().next_page_token;
        if page_token.is_empty() {
            return rows;
        }
    }
}

/// Gives the name of every row of a list, by pages of two.
macro_rules! rows {
    (
        $client:ident.$service:ident.$call:ident,
        $($request:ident)::+ { $($field:ident: $value:expr),* },
        $list:ident by $name:expr
    ) => {
        every_row(|page| async {
            let asks = $($request)::+ { page, $($field: $value,)* };
            let answer = $client.$service().$call(asks).await.unwrap().into_inner();
            (answer.$list.into_iter().map($name).collect(), answer.page)
        })
        .await
    };
}

#[tokio::test]
async fn pages_hold_every_row_once() {
    let service = Service::start().await;
    let min_position = admit(&service).await;
    let (doctor, counsellor) = (service.acting_as(Role::Psychiatrist), service.acting_as(Role::Therapist));
    let outside = service.acting_as(Role::PrimaryCare);
    let least = || min_position.clone();
    let each: Vec<_> = (1..=PATIENTS).map(|patient| Uuid::from_u128(patient).to_string()).collect();
    let two = |id: &String| [format!("{id} interaction"), format!("{id} side_effect_triage")];
    let each_due: Vec<_> = each.iter().flat_map(two).collect();
    let are = |mut rows: Vec<String>, wanted: &[String]| {
        rows.sort();
        assert_eq!(rows, wanted);
    };
    // Nobody is named: the caller's own list, or everything.
    let (own, named) = (String::new, || PROGRAM.to_owned());
    let rows = rows!(
        counsellor.therapist.list_caseload,
        therapist::v1::ListCaseloadRequest { min_position: least(), therapist_id: own() },
        clients by |row| row.patient_id
    );
    are(rows, &each);
    let rows = rows!(
        outside.liaison.list_clients,
        liaison::v1::ListClientsRequest { min_position: least(), liaison_id: own() },
        clients by |row| row.patient_id
    );
    are(rows, &each);
    let rows = rows!(
        doctor.program.list_episodes,
        ListEpisodesRequest { min_position: least(), program: named() },
        episodes by |row| row.patient_id
    );
    are(rows, &each);
    let rows = rows!(
        doctor.program.list_due_items,
        ListDueItemsRequest { min_position: least(), program: own() },
        items by |item| format!("{} {}", item.patient_id, item.kind)
    );
    are(rows, &each_due);
    let rows = rows!(
        doctor.prescriber.list_worklist,
        ListWorklistRequest { min_position: least(), prescriber_id: own() },
        items by |item| format!("{} {}", item.patient_id, item.kind)
    );
    are(rows, &each_due);
    let course = rows!(
        doctor.prescriber.get_client_course,
        GetClientCourseRequest { min_position: least(), patient_id: each[2].clone() },
        points by |point| point.kind
    );
    assert_eq!(course, ["referred", "effect_reported", "outside_recorded", "interaction_found"]);
}

#[tokio::test]
async fn a_question_waits_for_what_is_recorded_and_not_for_what_is_not() {
    let service = Service::start().await;
    let auditor = service.acting_as(Role::Auditor);
    let head = auditor.ledger().get_head(GetHeadRequest {}).await.unwrap().into_inner().token.unwrap();
    let nurse = service.acting_as(Role::Nurse);
    let least =
        |token| ListEpisodesRequest { min_position: Some(token), program: PROGRAM.to_owned(), page: None };
    // A place after the end was given by a history that went further: nobody knows what would come there.
    let ahead = nurse.program().list_episodes(least(Token { position: 1, ..head })).await;
    assert_eq!(fault(ahead.map_err(Error::from)).reason, "EPOCH_CHANGED");
    let recorded = nurse.send(referral(1, 7)).await.unwrap().token.unwrap();
    let answer = nurse.program().list_episodes(least(recorded)).await.unwrap().into_inner();
    assert_eq!((answer.episodes.len(), answer.as_of.unwrap().position), (1, 1));
}

async fn code<T>(answer: impl Future<Output = Result<T, tonic::Status>>) -> Code {
    answer.await.err().map_or(Code::Ok, |status| status.code())
}

async fn own_client(service: &Service, role: Role, least: Option<Token>) -> Code {
    let asks =
        therapist::v1::GetClientRequest { patient_id: Uuid::from_u128(7).to_string(), min_position: least };
    code(service.acting_as(role).therapist().get_client(asks)).await
}

#[tokio::test]
async fn a_client_is_there_for_a_therapist_while_they_are_on_the_care_team() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    let least = nurse.send(referral(1, 7)).await.unwrap().token;
    assert_eq!(own_client(&service, Role::Therapist, least.clone()).await, Code::NotFound);
    assert_eq!(own_client(&service, Role::Psychiatrist, least).await, Code::Ok);
    let joins = joining(2, 7, Role::Therapist, common::Role::Therapist);
    let least = nurse.send(joins).await.unwrap().token;
    assert_eq!(own_client(&service, Role::Therapist, least).await, Code::Ok);
    let leaves = concord_proto::concord::care_team::v1::RemoveMemberRequest {
        header: header(3, 7),
        person_id: person(Role::Therapist),
        reason: "moved".to_owned(),
    };
    let least = nurse.send(leaves).await.unwrap().token;
    assert_eq!(own_client(&service, Role::Therapist, least).await, Code::NotFound);
}

#[tokio::test]
async fn nobody_reads_the_list_of_another_therapist() {
    let service = Service::start().await;
    let asks = therapist::v1::ListCaseloadRequest { therapist_id: person(Role::Nurse), ..Default::default() };
    let answer = service.acting_as(Role::Therapist).therapist().list_caseload(asks).await;
    let refused = fault(answer.map_err(Error::from));
    assert_eq!((refused.code, refused.reason.as_str()), (Code::PermissionDenied, "NOT_PERMITTED"));
}

fn whole_timeline() -> timeline::v1::ListTimelineRequest {
    timeline::v1::ListTimelineRequest { patient_id: Uuid::from_u128(7).to_string(), ..Default::default() }
}

fn followed_timeline() -> timeline::v1::WatchTimelineRequest {
    timeline::v1::WatchTimelineRequest { patient_id: Uuid::from_u128(7).to_string(), ..Default::default() }
}

fn one_month() -> outcomes::v1::GetOutcomesRequest {
    let month = || "2026-03".to_owned();
    let (first_month, last_month, program) = (month(), month(), PROGRAM.to_owned());
    outcomes::v1::GetOutcomesRequest { min_position: None, program, first_month, last_month }
}

/// What each question answers to a role, by the name of the call.
async fn answers(client: &Client) -> Vec<(&'static str, Code)> {
    let patient_id = || Uuid::from_u128(7).to_string();
    let (mut therapy, mut prescribing) = (client.therapist(), client.prescriber());
    let (mut outside, mut programs, mut log) = (client.liaison(), client.program(), client.ledger());
    let whole = || therapist::v1::GetClientRequest { patient_id: patient_id(), min_position: None };
    let chart = || prescriber::v1::GetClientRequest { patient_id: patient_id(), min_position: None };
    let course = || GetClientCourseRequest { patient_id: patient_id(), ..Default::default() };
    let list = || liaison::v1::GetReconciledListRequest { patient_id: patient_id(), min_position: None };
    let followed =
        || liaison::v1::WatchReconciledListRequest { patient_id: patient_id(), min_position: None };
    let program = PROGRAM.to_owned();
    let roster = || ListEpisodesRequest { program: PROGRAM.to_owned(), ..Default::default() };
    vec![
        ("ListCaseload", code(therapy.list_caseload(therapist::v1::ListCaseloadRequest::default())).await),
        ("GetClient", code(therapy.get_client(whole())).await),
        ("WatchCaseload", code(therapy.watch_caseload(therapist::v1::WatchCaseloadRequest::default())).await),
        ("ListWorklist", code(prescribing.list_worklist(ListWorklistRequest::default())).await),
        ("GetClient of a prescriber", code(prescribing.get_client(chart())).await),
        ("GetClientCourse", code(prescribing.get_client_course(course())).await),
        (
            "WatchWorklist",
            code(prescribing.watch_worklist(prescriber::v1::WatchWorklistRequest::default())).await,
        ),
        ("ListClients", code(outside.list_clients(liaison::v1::ListClientsRequest::default())).await),
        ("GetReconciledList", code(outside.get_reconciled_list(list())).await),
        ("WatchClients", code(outside.watch_clients(liaison::v1::WatchClientsRequest::default())).await),
        ("WatchReconciledList", code(outside.watch_reconciled_list(followed())).await),
        ("ListEpisodes", code(programs.list_episodes(roster())).await),
        ("ListDueItems", code(programs.list_due_items(ListDueItemsRequest::default())).await),
        (
            "WatchEpisodes",
            code(programs.watch_episodes(WatchEpisodesRequest { program, min_position: None })).await,
        ),
        ("WatchDueItems", code(programs.watch_due_items(WatchDueItemsRequest::default())).await),
        ("GetHead", code(log.get_head(GetHeadRequest {})).await),
        ("ListTimeline", code(client.timeline().list_timeline(whole_timeline())).await),
        ("WatchTimeline", code(client.timeline().watch_timeline(followed_timeline())).await),
        ("GetOutcomes", code(client.outcomes().get_outcomes(one_month())).await),
    ]
}

/// Who may ask it. Written down here a second time on purpose: a slip in the policies shows.
fn may(call: &str, role: Role) -> bool {
    use Role::{Auditor, CaseManager, Nurse, OutsideProvider, Pharmacist, Pmhnp, PrimaryCare, Psychiatrist};
    let roles: &[Role] = match call {
        "ListCaseload" | "GetClient" | "WatchCaseload" => &[Role::Therapist, Psychiatrist, Pmhnp],
        "ListWorklist" | "GetClient of a prescriber" | "GetClientCourse" | "WatchWorklist" => {
            &[Psychiatrist, Pmhnp, Nurse, Pharmacist]
        }
        "ListClients" | "GetReconciledList" | "WatchClients" | "WatchReconciledList" => {
            &[PrimaryCare, OutsideProvider, Psychiatrist, Pmhnp, Nurse, Pharmacist]
        }
        "ListEpisodes" | "WatchEpisodes" => {
            &[Role::Therapist, CaseManager, Psychiatrist, Pmhnp, Nurse, Pharmacist, Role::Director]
        }
        "ListDueItems" | "WatchDueItems" => {
            &[Role::Therapist, CaseManager, Psychiatrist, Pmhnp, Nurse, Pharmacist]
        }
        "GetHead" => &[Auditor, Role::Service],
        "ListTimeline" | "WatchTimeline" => &[Psychiatrist, Pmhnp, Nurse, Pharmacist, Auditor],
        "GetOutcomes" => &[Psychiatrist, Pmhnp, CaseManager, Auditor, Role::Director],
        other => panic!("who may ask {other}?"),
    };
    roles.contains(&role)
}

#[tokio::test]
async fn each_question_is_for_its_roles() {
    let service = Service::start().await;
    for role in Role::ALL {
        for (call, code) in answers(&service.acting_as(role)).await {
            assert_eq!(code != Code::PermissionDenied, may(call, role), "{call} by {role}: {code:?}");
        }
    }
}

/// A call of the contract.
struct Call {
    service: String,
    name: String,
    /// The names of the fields of its request.
    fields: Vec<String>,
}

/// Every call of the contract.
fn contract() -> Vec<Call> {
    let set = FileDescriptorSet::decode(concord_proto::FILE_DESCRIPTOR_SET).unwrap();
    let mut messages = HashMap::new();
    for file in &set.file {
        for message in &file.message_type {
            let fields: Vec<_> = message.field.iter().map(|field| field.name().to_owned()).collect();
            messages.insert(format!(".{}.{}", file.package(), message.name()), fields);
        }
    }
    let mut calls = Vec::new();
    for service in set.file.iter().flat_map(|file| &file.service) {
        calls.extend(service.method.iter().map(|method| Call {
            service: service.name().to_owned(),
            name: method.name().to_owned(),
            fields: messages.get(method.input_type()).cloned().unwrap_or_default(),
        }));
    }
    calls
}

#[test]
fn every_question_says_how_fresh_and_every_list_which_page() {
    const AUDIENCES: [&str; 6] = [
        "TherapistService",
        "PrescriberService",
        "LiaisonService",
        "ProgramService",
        "TimelineService",
        "OutcomeService",
    ];
    let mut calls = contract();
    calls.retain(|call| AUDIENCES.contains(&call.service.as_str()));
    let has = |call: &Call, field: &str| call.fields.iter().any(|name| name == field);
    let mut lists = 0;
    for call in &calls {
        let Call { service, name, .. } = call;
        assert!(has(call, "min_position"), "{service}.{name}");
        if name.starts_with("List") {
            lists += 1;
            assert!(has(call, "page"), "{service}.{name}");
            let watch = name.replacen("List", "Watch", 1);
            let watched = calls.iter().any(|call| call.service == *service && call.name == watch);
            assert!(watched, "{service}.{name} has no {watch}");
        }
    }
    assert!(lists >= 5, "{lists} lists");
}
