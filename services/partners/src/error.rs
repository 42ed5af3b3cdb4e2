//! Why a partner's stream does not go on now.

use concord_feed::FeedError;

/// Any failure of JetStream's client.
pub(crate) type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why nothing goes into a partner's stream now. All of it is tried again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PartnerError {
    /// No server is connected: what is decided now would leave who knows when.
    #[error("no server of NATS is connected")]
    Away,
    /// JetStream does not answer or refuses.
    #[error("JetStream cannot {what}")]
    JetStream {
        /// What it was asked to do.
        what: &'static str,
        /// What it answered.
        #[source]
        cause: Cause,
    },
    /// The stream is elsewhere than this process left it: another one publishes.
    #[error("somebody else has published into the stream")]
    Overtaken,
    /// A message was refused or not acknowledged.
    #[error("a message was not taken by the stream")]
    NotTaken(#[source] Cause),
    /// JetStream remembers a message, which may be in the stream or not.
    #[error("a message was published before")]
    Repeated,
    /// Somebody else published into the stream; it must be deleted, then another one is filled.
    #[error("message {sequence} of the stream is not this service's; the stream must be deleted")]
    Foreign {
        /// Its place in the stream.
        sequence: u64,
    },
    /// Nothing can be decided, or put on record.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// The ledger was closed: nothing comes any more.
    #[error("the ledger was closed")]
    Closed,
}

impl PartnerError {
    /// An answer of JetStream that is not the wanted one.
    pub(crate) fn answered(what: &'static str, cause: impl Into<Cause>) -> Self {
        Self::JetStream { what, cause: cause.into() }
    }
}
