//! The one map from what went wrong to what the caller is told.
//!
//! Every status carries a `google.rpc.ErrorInfo` whose reason is a value of `concord.common.v1.ErrorReason` without
//! its prefix; beside it a `google.rpc.BadRequest` for a field, a `google.rpc.RetryInfo` where waiting helps, and a
//! `concord.common.v1.Refusal` for a rule. Bytes that are no message never come this far: the codec of `concord-proto`
//! answers them, in the same form. A message that is larger than allowed is refused by tonic before both, without
//! details; [`crate::oversize`] gives it the form of all others.

use std::collections::HashMap;
use std::time::Duration;

use concord_access::AuthError;
use concord_domain::{Explain, Refusal};
use concord_executor::ExecuteError;
use concord_feed::FeedError;
use concord_looks::LooksError;
use concord_projection::StoreError;
use concord_proto::concord::common::v1 as common;
use concord_proto::concord::common::v1::ErrorReason;
use prost::{Message, Name};
use prost_types::Any;
use tonic::{Code, Status};
use tonic_types::pb;

use crate::common::encode;
use crate::{Failure, Invalid};

/// `google.rpc.ErrorInfo.domain` of every reason of ours.
pub(crate) const DOMAIN: &str = "concord";

/// How long a caller should wait when a queue is full or the store is away.
const RETRY_AFTER: Duration = Duration::from_millis(500);

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        let status = rpc_status(&failure);
        let details = status.encode_to_vec();
        Self::with_details(Code::from(status.code), status.message, details.into())
    }
}

/// The status in the form in which it also travels inside a stream.
pub(crate) fn rpc_status(failure: &Failure) -> pb::Status {
    let (code, reason) = classify(failure);
    let mut metadata = HashMap::new();
    if let Some(actual) = conflicting_version(failure) {
        metadata.insert("actual_version".to_owned(), actual.to_string());
    }
    if let Failure::Denied(denied) = failure {
        // Which policy forbids it, where one does, so that a privacy officer can look it up.
        metadata.insert("policy_version".to_owned(), denied.version.to_string());
        metadata.extend(denied.policy.as_deref().map(|policy| ("policy".to_owned(), policy.to_owned())));
    }
    if let Failure::MessageTooLarge { limit } = failure {
        metadata.insert("limit_bytes".to_owned(), limit.to_string());
    }
    if let Failure::EpochChanged(diverged) = failure {
        metadata.insert("epoch".to_owned(), diverged.now.to_string());
        metadata.insert("diverged_at".to_owned(), diverged.at.to_string());
    }
    let refusal = refusal_of(failure);
    let name = refusal.map_or_else(|| name_of(reason), Explain::reason);
    let info = pb::ErrorInfo { reason: name.to_owned(), domain: DOMAIN.to_owned(), metadata };
    let mut details = vec![packed("google.rpc.ErrorInfo", &info)];
    if let Failure::Invalid(invalid) = failure {
        details.push(packed("google.rpc.BadRequest", &bad_request(invalid)));
    }
    if let Some(wait) = retry_after(failure, code, reason) {
        let delay = wait.try_into().ok();
        details.push(packed("google.rpc.RetryInfo", &pb::RetryInfo { retry_delay: delay }));
    }
    if let Some(refusal) = refusal {
        details.push(packed(&common::Refusal::full_name(), &encode::refusal(refusal, reason)));
    }
    pb::Status { code: code.into(), message: message(failure, code), details }
}

/// What is damaged is for the operator, not for the caller.
fn message(failure: &Failure, code: Code) -> String {
    if code != Code::DataLoss {
        return failure.to_string();
    }
    tracing::error!(error = failure as &dyn std::error::Error, "a call met a damaged record");
    "the record is damaged; the operator is told".to_owned()
}

