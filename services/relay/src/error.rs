//! Why a relay does not go on now.

use concord_ledger::ReadError;
use uuid::Uuid;

/// Any failure of JetStream's client.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why nothing is relayed now. All of it is tried again; on what says "must", somebody has to act first.
#[derive(Debug, thiserror::Error)]
pub enum RelayError {
    /// JetStream does not answer or refuses.
    #[error("JetStream cannot {what}")]
    JetStream {
        /// What it was asked to do.
        what: &'static str,
        /// What it answered.
        #[source]
        cause: Cause,
    },
    /// The stream is elsewhere than this relay left it: another relay publishes, or the stream lost its end.
    #[error("event {position} does not follow what the stream holds")]
    Overtaken {
        /// Which event.
        position: u64,
    },
    /// A publication was refused or not acknowledged.
    #[error("event {position} was not taken by the stream")]
    NotTaken {
        /// Which event.
        position: u64,
        /// Why.
        #[source]
        cause: Cause,
    },
    /// JetStream remembers an event, which may be in the stream or not.
    #[error("event {position} was published before")]
    Repeated {
        /// Which event.
        position: u64,
    },
    /// The stream holds events that the ledger does not have: this process reads an older copy of it.
    #[error("the stream is at event {stream} and the ledger at {ledger}")]
    Ahead {
        /// Last event in the stream.
        stream: u64,
        /// Last event in the ledger.
        ledger: u64,
    },
    /// The stream holds events of a later history of the ledger: this process must not relay an earlier one over it.
    #[error("the stream is of history {stream}, which is later than {own}; this process must end")]
    Superseded {
        /// The history in the stream.
        stream: Uuid,
        /// The history of the ledger.
        own: Uuid,
    },
    /// Somebody else published into the stream; it must be deleted, then the relay fills another one.
    #[error("message {sequence} of the stream is not the relay's; the stream must be deleted")]
    Foreign {
        /// Its place in the stream.
        sequence: u64,
    },
    /// The ledger cannot be read.
    #[error("the ledger cannot be read")]
    Ledger(#[from] ReadError),
    /// The ledger was closed: nothing comes any more.
    #[error("the ledger was closed")]
    Closed,
}

impl RelayError {
    /// An answer of JetStream that is not the wanted one.
    pub(crate) fn answered(what: &'static str, cause: impl Into<Cause>) -> Self {
        Self::JetStream { what, cause: cause.into() }
    }
}
