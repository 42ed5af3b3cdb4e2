//! Why a command has no receipt.

use std::sync::Arc;

use concord_domain::{Refusal, Relationship, UnreadableEvent};
use concord_ledger::{AppendError, ReadError};

/// Why a command did not take effect.
#[derive(Debug, thiserror::Error)]
pub enum ExecuteError {
    /// A rule refuses it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It is not permitted with the relationship that its issuer has to the patient.
    #[error("the relationship to the patient does not permit this")]
    NotPermitted {
        /// Which one they have.
        relationship: Relationship,
    },
    /// The stream is not where the caller expected it.
    #[error("the stream is at version {actual}")]
    Conflict {
        /// Where it is.
        actual: u64,
    },
    /// Others were faster every time.
    #[error("the record kept changing; try again")]
    Contended,
    /// The command id belongs to another request.
    #[error("the command id belongs to another request")]
    CommandReused,
    /// It would take effect in the future.
    #[error("a command cannot take effect in the future")]
    EffectiveInFuture,
    /// It holds more than the ledger takes at once.
    #[error("the command is too large")]
    TooLarge,
    /// Too many commands are waiting.
    #[error("too many commands are waiting")]
    Overloaded,
    /// The store is away. Ask again with the same command id.
    #[error("the record is unavailable")]
    Unavailable,
    /// What is stored contradicts itself.
    #[error("the record is damaged: {0}")]
    Corrupt(&'static str),
    /// The patient's keys were destroyed: nothing is recorded of them any more.
    #[error("the patient's record was destroyed")]
    Shredded,
    /// Rules were published that this program cannot judge by: nothing is decided before they can be read.
    #[error("the published rules cannot be used: {0}")]
    RulesUnusable(Arc<str>),
    /// A stored event cannot be read.
    #[error("the record holds an event that cannot be read")]
    Unreadable(#[from] UnreadableEvent),
}

impl From<ReadError> for ExecuteError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unavailable => Self::Unavailable,
            ReadError::Shredded => Self::Shredded,
            ReadError::Keyless => Self::Corrupt("nobody here has the keys of the ledger"),
            ReadError::Corrupt(what) => Self::Corrupt(what),
        }
    }
}

impl From<AppendError> for ExecuteError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Conflict { actual, .. } => Self::Conflict { actual },
            AppendError::CommandReused => Self::CommandReused,
            AppendError::TooLarge => Self::TooLarge,
            AppendError::Overloaded => Self::Overloaded,
            AppendError::Unavailable => Self::Unavailable,
            AppendError::Shredded => Self::Shredded,
            AppendError::Corrupt(what) => Self::Corrupt(what),
        }
    }
}
