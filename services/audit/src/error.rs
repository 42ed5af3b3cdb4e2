//! What can go wrong with a log.

use concord_ledger::ReadError;

use crate::StoreError;
use crate::note::NoteError;

/// Why there is no proof or checkpoint.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// The log has no such event, or is not that long.
    #[error("the log has no such event or size")]
    OutOfRange,
    /// No checkpoint covers it yet.
    #[error("no checkpoint covers it yet")]
    NotYet,
    /// The ledger began another history while it was looked at.
    #[error("the ledger began another history")]
    EpochChanged,
    /// The ledger cannot be read.
    #[error(transparent)]
    Ledger(#[from] ReadError),
    /// The checkpoints cannot be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is stored contradicts what was signed.
    #[error(transparent)]
    Contradiction(#[from] SignError),
}

/// Why nothing is signed. But for the first, somebody must find out what happened before anything is signed again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignError {
    /// The ledger or the checkpoints cannot be read now.
    #[error("the ledger or its checkpoints are unavailable")]
    Unavailable,
    /// The ledger is shorter than what was signed.
    #[error("{signed} events were signed for and the ledger has {has}: its end was taken away")]
    Shortened {
        /// What was signed.
        signed: u64,
        /// What there is.
        has: u64,
    },
    /// The hashes of the ledger do not add up to what was signed.
    #[error("the first {signed} events are not those that were signed: something was altered")]
    Altered {
        /// What was signed.
        signed: u64,
    },
    /// The ledger's own root is not the root over its events.
    #[error("the ledger's root at {size} events is not the root over them")]
    Root {
        /// How many events.
        size: u64,
    },
    /// The last checkpoint is not by this key.
    #[error("the last checkpoint was not signed with this key: {0}")]
    OtherKey(#[source] NoteError),
}
