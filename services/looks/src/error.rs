//! What can go wrong.

use concord_ledger::ReadError;

/// Why a look or a disclosure is not on record. What it was to be recorded for must not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LooksError {
    /// As many records as there is room for wait already.
    #[error("too many records of looking wait to be written")]
    Overloaded,
    /// The ledger of access is away, full or closing.
    #[error("records of looking cannot be kept, so nothing is shown")]
    Unavailable,
    /// A record is larger than an event may be.
    #[error("the record of looking is larger than can be kept")]
    TooLarge,
}

/// Why the access log cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccessLogError {
    /// The page token is not of this list.
    #[error("the page token is not of this list")]
    Cursor,
    /// The ledger of access cannot be read.
    #[error(transparent)]
    Ledger(#[from] ReadError),
}
