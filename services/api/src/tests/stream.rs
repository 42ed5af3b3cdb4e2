//! Many commands on one stream.

use concord_kernel::{Clock, Role};
use concord_proto::concord::episode::v1::ReferPatientRequest;
use futures::future::join_all;
use tonic::Code;

use super::end_to_end::fault;
use super::service::{Service, referral};

#[tokio::test]
async fn each_command_of_a_stream_is_answered_by_its_id() {
    let service = Service::start().await;
    let stream = service.acting_as(Role::Nurse).stream().await.unwrap();
    let mut begun = Vec::new();
    for number in 1..=3_000 {
        begun.push(stream.begin(referral(number, number)).await.unwrap());
    }
    let receipts = join_all(begun.into_iter().map(concord_client::Answer::receipt)).await;
    let mut positions: Vec<_> =
        receipts.into_iter().map(|receipt| receipt.unwrap().token.unwrap().position).collect();
    positions.sort_unstable();
    assert_eq!(positions, (1..=3_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_refused_command_does_not_end_the_stream() {
    let service = Service::start().await;
    let stream = service.acting_as(Role::Nurse).stream().await.unwrap();
    let bad = ReferPatientRequest { program: String::new(), ..referral(1, 7) };
    let refused = fault(stream.execute(bad).await);
    assert_eq!((refused.code, refused.fields[0].path.as_str()), (Code::InvalidArgument, "program"));
    stream.execute(referral(2, 7)).await.unwrap();
    let again = fault(stream.execute(referral(3, 7)).await);
    assert_eq!((again.code, again.reason.as_str()), (Code::FailedPrecondition, "ALREADY_REFERRED"));
}

#[tokio::test]
async fn commands_after_the_tokens_end_are_refused_one_by_one() {
    let service = Service::start().await;
    let stream = service.acting_as(Role::Nurse).stream().await.unwrap();
    stream.execute(referral(1, 7)).await.unwrap();
    service.clock.advance_to(service.clock.now().plus_days(2));
    let late = fault(stream.execute(referral(2, 8)).await);
    assert_eq!((late.code, late.reason.as_str()), (Code::Unauthenticated, "TOKEN_EXPIRED"));
}
