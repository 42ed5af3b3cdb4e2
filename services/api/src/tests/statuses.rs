//! What each failure is to a caller.

use concord_access::{AuthError, Denied};
use concord_domain::{Refusal, assessment, episode, side_effects};
use concord_executor::ExecuteError;
use concord_feed::FeedError;
use concord_ledger::Diverged;
use prost::Message;
use tonic::{Code, Status};
use tonic_types::{StatusExt, pb};

use crate::{Failure, Invalid};

fn code_and_reason(failure: impl Into<Failure>) -> (Code, String) {
    let status = Status::from(failure.into());
    (status.code(), status.get_details_error_info().unwrap().reason)
}

#[test]
fn each_failure_has_one_code_and_one_reason() {
    let told = |failure: Failure, code, reason: &str| {
        assert_eq!(code_and_reason(failure), (code, reason.to_owned()));
    };
    told(AuthError::Missing.into(), Code::Unauthenticated, "TOKEN_MISSING");
    told(AuthError::Invalid.into(), Code::Unauthenticated, "TOKEN_INVALID");
    told(AuthError::Expired.into(), Code::Unauthenticated, "TOKEN_EXPIRED");
    told(AuthError::NotYet.into(), Code::Unauthenticated, "TOKEN_NOT_YET_VALID");
    told(AuthError::LocalToken.into(), Code::Unauthenticated, "LOCAL_TOKEN_REFUSED");
    told(AuthError::UnknownClient.into(), Code::Unauthenticated, "CERTIFICATE_UNKNOWN");
    told(AuthError::Contradiction.into(), Code::Unauthenticated, "CERTIFICATE_CONTRADICTS_TOKEN");
    told(AuthError::KeysUnknown.into(), Code::Unavailable, "SIGNING_KEYS_UNKNOWN");
    let wait = std::time::Duration::from_secs(1);
    told(Failure::RateLimited { wait }, Code::ResourceExhausted, "RATE_LIMITED");
    told(Failure::TooManyAttempts { wait }, Code::ResourceExhausted, "TOO_MANY_ATTEMPTS");
    told(Failure::TooManyStreams, Code::ResourceExhausted, "TOO_MANY_STREAMS");
    let denied = |hidden, by_relationship| {
        let version = concord_access::Policies::embedded().version().clone();
        Failure::from(Denied { policy: None, version, hidden, by_relationship })
    };
    told(denied(false, false), Code::PermissionDenied, "NOT_PERMITTED");
    told(denied(false, true), Code::PermissionDenied, "NO_RELATIONSHIP");
    told(denied(true, true), Code::NotFound, "NOT_FOUND");
    told(Failure::NotFound, Code::NotFound, "NOT_FOUND");
    let diverged = Diverged { now: uuid::Uuid::nil(), at: 3 };
    told(diverged.into(), Code::FailedPrecondition, "EPOCH_CHANGED");
    told(Failure::Deadline, Code::DeadlineExceeded, "DEADLINE_EXCEEDED");
    told(Failure::Overloaded, Code::ResourceExhausted, "OVERLOADED");
    told(Failure::Closing, Code::Unavailable, "STORE_UNAVAILABLE");
    told(Failure::TooManyWatchers, Code::ResourceExhausted, "TOO_MANY_CALLS");
    told(Failure::ListTooLong { limit: 7 }, Code::ResourceExhausted, "LIST_TOO_LONG");
    told(ExecuteError::Conflict { actual: 3 }.into(), Code::Aborted, "VERSION_CONFLICT");
    told(ExecuteError::Contended.into(), Code::Aborted, "VERSION_CONFLICT");
    told(ExecuteError::CommandReused.into(), Code::AlreadyExists, "COMMAND_REUSED");
    told(ExecuteError::EffectiveInFuture.into(), Code::InvalidArgument, "EFFECTIVE_IN_FUTURE");
    told(ExecuteError::TooLarge.into(), Code::ResourceExhausted, "TOO_LARGE");
    told(ExecuteError::Overloaded.into(), Code::ResourceExhausted, "OVERLOADED");
    told(ExecuteError::Unavailable.into(), Code::Unavailable, "STORE_UNAVAILABLE");
    told(ExecuteError::RulesUnusable("labs.csv".into()).into(), Code::FailedPrecondition, "RULESET_UNUSABLE");
    told(ExecuteError::Shredded.into(), Code::FailedPrecondition, "SUBJECT_SHREDDED");
    told(ExecuteError::Corrupt("a leaf").into(), Code::DataLoss, "DATA_LOSS");
    told(Failure::NoFeeds, Code::Unavailable, "DISCLOSURES_UNAVAILABLE");
    told(FeedError::NotFound.into(), Code::NotFound, "NOT_FOUND");
    told(FeedError::Closed.into(), Code::FailedPrecondition, "SUBSCRIPTION_CLOSED");
    told(FeedError::OnJetstream.into(), Code::FailedPrecondition, "SUBSCRIPTION_ON_JETSTREAM");
    told(FeedError::NotSent.into(), Code::InvalidArgument, "SEQUENCE_NOT_SENT");
    told(FeedError::Overtaken.into(), Code::Aborted, "SUBSCRIPTION_TAKEN_OVER");
    told(FeedError::Unrecorded.into(), Code::Unavailable, "DISCLOSURES_UNAVAILABLE");
    told(FeedError::Unreadable.into(), Code::DataLoss, "DATA_LOSS");
}

