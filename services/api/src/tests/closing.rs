//! Closing is quick, and more calls than allowed are refused.

use std::sync::Arc;
use std::time::Duration;

use concord_client::Error;
use concord_kernel::{Clock, Role};
use concord_proto::concord::command::v1::ExecuteStreamRequest;
use concord_proto::concord::command::v1::execute_stream_request::Command;
use concord_proto::concord::command::v1::execute_stream_response::Outcome;
use concord_proto::concord::ledger::v1::{FollowEventsRequest, GetHeadRequest, WatchHeadRequest};
use concord_proto::concord::liaison::v1::{WatchClientsRequest, WatchReconciledListRequest};
use concord_proto::concord::prescriber::v1::WatchWorklistRequest;
use concord_proto::concord::program::v1::{WatchDueItemsRequest, WatchEpisodesRequest};
use concord_proto::concord::therapist::v1::WatchCaseloadRequest;
use futures::FutureExt;
use futures::future::{BoxFuture, join_all};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::timeout;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;
use uuid::Uuid;

use super::end_to_end::fault;
use super::service::{Gated, Service, referral};
use crate::Limits;

const SOON: Duration = Duration::from_secs(5);

/// Reads on until the stream ends, and says how.
async fn end<T>(mut answers: tonic::Streaming<T>) -> (Code, String) {
    loop {
        match answers.message().await {
            Ok(Some(_)) => {}
            Ok(None) => return (Code::Ok, String::new()),
            Err(status) => {
                let reason = fault::<()>(Err(Error::from(status)));
                return (reason.code, reason.reason);
            }
        }
    }
}

/// Opens one watch of each kind, reads its first answer, and gives how each of them ends.
async fn watches(service: &Service) -> Vec<BoxFuture<'static, (Code, String)>> {
    macro_rules! opened {
        ($client:ident.$call:ident($asks:expr)) => {{
            let mut answers = $client.$call($asks).await.unwrap().into_inner();
            assert!(answers.message().await.unwrap().is_some(), stringify!($call));
            end(answers).boxed()
        }};
    }
    let min_position = service.acting_as(Role::Nurse).send(referral(1, 7)).await.unwrap().token;
    let (auditor, doctor) = (service.acting_as(Role::Auditor), service.acting_as(Role::Psychiatrist));
    let mut log = auditor.ledger();
    let (mut therapy, mut prescribing) = (doctor.therapist(), doctor.prescriber());
    let (mut liaison, mut programs) = (doctor.liaison(), doctor.program());
    let program = || "iop-adult".to_owned();
    vec![
        opened!(log.watch_head(WatchHeadRequest {})),
        opened!(log.follow_events(FollowEventsRequest::default())),
        opened!(therapy.watch_caseload(WatchCaseloadRequest::default())),
        opened!(prescribing.watch_worklist(WatchWorklistRequest::default())),
        opened!(liaison.watch_clients(WatchClientsRequest::default())),
        opened!(liaison.watch_reconciled_list(WatchReconciledListRequest {
            patient_id: Uuid::from_u128(7).to_string(),
            min_position,
        })),
        opened!(programs.watch_episodes(WatchEpisodesRequest { program: program(), min_position: None })),
        opened!(programs.watch_due_items(WatchDueItemsRequest { program: program(), min_position: None })),
    ]
}

#[tokio::test]
async fn watches_and_followers_end_when_the_service_closes() {
    let service = Service::start().await;
    let ends = join_all(watches(&service).await);
    let ((), ends) = timeout(SOON, async { tokio::join!(service.close(), ends) }).await.unwrap();
    for (number, end) in ends.into_iter().enumerate() {
        assert_eq!(end, (Code::Ok, String::new()), "watch {number}");
    }
}

#[tokio::test]
async fn watches_and_followers_end_when_the_token_does() {
    let service = Service::start().await;
    let mut ends = Box::pin(join_all(watches(&service).await));
    let early = timeout(Duration::from_millis(1_500), &mut ends).await;
    assert!(early.is_err(), "the token lasts: {early:?}");

    service.clock.advance_to(service.clock.now().plus_days(1));
    let expired = (Code::Unauthenticated, "TOKEN_EXPIRED".to_owned());
    let ends = timeout(SOON, ends).await.expect("all of them end");
    for (number, end) in ends.into_iter().enumerate() {
        assert_eq!(end, expired, "watch {number}");
    }
}

#[tokio::test]
async fn what_happens_after_the_token_has_ended_is_not_told() {
    let service = Service::start().await;
    let auditor = service.acting_as(Role::Auditor);
    let mut events =
        auditor.ledger().follow_events(FollowEventsRequest::default()).await.unwrap().into_inner();
    service.clock.advance_to(service.clock.now().plus_days(1));
    service.acting_as(Role::Nurse).send(referral(1, 7)).await.unwrap();
    let told = timeout(SOON, events.message()).await.unwrap();
    assert_eq!(told.unwrap_err().code(), Code::Unauthenticated);
}

#[tokio::test]
async fn a_command_that_a_stream_had_begun_is_answered_before_the_service_ends() {
    let (gate, come) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (opened, begun) = (Arc::clone(&gate), Arc::clone(&come));
    let wrap = |ledger| Arc::new(Gated { ledger, gate, come }) as _;
    let service = Service::start_with(Limits::default(), wrap).await;
    // The client's own stream handle would close its side: this one stays open, as a service's that never stops does.
    let (asking, asked) = mpsc::channel(4);
    let nurse = service.acting_as(Role::Nurse);
    let begins = async {
        let command = Some(Command::ReferPatient(referral(1, 7)));
        asking.send(ExecuteStreamRequest { id: 5, command }).await.unwrap();
    };
    let (mut answers, ()) = tokio::join!(
        async { nurse.commands().execute_stream(ReceiverStream::new(asked)).await.unwrap().into_inner() },
        begins
    );
    let _come = timeout(SOON, begun.acquire()).await.expect("the command comes to the ledger");
    let ends = async {
        // The service is told to close first.
        tokio::time::sleep(Duration::from_millis(100)).await;
        opened.add_permits(1);
        let answer = answers.message().await.unwrap().unwrap();
        assert!(matches!((answer.id, answer.outcome), (5, Some(Outcome::Receipt(_)))));
        assert!(answers.message().await.unwrap().is_none());
    };
    drop(nurse);
    let ((), ()) = timeout(SOON, async { tokio::join!(service.close(), ends) }).await.unwrap();
    drop(asking);
}

#[tokio::test]
async fn past_the_limit_a_call_is_refused_at_once_and_a_place_is_given_back() {
    let service = Service::start_with(Limits { calls: 1, ..Limits::default() }, |ledger| ledger).await;
    let auditor = service.acting_as(Role::Auditor);
    let head = || async { auditor.ledger().get_head(GetHeadRequest {}).await };
    head().await.unwrap();
    head().await.expect("the first call has given its place back");
    let watching = auditor.ledger().watch_head(WatchHeadRequest {}).await.unwrap();
    let refused = fault(head().await.map_err(Error::from));
    assert_eq!((refused.code, refused.reason.as_str()), (Code::ResourceExhausted, "OVERLOADED"));
    let nurse = service.acting_as(Role::Nurse);
    assert_eq!(fault(nurse.send(referral(1, 7)).await).reason, "OVERLOADED");
    let refused = nurse.stream().await.err().map(|error| fault::<()>(Err(error)).reason);
    assert_eq!(refused.as_deref(), Some("OVERLOADED"));

    drop(watching);
    let free = async {
        while head().await.is_err() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(SOON, free).await.expect("the watcher has left");
}