pub(crate) fn classify(failure: &Failure) -> (Code, ErrorReason) {
    match failure {
        Failure::Invalid(_) => (Code::InvalidArgument, ErrorReason::FieldInvalid),
        Failure::Auth(AuthError::Missing) => (Code::Unauthenticated, ErrorReason::TokenMissing),
        Failure::Auth(AuthError::Invalid) => (Code::Unauthenticated, ErrorReason::TokenInvalid),
        Failure::Auth(AuthError::Expired) => (Code::Unauthenticated, ErrorReason::TokenExpired),
        Failure::Auth(AuthError::NotYet) => (Code::Unauthenticated, ErrorReason::TokenNotYetValid),
        Failure::Auth(AuthError::LocalToken) => (Code::Unauthenticated, ErrorReason::LocalTokenRefused),
        Failure::Auth(AuthError::UnknownClient) => (Code::Unauthenticated, ErrorReason::CertificateUnknown),
        Failure::Auth(AuthError::Contradiction) => {
            (Code::Unauthenticated, ErrorReason::CertificateContradictsToken)
        }
        Failure::Auth(AuthError::KeysUnknown) => (Code::Unavailable, ErrorReason::SigningKeysUnknown),
        Failure::Denied(denied) if denied.by_relationship => {
            (Code::PermissionDenied, ErrorReason::NoRelationship)
        }
        Failure::Denied(_) => (Code::PermissionDenied, ErrorReason::NotPermitted),
        Failure::Execute(error) => classify_execute(error),
        Failure::NotFound => (Code::NotFound, ErrorReason::NotFound),
        Failure::EpochChanged(_) => (Code::FailedPrecondition, ErrorReason::EpochChanged),
        Failure::ViewBehind => (Code::Unavailable, ErrorReason::ViewBehind),
        Failure::PageToken => (Code::InvalidArgument, ErrorReason::PageTokenInvalid),
        Failure::Views(error) => classify_views(error),
        Failure::Looks(LooksError::Unavailable | LooksError::TooLarge) => {
            (Code::Unavailable, ErrorReason::LooksUnavailable)
        }
        Failure::Deadline => (Code::DeadlineExceeded, ErrorReason::DeadlineExceeded),
        Failure::Overloaded | Failure::Looks(LooksError::Overloaded) => {
            (Code::ResourceExhausted, ErrorReason::Overloaded)
        }
        Failure::Closing => (Code::Unavailable, ErrorReason::StoreUnavailable),
        Failure::MessageTooLarge { .. } => (Code::ResourceExhausted, ErrorReason::MessageTooLarge),
        Failure::TooManyWatchers => (Code::ResourceExhausted, ErrorReason::TooManyCalls),
        Failure::RateLimited { .. } => (Code::ResourceExhausted, ErrorReason::RateLimited),
        Failure::TooManyStreams => (Code::ResourceExhausted, ErrorReason::TooManyStreams),
        Failure::TooManyAttempts { .. } => (Code::ResourceExhausted, ErrorReason::TooManyAttempts),
        Failure::ListTooLong { .. } => (Code::ResourceExhausted, ErrorReason::ListTooLong),
        Failure::ProgramTooLarge => (Code::ResourceExhausted, ErrorReason::ProgramTooLarge),
        Failure::CheckpointNotYet => (Code::NotFound, ErrorReason::CheckpointNotYet),
        Failure::NoCheckpoints => (Code::Unavailable, ErrorReason::CheckpointsUnavailable),
        Failure::Cosignature => (Code::InvalidArgument, ErrorReason::CosignatureInvalid),
        Failure::Contradiction(_) => (Code::DataLoss, ErrorReason::DataLoss),
        Failure::AuditTooLarge => (Code::ResourceExhausted, ErrorReason::AuditTooLarge),
        Failure::NoFeeds => (Code::Unavailable, ErrorReason::DisclosuresUnavailable),
        Failure::Feed(error) => classify_feed(error),
    }
}

const fn classify_feed(error: &FeedError) -> (Code, ErrorReason) {
    match error {
        FeedError::NotFound => (Code::NotFound, ErrorReason::NotFound),
        FeedError::Closed => (Code::FailedPrecondition, ErrorReason::SubscriptionClosed),
        FeedError::OnJetstream => (Code::FailedPrecondition, ErrorReason::SubscriptionOnJetstream),
        FeedError::NotSent => (Code::InvalidArgument, ErrorReason::SequenceNotSent),
        FeedError::Overtaken => (Code::Aborted, ErrorReason::SubscriptionTakenOver),
        FeedError::Unrecorded | FeedError::Ledger(_) => {
            (Code::Unavailable, ErrorReason::DisclosuresUnavailable)
        }
        FeedError::Unreadable => (Code::DataLoss, ErrorReason::DataLoss),
    }
}