#[test]
fn a_rule_is_a_failed_precondition_and_a_rule_about_the_caller_a_denial() {
    let refused = |refusal: Refusal| code_and_reason(ExecuteError::Refused(refusal));
    let rule = refused(episode::Error::NotScreened.into());
    assert_eq!(rule, (Code::FailedPrecondition, "NOT_SCREENED".to_owned()));
    let caller = refused(side_effects::Error::NotAPrescriber.into());
    assert_eq!(caller, (Code::PermissionDenied, "NOT_A_PRESCRIBER".to_owned()));
}

#[test]
fn a_conflict_tells_the_version_and_an_undecodable_field_its_path() {
    let conflict = Status::from(Failure::from(ExecuteError::Conflict { actual: 7 }));
    assert_eq!(conflict.get_details_error_info().unwrap().metadata["actual_version"], "7");
    let field = Status::from(Failure::from(Invalid::new("header.patient_id", "must be a UUID with hyphens")));
    let violations = field.get_details_bad_request().unwrap().field_violations;
    assert_eq!((violations.len(), violations[0].field.as_str()), (1, "header.patient_id"));
}

#[test]
fn waiting_is_advised_only_where_it_helps() {
    let advised = |error: ExecuteError| Status::from(Failure::from(error)).get_details_retry_info().is_some();
    assert!(advised(ExecuteError::Unavailable));
    assert!(advised(ExecuteError::Overloaded));
    assert!(!advised(ExecuteError::CommandReused));
    assert!(!advised(ExecuteError::TooLarge));
}

#[test]
fn a_damaged_record_is_told_without_what_is_damaged() {
    let status = Status::from(Failure::from(ExecuteError::Corrupt("leaf 12 of the chart")));
    assert!(!status.message().contains("leaf 12"), "{}", status.message());
}

#[test]
fn a_refusal_is_a_clinical_answer() {
    let missing = vec![assessment::Section::Risk, assessment::Section::MentalStatus];
    let refusal = Refusal::from(assessment::Error::SectionsMissing { missing });
    let status = Status::from(Failure::from(ExecuteError::Refused(refusal)));
    let rpc = pb::Status::decode(status.details()).unwrap();
    let names: Vec<_> = rpc.details.iter().map(|detail| detail.type_url.as_str()).collect();
    insta::assert_debug_snapshot!(names, @r#"
    [
        "type.googleapis.com/google.rpc.ErrorInfo",
        "type.googleapis.com/concord.common.v1.Refusal",
    ]
    "#);
    let detail =
        concord_proto::concord::common::v1::Refusal::decode(rpc.details[1].value.as_slice()).unwrap();
    insta::assert_debug_snapshot!(detail, @r#"
    Refusal {
        reason: AssessmentSectionsMissing,
        message: "sections are missing: 2",
        remedy: "record the missing sections, then complete it",
        findings: [],
        details: [
            "risk",
            "mental_status",
        ],
    }
    "#);
}
