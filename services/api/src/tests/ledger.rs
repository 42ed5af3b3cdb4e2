//! The log over a real socket.

use std::sync::Arc;

use concord_client::{EpochChanged, Error};
use concord_kernel::{Role, Token as LedgerToken};
use concord_ledger::{Page, ReadError};
use concord_proto::concord::common::v1::Token;
use concord_proto::concord::ledger::v1::{
    FollowEventsRequest, GetHeadRequest, ReadRangeRequest, WatchHeadRequest,
};
use concord_proto::concord::program::v1::ListEpisodesRequest;
use tonic::Code;

use super::doctored::Doctored;
use super::end_to_end::fault;
use super::service::{Service, referral};
use crate::Limits;

async fn with_events(service: &Service, count: u128) {
    let stream = service.acting_as(Role::Nurse).stream().await.unwrap();
    for number in 1..=count {
        stream.execute(referral(number, number)).await.unwrap();
    }
}

#[tokio::test]
async fn a_range_is_the_log_in_its_order_and_ends_at_the_limit() {
    let service = Service::start().await;
    with_events(&service, 20).await;
    let auditor = service.acting_as(Role::Auditor);
    let head = auditor.ledger().get_head(GetHeadRequest {}).await.unwrap().into_inner();
    assert_eq!((head.token.unwrap().position, head.root.len()), (20, 32));

    let wanted = ReadRangeRequest { after_position: 5, limit: 10, ..ReadRangeRequest::default() };
    let mut batches = auditor.ledger().read_range(wanted).await.unwrap().into_inner();
    let mut positions = Vec::new();
    while let Some(batch) = batches.message().await.unwrap() {
        assert!(batch.events.iter().all(|event| event.event_type == "PatientReferred"));
        assert!(batch.events.iter().all(|event| event.leaf_hash.len() == 32 && event.stream_id.len() == 16));
        positions.extend(batch.events.into_iter().map(|event| event.position));
    }
    assert_eq!(positions, (6..=15).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_filter_that_wants_nothing_says_how_far_it_looked() {
    let service = Service::start().await;
    with_events(&service, 3).await;
    let wanted = ReadRangeRequest { stream_types: vec!["scales".to_owned()], ..ReadRangeRequest::default() };
    let mut batches =
        service.acting_as(Role::Auditor).ledger().read_range(wanted).await.unwrap().into_inner();
    let mut through = 0;
    while let Some(batch) = batches.message().await.unwrap() {
        assert!(batch.events.is_empty());
        through = batch.through;
    }
    assert_eq!(through, 3);
}

#[tokio::test]
async fn a_position_of_another_history_is_recognised() {
    let service = Service::start().await;
    let wanted = ReadRangeRequest { epoch: super::samples::ID.to_owned(), ..ReadRangeRequest::default() };
    let answer = service.acting_as(Role::Auditor).ledger().read_range(wanted).await;
    let refused = fault(answer.map_err(Error::from));
    assert_eq!((refused.code, refused.reason.as_str()), (Code::FailedPrecondition, "EPOCH_CHANGED"));
    assert_eq!(refused.epoch_changed.map(|changed| changed.diverged_at), Some(0), "nothing is known of it");
}

#[tokio::test]
async fn a_place_after_the_end_of_the_history_is_told_where_the_history_ends() {
    let service = Service::start().await;
    with_events(&service, 3).await;
    let auditor = service.acting_as(Role::Auditor);
    let head = auditor.ledger().get_head(GetHeadRequest {}).await.unwrap().into_inner().token.unwrap();
    let Token { epoch, .. } = head.clone();
    let told = Some(EpochChanged { epoch: epoch.clone(), diverged_at: 3 });

    let range = ReadRangeRequest { after_position: 4, epoch: epoch.clone(), ..Default::default() };
    let refused = fault(auditor.ledger().read_range(range).await.map_err(Error::from));
    assert_eq!((refused.reason.as_str(), &refused.epoch_changed), ("EPOCH_CHANGED", &told));
    let follow = FollowEventsRequest { after_position: 4, epoch: epoch.clone(), ..Default::default() };
    let refused = fault(auditor.ledger().follow_events(follow).await.map_err(Error::from));
    assert_eq!(refused.epoch_changed, told);
    let asks = |position| ListEpisodesRequest {
        min_position: Some(Token { epoch: epoch.clone(), position }),
        program: "iop-adult".to_owned(),
        ..Default::default()
    };
    let nurse = service.acting_as(Role::Nurse);
    let refused = fault(nurse.program().list_episodes(asks(4)).await.map_err(Error::from));
    assert_eq!(refused.epoch_changed, told);
    assert_eq!(nurse.program().list_episodes(asks(3)).await.unwrap().into_inner().episodes.len(), 3);
}

#[tokio::test]
async fn a_follower_is_told_when_another_epoch_begins() {
    let [first, second] =
        [1, 2].map(|epoch| LedgerToken { epoch: uuid::Uuid::from_u128(epoch), position: 0 });
    let (tell, heads) = tokio::sync::watch::channel(first);
    let service = Service::start_with(Limits::default(), |ledger| {
        let mut doctored = Doctored::over(ledger);
        doctored.heads = Some(heads);
        Arc::new(doctored)
    })
    .await;
    let auditor = service.acting_as(Role::Auditor);
    let mut events =
        auditor.ledger().follow_events(FollowEventsRequest::default()).await.unwrap().into_inner();
    tell.send_replace(second);
    let told = fault(events.message().await.map_err(Error::from));
    let changed = EpochChanged { epoch: second.epoch.to_string(), diverged_at: 0 };
    assert_eq!((told.reason.as_str(), told.epoch_changed), ("EPOCH_CHANGED", Some(changed)));
}

/// The positions that a reader of everything is sent, and how the answer ends.
async fn read_to_the_end(service: &Service) -> (Vec<u64>, Code) {
    let auditor = service.acting_as(Role::Auditor);
    let mut batches = auditor.ledger().read_range(ReadRangeRequest::default()).await.unwrap().into_inner();
    let mut positions = Vec::new();
    loop {
        match batches.message().await {
            Ok(Some(batch)) => positions.extend(batch.events.iter().map(|event| event.position)),
            Ok(None) => return (positions, Code::Ok),
            Err(status) => return (positions, status.code()),
        }
    }
}

/// What the ledger answers once it goes no further.
type Cut = fn() -> Result<Page, ReadError>;

#[tokio::test]
async fn a_range_that_the_ledger_cuts_short_does_not_look_whole() {
    // The ledger's next page fails, or holds nothing though more was promised.
    let cuts: [(Cut, Code); 3] = [
        (|| Err(ReadError::Unavailable), Code::Unavailable),
        (|| Err(ReadError::Corrupt("on purpose")), Code::DataLoss),
        (|| Ok(Page { entries: Vec::new(), through: 7 }), Code::DataLoss),
    ];
    for (cut, code) in cuts {
        let service = Service::start_with(Limits::default(), |ledger| {
            let mut doctored = Doctored::over(ledger);
            doctored.read = Box::new(move |after, mut page| {
                if after >= 7 {
                    return cut();
                }
                page.entries.truncate(usize::try_from(7 - after).unwrap());
                page.through = page.through.min(7);
                Ok(page)
            });
            Arc::new(doctored)
        })
        .await;
        with_events(&service, 12).await;
        assert_eq!(read_to_the_end(&service).await, ((1..=7).collect(), code));
    }
}

#[tokio::test]
async fn only_auditors_and_services_read_the_log() {
    let service = Service::start().await;
    let answer = service.acting_as(Role::Nurse).ledger().get_head(GetHeadRequest {}).await;
    assert_eq!(fault(answer.map_err(Error::from)).code, Code::PermissionDenied);
}

#[tokio::test]
async fn followers_and_watchers_are_told_of_what_comes() {
    let service = Service::start().await;
    let auditor = service.acting_as(Role::Auditor);
    let mut heads = auditor.ledger().watch_head(WatchHeadRequest {}).await.unwrap().into_inner();
    let mut events =
        auditor.ledger().follow_events(FollowEventsRequest::default()).await.unwrap().into_inner();
    assert_eq!(heads.message().await.unwrap().unwrap().token.unwrap().position, 0);
    with_events(&service, 1).await;
    assert_eq!(heads.message().await.unwrap().unwrap().token.unwrap().position, 1);
    let batch = events.message().await.unwrap().unwrap();
    assert_eq!((batch.events[0].position, batch.through), (1, 1));
}

#[tokio::test]
async fn watchers_have_a_bound() {
    let service = Service::start_with(Limits { watchers: 1, ..Limits::default() }, |ledger| ledger).await;
    let auditor = service.acting_as(Role::Auditor);
    let _first = auditor.ledger().watch_head(WatchHeadRequest {}).await.unwrap();
    let refused = fault(auditor.ledger().watch_head(WatchHeadRequest {}).await.map_err(Error::from));
    assert_eq!((refused.code, refused.reason.as_str()), (Code::ResourceExhausted, "TOO_MANY_CALLS"));
}