fn classify_views(error: &StoreError) -> (Code, ErrorReason) {
    match error {
        StoreError::Corrupt(_) => (Code::DataLoss, ErrorReason::DataLoss),
        StoreError::Fenced(_)
        | StoreError::Superseded
        | StoreError::Dropped(_)
        | StoreError::NotLevel(_)
        | StoreError::NewerSchema { .. }
        | StoreError::Unavailable(_) => (Code::Unavailable, ErrorReason::StoreUnavailable),
    }
}

fn classify_execute(error: &ExecuteError) -> (Code, ErrorReason) {
    match error {
        ExecuteError::Refused(refusal) => classify_refusal(reason_of(refusal)),
        // Answered by the policies before it comes here; alone it says no more than that there is nothing.
        ExecuteError::NotPermitted { .. } => (Code::NotFound, ErrorReason::NotFound),
        ExecuteError::Conflict { .. } | ExecuteError::Contended => {
            (Code::Aborted, ErrorReason::VersionConflict)
        }
        ExecuteError::CommandReused => (Code::AlreadyExists, ErrorReason::CommandReused),
        ExecuteError::EffectiveInFuture => (Code::InvalidArgument, ErrorReason::EffectiveInFuture),
        ExecuteError::TooLarge => (Code::ResourceExhausted, ErrorReason::TooLarge),
        ExecuteError::Overloaded => (Code::ResourceExhausted, ErrorReason::Overloaded),
        ExecuteError::Unavailable => (Code::Unavailable, ErrorReason::StoreUnavailable),
        ExecuteError::Shredded => (Code::FailedPrecondition, ErrorReason::SubjectShredded),
        ExecuteError::RulesUnusable(_) => (Code::FailedPrecondition, ErrorReason::RulesetUnusable),
        ExecuteError::Corrupt(_) | ExecuteError::Unreadable(_) => (Code::DataLoss, ErrorReason::DataLoss),
    }
}

/// A rule about who may is told apart from a rule about what may be.
fn classify_refusal(reason: ErrorReason) -> (Code, ErrorReason) {
    let about_the_caller = matches!(
        reason,
        ErrorReason::RoleNotPermitted
            | ErrorReason::NotAPrescriber
            | ErrorReason::NotAClinician
            | ErrorReason::NotACosigner
            | ErrorReason::ScheduleNotCovered
            | ErrorReason::NotATimer
            | ErrorReason::NotOnCareTeam
            | ErrorReason::ConsultOfAnother
    );
    (if about_the_caller { Code::PermissionDenied } else { Code::FailedPrecondition }, reason)
}

/// The reason's value in the contract; a test holds that every reason of the domain has one.
fn reason_of(refusal: &Refusal) -> ErrorReason {
    let name = format!("{REASON_PREFIX}{}", refusal.reason());
    ErrorReason::from_str_name(&name).unwrap_or(ErrorReason::Unspecified)
}

pub(crate) const REASON_PREFIX: &str = "ERROR_REASON_";

pub(crate) fn name_of(reason: ErrorReason) -> &'static str {
    let name = reason.as_str_name();
    name.strip_prefix(REASON_PREFIX).unwrap_or(name)
}

fn refusal_of(failure: &Failure) -> Option<&Refusal> {
    let Failure::Execute(error) = failure else { return None };
    let ExecuteError::Refused(refusal) = error.as_ref() else { return None };
    Some(refusal)
}

fn conflicting_version(failure: &Failure) -> Option<u64> {
    let Failure::Execute(error) = failure else { return None };
    let ExecuteError::Conflict { actual } = error.as_ref() else { return None };
    Some(*actual)
}

/// How long to wait, where that helps.
fn retry_after(failure: &Failure, code: Code, reason: ErrorReason) -> Option<Duration> {
    if let Failure::RateLimited { wait } | Failure::TooManyAttempts { wait } = failure {
        return Some(*wait);
    }
    let helps =
        code == Code::Unavailable || matches!(reason, ErrorReason::Overloaded | ErrorReason::TooManyCalls);
    helps.then_some(RETRY_AFTER)
}

fn bad_request(invalid: &Invalid) -> pb::BadRequest {
    let violation = pb::bad_request::FieldViolation {
        field: invalid.path().to_owned(),
        description: invalid.wanted().to_owned(),
        ..Default::default()
    };
    pb::BadRequest { field_violations: vec![violation] }
}

fn packed(name: &str, message: &impl Message) -> Any {
    Any { type_url: format!("type.googleapis.com/{name}"), value: message.encode_to_vec() }
}
