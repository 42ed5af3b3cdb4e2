//! How often callers may call, and how much they may hold open.

use std::num::NonZeroU32;
use std::time::Duration;

use concord_client::Error;
use concord_kernel::Role;
use concord_proto::concord::ledger::v1::{GetHeadRequest, WatchHeadRequest};
use tonic::{Code, Status};

use super::end_to_end::fault;
use super::service::{Service, referral};
use crate::{Limits, Rate};

/// So seldom that no call is given back while a test runs.
#[expect(clippy::unnecessary_wraps, reason = "as limits hold it")]
fn burst_of(burst: u32) -> Option<Rate> {
    let number = |number| NonZeroU32::new(number).unwrap();
    Some(Rate { per_second: number(1), burst: number(burst) })
}

async fn with(limits: Limits) -> Service {
    Service::start_with(limits, |ledger| ledger).await
}

/// Calls as often as it takes to be refused, at most `most` times; a rate gives calls back while a test waits.
async fn until_refused(service: &Service, role: Role, most: u32) -> Option<(u32, Status)> {
    for taken in 0..most {
        if let Err(status) = service.acting_as(role).ledger().get_head(GetHeadRequest {}).await {
            return Some((taken, status));
        }
    }
    None
}

#[tokio::test]
async fn whoever_calls_too_often_is_told_when_to_come_again_and_others_are_not() {
    let service = with(Limits { person: burst_of(20), ..Limits::default() }).await;
    let (taken, status) = until_refused(&service, Role::Auditor, 10_000).await.expect("there is a bound");
    assert!(taken >= 20, "{taken} calls were taken of 20");
    let Error::Call(fault) = Error::from(status) else { panic!("a status is a fault") };
    assert_eq!((fault.code, fault.reason.as_str()), (Code::ResourceExhausted, "RATE_LIMITED"));
    assert!(fault.retry_after.is_some_and(|wait| wait > Duration::ZERO && wait <= Duration::from_secs(1)));
    assert!(service.acting_as(Role::Nurse).send(referral(1, 7)).await.is_ok(), "somebody else");
    assert!(until_refused(&service, Role::Service, 200).await.is_none(), "services have a rate of their own");
}

#[tokio::test]
async fn each_command_of_a_stream_counts_and_the_stream_goes_on() {
    let service = with(Limits { person: burst_of(20), ..Limits::default() }).await;
    let stream = service.acting_as(Role::Nurse).stream().await.unwrap();
    let mut number = 0;
    let refused = loop {
        number += 1;
        assert!(number < 10_000, "there is a bound");
        let answer = stream.execute(referral(number, number)).await;
        if answer.is_err() {
            break fault(answer);
        }
    };
    assert!(number >= 20);
    assert_eq!(refused.reason, "RATE_LIMITED");
    tokio::time::sleep(refused.retry_after.unwrap()).await;
    // The wait was to the moment when one is given back.
    assert!(stream.execute(referral(number, number)).await.is_ok());
}

#[tokio::test]
async fn whoever_holds_too_many_streams_open_closes_one_first() {
    let service = with(Limits { streams_per_caller: 2, ..Limits::default() }).await;
    let auditor = service.acting_as(Role::Auditor);
    let watch = || async { auditor.ledger().watch_head(WatchHeadRequest::default()).await };
    let (first, _second) = (watch().await.unwrap(), watch().await.unwrap());
    let refused = Error::from(watch().await.unwrap_err());
    let Error::Call(fault) = refused else { panic!("a status is a fault") };
    assert_eq!((fault.code, fault.reason.as_str()), (Code::ResourceExhausted, "TOO_MANY_STREAMS"));
    assert!(auditor.stream().await.is_err(), "a stream of commands is one too");
    assert!(service.acting_as(Role::Nurse).stream().await.is_ok(), "somebody else's are their own");
    drop(first);
    let again = async {
        while watch().await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), again).await.expect("its place was given back");
}
