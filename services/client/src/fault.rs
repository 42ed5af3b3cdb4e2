//! What a call answered instead of an answer.

use std::time::Duration;

use concord_proto::concord::command::v1::CommandError;
use concord_proto::concord::common::v1::Refusal;
use prost::{Message, Name};
use tonic::{Code, Status};
use tonic_types::pb;

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The server refused or failed.
    #[error(transparent)]
    Call(Box<Fault>),
    /// There is no connection.
    #[error("the server cannot be reached")]
    Connect(#[from] tonic::transport::Error),
    /// The token cannot be sent.
    #[error(transparent)]
    Token(#[from] crate::InvalidToken),
    /// A token would be sent without TLS to another machine.
    #[error("a token is sent to another machine over https:// only")]
    InTheClear,
    /// The stream ended before the command was answered: it may have taken effect, send the same id again.
    #[error("the stream ended before the command was answered")]
    StreamEnded,
    /// The server answered without saying what it did.
    #[error("the answer holds no receipt")]
    NoReceipt,
}

/// A status of the server with its details.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{code:?} {reason}: {message}")]
pub struct Fault {
    /// The gRPC code.
    pub code: Code,
    /// Name of the `ErrorReason`, without its prefix; empty when the server gave none.
    pub reason: String,
    /// What happened, in plain words.
    pub message: String,
    /// The rule that refused, when it was a rule.
    pub refusal: Option<Refusal>,
    /// The fields that could not be decoded.
    pub fields: Vec<Field>,
    /// When sending again may help, where the server says so.
    pub retry_after: Option<Duration>,
    /// What became of the history, when the place that was named is not in it (reason `EPOCH_CHANGED`).
    pub epoch_changed: Option<EpochChanged>,
}

/// The ledger's history went back, or is another one than a token is of. What was read after [`EpochChanged::diverged_at`]
/// may never have been: drop it, and read again from there with tokens of the new epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EpochChanged {
    /// UUID of the present epoch.
    pub epoch: String,
    /// Up to this position at most the history that the token is of is the present one; 0 when nothing is known of it.
    pub diverged_at: u64,
}

/// A field that the server could not decode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its path, such as `criteria[2].evidence`.
    pub path: String,
    /// What it must be.
    pub wanted: String,
}

impl From<Status> for Error {
    fn from(status: Status) -> Self {
        // Details that are not ours are not understood; code and message stand on their own.
        let details = pb::Status::decode(status.details()).map(|known| known.details).unwrap_or_default();
        Self::Call(Box::new(Fault::read(status.code(), status.message(), &details)))
    }
}

impl From<CommandError> for Fault {
    fn from(error: CommandError) -> Self {
        let CommandError { code, message, details } = error;
        Self::read(Code::from(code), &message, &details)
    }
}

impl Fault {
    fn read(code: Code, message: &str, details: &[prost_types::Any]) -> Self {
        let mut fault = Self {
            code,
            reason: String::new(),
            message: message.to_owned(),
            refusal: None,
            fields: Vec::new(),
            retry_after: None,
            epoch_changed: None,
        };
        for detail in details {
            let name = detail.type_url.rsplit('/').next().unwrap_or_default();
            if name == "google.rpc.ErrorInfo" {
                let info = pb::ErrorInfo::decode(detail.value.as_slice()).unwrap_or_default();
                fault.epoch_changed = epoch_changed(&info);
                fault.reason = info.reason;
            } else if name == "google.rpc.BadRequest" {
                fault.fields = fields(&detail.value);
            } else if name == "google.rpc.RetryInfo" {
                let delay = pb::RetryInfo::decode(detail.value.as_slice()).unwrap_or_default().retry_delay;
                fault.retry_after = delay.and_then(|delay| delay.try_into().ok());
            } else if name == Refusal::full_name() {
                fault.refusal = Refusal::decode(detail.value.as_slice()).ok();
            }
        }
        fault
    }
}

fn epoch_changed(info: &pb::ErrorInfo) -> Option<EpochChanged> {
    let epoch = info.metadata.get("epoch").filter(|_| info.reason == "EPOCH_CHANGED")?.clone();
    let diverged_at = info.metadata.get("diverged_at")?.parse().ok()?;
    Some(EpochChanged { epoch, diverged_at })
}

fn fields(bytes: &[u8]) -> Vec<Field> {
    let request = pb::BadRequest::decode(bytes).unwrap_or_default();
    let read = |violation: pb::bad_request::FieldViolation| Field {
        path: violation.field,
        wanted: violation.description,
    };
    request.field_violations.into_iter().map(read).collect()
}
