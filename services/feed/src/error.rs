//! What can go wrong with a feed.

use concord_ledger::ReadError;

use crate::RecordError;

/// Why nothing is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FeedError {
    /// There is no such subscription, or it is another's.
    #[error("not found")]
    NotFound,
    /// The subscription was closed.
    #[error("the subscription is closed")]
    Closed,
    /// The subscription is delivered on JetStream, or it is not and was taken for one that is.
    #[error("the subscription is delivered another way")]
    OnJetstream,
    /// That sequence number was never sent.
    #[error("that sequence number was not sent on this subscription")]
    NotSent,
    /// Somebody else has begun to take the subscription.
    #[error("somebody else takes this subscription now")]
    Overtaken,
    /// Disclosures cannot be put on record, so that none are made.
    #[error("disclosures cannot be recorded, so that nothing is sent")]
    Unrecorded,
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] ReadError),
    /// A consent cannot be read: nothing can be decided by what is not known.
    #[error("what patients consented to cannot be read")]
    Unreadable,
}

impl From<RecordError> for FeedError {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Overtaken => Self::Overtaken,
            RecordError::Unavailable => Self::Unrecorded,
        }
    }
}
