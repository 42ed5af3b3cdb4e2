//! Auditors over a real socket: which events a replay shows, and what is answered without a key.

use concord_client::Error;
use concord_kernel::Role;
use concord_proto::concord::audit::v1 as audit;
use concord_proto::concord::audit::v1::moment::Moment;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::episode::v1::ReferPatientRequest;
use prost_types::Timestamp;
use tonic::Code;
use uuid::Uuid;

use super::end_to_end::fault;
use super::samples::ID;
use super::service::{Service, person, referral};

/// Noon of 2026-03-02, when the services here begin.
const NOON: i64 = 1_772_452_800;

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn grounds(number: u128) -> Option<audit::Grounds> {
    Some(audit::Grounds {
        audit_id: Uuid::from_u128(number).to_string(),
        basis: audit::Basis::Program.into(),
        reason: "a look".to_owned(),
        recipient: "the committee".to_owned(),
        return_or_destroy_by: String::new(),
    })
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn at(seconds: i64) -> Option<audit::Moment> {
    let at = Timestamp { seconds, nanos: 0 };
    Some(audit::Moment { moment: Some(Moment::At(at)) })
}

#[expect(clippy::unnecessary_wraps, reason = "in the form in which messages take it")]
fn position(position: u64) -> Option<audit::Moment> {
    Some(audit::Moment { moment: Some(Moment::Position(position)) })
}

/// Positions of what a replay shows, and how far it says that it came.
async fn shown(service: &Service, asks: audit::ReplayEventsRequest) -> (Vec<u64>, u64) {
    let auditor = service.acting_as(Role::Auditor);
    let mut batches = auditor.audits().replay_events(asks).await.unwrap().into_inner();
    let (mut positions, mut searched) = (Vec::new(), 0);
    while let Some(batch) = batches.message().await.unwrap() {
        positions.extend(batch.events.iter().map(|event| event.position));
        searched = batch.searched;
    }
    (positions, searched)
}

#[tokio::test]
async fn a_replay_shows_what_was_asked_for_by_whom_what_for_when_and_of_which_occurrence() {
    let service = Service::start().await;
    let noon = concord_kernel::Instant::from_micros(NOON * 1_000_000).unwrap();
    service.acting_as(Role::Nurse).send(referral(1, 1)).await.unwrap();
    service.clock.advance_to(noon.plus_days(1));
    let tied = |purpose: common::Purpose, command| {
        let ReferPatientRequest { header, .. } = referral(command, command);
        let header = header.map(|header| common::CommandHeader {
            correlation_id: ID.to_owned(),
            purpose: purpose.into(),
            ..header
        });
        ReferPatientRequest { header, ..referral(command, command) }
    };
    service.acting_as(Role::Therapist).send(tied(common::Purpose::Treatment, 2)).await.unwrap();
    service.acting_as(Role::Nurse).send(tied(common::Purpose::Operations, 3)).await.unwrap();

    let all = || audit::ReplayEventsRequest { through: position(3), ..Default::default() };
    let cases: Vec<(audit::ReplayEventsRequest, &[u64])> = vec![
        (all(), &[1, 2, 3]),
        (audit::ReplayEventsRequest { patient_id: Uuid::from_u128(2).to_string(), ..all() }, &[2]),
        (audit::ReplayEventsRequest { actor_id: person(Role::Nurse), ..all() }, &[1, 3]),
        (audit::ReplayEventsRequest { purpose: common::Purpose::Operations.into(), ..all() }, &[3]),
        (audit::ReplayEventsRequest { correlation_id: ID.to_owned(), ..all() }, &[2, 3]),
        (audit::ReplayEventsRequest { event_types: vec!["PatientReferred".to_owned()], ..all() }, &[1, 2, 3]),
        (audit::ReplayEventsRequest { stream_types: vec!["scales".to_owned()], ..all() }, &[]),
        (audit::ReplayEventsRequest { after: position(1), ..all() }, &[2, 3]),
        (audit::ReplayEventsRequest { after: at(NOON + 60), ..all() }, &[2, 3]),
        (audit::ReplayEventsRequest { through: at(NOON + 60), ..Default::default() }, &[1]),
        (audit::ReplayEventsRequest { through: at(NOON - 60), ..Default::default() }, &[]),
    ];
    for (number, (asks, wanted)) in (100..).zip(cases) {
        let through = asks.through;
        let (positions, searched) =
            shown(&service, audit::ReplayEventsRequest { grounds: grounds(number), ..asks }).await;
        assert_eq!(positions, wanted, "look {number}");
        assert!(through != position(3) || searched == 3, "a replay says that it came to its end");
    }
    // Each of the looks is an event behind those.
    let asks = audit::ReplayEventsRequest { grounds: grounds(200), after: position(3), ..Default::default() };
    assert_eq!(shown(&service, asks).await.0.len(), 11);
}

#[tokio::test]
async fn where_no_key_is_nothing_is_proven_and_what_is_wrong_is_named() {
    let service = Service::start().await;
    let auditor = service.acting_as(Role::Auditor);
    let refused = auditor.audits().get_checkpoint(audit::GetCheckpointRequest {}).await;
    let refused = fault(refused.map_err(Error::from));
    assert_eq!((refused.code, refused.reason.as_str()), (Code::Unavailable, "CHECKPOINTS_UNAVAILABLE"));
    let asks = audit::ListKnownRequest { grounds: grounds(1), patient_id: ID.to_owned(), at: None };
    let refused = fault(auditor.audits().list_known(asks).await.map_err(Error::from));
    assert_eq!((refused.code, refused.reason.as_str()), (Code::InvalidArgument, "FIELD_INVALID"));
    let asks = audit::GetDecisionRequest { grounds: grounds(2), position: 1 };
    let refused = fault(auditor.audits().get_decision(asks).await.map_err(Error::from));
    assert_eq!(refused.code, Code::NotFound, "there is no event yet");
    let nurse = service.acting_as(Role::Nurse);
    let asks = audit::DiffKnownRequest { grounds: grounds(3), ..Default::default() };
    let refused = fault(nurse.audits().diff_known(asks).await.map_err(Error::from));
    assert_eq!(refused.code, Code::PermissionDenied, "before anything of the question is read");
    let head = auditor
        .ledger()
        .get_head(concord_proto::concord::ledger::v1::GetHeadRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(head.token.unwrap().position, 0, "what is refused is no look");
}
