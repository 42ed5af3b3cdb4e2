//! Unary commands over a real socket.

use std::time::Duration;

use concord_client::{Client, Error, Fault, treatment};
use concord_kernel::{Role, TenantId};
use concord_proto::concord::chart::v1::PrescribeMedicationRequest;
use concord_proto::concord::command::v1::ExecuteStreamRequest;
use concord_proto::concord::command::v1::execute_stream_request::Command;
use concord_proto::concord::episode::v1::{AdmitPatientRequest, ReferPatientRequest};
use tonic::{Code, Request};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_client::HealthClient;
use tonic_types::StatusExt;
use uuid::Uuid;

use super::samples::Sample;
use super::service::{Gated, Service, referral, tenant};
use crate::Limits;

pub(super) fn fault<T: std::fmt::Debug>(answer: Result<T, Error>) -> Fault {
    match answer {
        Err(Error::Call(fault)) => *fault,
        other => panic!("not a fault: {other:?}"),
    }
}

fn told(fault: &Fault) -> (Code, &str) {
    (fault.code, fault.reason.as_str())
}

#[tokio::test]
async fn a_command_takes_effect_once_and_has_one_receipt() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    let first = nurse.send(referral(1, 7)).await.unwrap();
    assert_eq!((first.events, first.stream_version), (1, 1));
    assert_eq!(first.token.as_ref().unwrap().position, 1);
    assert_eq!(nurse.send(referral(1, 7)).await.unwrap(), first);

    let other = ReferPatientRequest { reason: "another reason".to_owned(), ..referral(1, 7) };
    assert_eq!(told(&fault(nurse.send(other).await)), (Code::AlreadyExists, "COMMAND_REUSED"));
    let somebody = service.acting_as(Role::Therapist);
    let stolen = fault(somebody.send(referral(1, 7)).await);
    assert_eq!(told(&stolen), (Code::AlreadyExists, "COMMAND_REUSED"), "a receipt is for who asked");
}

#[tokio::test]
async fn nobody_comes_in_without_a_token_of_this_service() {
    let service = Service::start().await;
    let mut bare = concord_proto::concord::episode::v1::episode_service_client::EpisodeServiceClient::new(
        service.channel.clone(),
    );
    let missing = Error::from(bare.refer_patient(referral(1, 7)).await.unwrap_err());
    assert_eq!(told(&fault::<()>(Err(missing))), (Code::Unauthenticated, "TOKEN_MISSING"));

    let forged = Client::with_channel(service.channel.clone(), "a.b.c").unwrap();
    assert_eq!(told(&fault(forged.send(referral(1, 7)).await)), (Code::Unauthenticated, "TOKEN_INVALID"));
    let elsewhere = service.token(Role::Nurse, &TenantId::parse("elsewhere").unwrap());
    let foreign = Client::with_channel(service.channel.clone(), &elsewhere).unwrap();
    assert_eq!(told(&fault(foreign.send(referral(1, 7)).await)), (Code::Unauthenticated, "TOKEN_INVALID"));

    let nurse = service.acting_as(Role::Nurse);
    service.clock.advance_to(concord_kernel::Clock::now(&*service.clock).plus_days(2));
    assert_eq!(told(&fault(nurse.send(referral(1, 7)).await)), (Code::Unauthenticated, "TOKEN_EXPIRED"));
}

#[tokio::test]
async fn a_role_may_do_what_the_table_grants_and_nothing_else() {
    let service = Service::start().await;
    let header = Some(treatment(Uuid::from_u128(1), Uuid::from_u128(7)));
    let order = PrescribeMedicationRequest { header, ..PrescribeMedicationRequest::sample() };
    let denied = fault(service.acting_as(Role::Therapist).send(order).await);
    assert_eq!(told(&denied), (Code::PermissionDenied, "NOT_PERMITTED"));
}

#[tokio::test]
async fn a_rule_that_refuses_says_what_would_help() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    nurse.send(referral(1, 7)).await.unwrap();
    let header = Some(treatment(Uuid::from_u128(2), Uuid::from_u128(7)));
    let admission = AdmitPatientRequest { header, ..AdmitPatientRequest::sample() };
    let refused = fault(nurse.send(admission).await);
    assert_eq!(told(&refused), (Code::FailedPrecondition, "NOT_SCREENED"));
    assert!(!refused.refusal.unwrap().remedy.is_empty());
}

#[tokio::test]
async fn a_stated_version_that_has_passed_is_the_callers_conflict() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    nurse.send(referral(1, 7)).await.unwrap();
    let mut late = referral(2, 7);
    late.header.as_mut().unwrap().expected_version = Some(0);
    assert_eq!(told(&fault(nurse.send(late).await)), (Code::Aborted, "VERSION_CONFLICT"));
}

#[tokio::test]
async fn an_undecodable_field_is_named_and_nothing_is_recorded() {
    let service = Service::start().await;
    let nurse = service.acting_as(Role::Nurse);
    let bad = ReferPatientRequest { born_on: "yesterday".to_owned(), ..referral(1, 7) };
    let refused = fault(nurse.send(bad).await);
    assert_eq!(told(&refused), (Code::InvalidArgument, "FIELD_INVALID"));
    assert_eq!(refused.fields[0].path, "born_on");
    assert!(refused.refusal.is_none());
    assert_eq!(nurse.send(referral(1, 7)).await.unwrap().token.unwrap().position, 1);
}

#[tokio::test]
async fn a_message_past_the_limit_is_not_read() {
    let service = Service::start_with(Limits { message_bytes: 4_096, ..Limits::default() }, |l| l).await;
    let huge = ReferPatientRequest { reason: "x".repeat(10_000), ..referral(1, 7) };
    let nurse = service.acting_as(Role::Nurse);
    let refused = fault(nurse.send(huge.clone()).await);
    assert_eq!(told(&refused), (Code::ResourceExhausted, "MESSAGE_TOO_LARGE"));
    assert!(refused.message.contains("4096 bytes"), "{}", refused.message);
    let status = nurse.episodes().refer_patient(huge.clone()).await.unwrap_err();
    assert_eq!(status.get_details_error_info().unwrap().metadata["limit_bytes"], "4096");

    // On a stream nothing can be read after it, so the stream ends with the reason.
    let asked = ExecuteStreamRequest { id: 1, command: Some(Command::ReferPatient(huge)) };
    let answers = nurse.commands().execute_stream(futures::stream::iter([asked])).await;
    let status = answers.unwrap().into_inner().message().await.unwrap_err();
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(status.get_details_error_info().unwrap().reason, "MESSAGE_TOO_LARGE");
}

#[tokio::test]
async fn the_callers_deadline_is_kept_and_ours_where_there_is_none() {
    let limits = Limits { deadline: Duration::from_millis(200), ..Limits::default() };
    let service = Service::start_with(limits, Gated::stalled).await;
    let nurse = service.acting_as(Role::Nurse);
    assert_eq!(told(&fault(nurse.send(referral(1, 7)).await)), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"));

    let patient = Service::start_with(Limits::default(), Gated::stalled).await;
    let mut hurried = Request::new(referral(2, 8));
    hurried.metadata_mut().insert("grpc-timeout", "500m".parse().unwrap());
    let started = std::time::Instant::now();
    let answer = patient.acting_as(Role::Nurse).episodes().refer_patient(hurried).await;
    let late = fault(answer.map_err(Error::from));
    assert_eq!(told(&late), (Code::DeadlineExceeded, "DEADLINE_EXCEEDED"), "the service says so itself");
    assert!(started.elapsed() < Limits::default().deadline);
}

#[tokio::test]
async fn anybody_may_ask_for_health() {
    let service = Service::start().await;
    let mut health = HealthClient::new(service.channel.clone());
    let answer = health.check(HealthCheckRequest { service: String::new() }).await.unwrap();
    assert_eq!(answer.into_inner().status, 1, "serving");
    assert_eq!(tenant().as_str(), "demo");
}
