//! What SQLite's errors mean to the ledger.

use rusqlite::ErrorCode;

use crate::{AppendError, OpenError, ReadError};

/// Why a transaction failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The file system is full or away, or another connection is in the way.
    Away,
    /// The rows contradict what is stored, or SQLite refuses them.
    Refused,
    /// What is stored contradicts itself.
    Corrupt(&'static str),
}

/// Errors that pass when the file system is well again.
const AWAY: [ErrorCode; 9] = [
    ErrorCode::DiskFull,
    ErrorCode::SystemIoFailure,
    ErrorCode::DatabaseBusy,
    ErrorCode::DatabaseLocked,
    ErrorCode::CannotOpen,
    ErrorCode::ReadOnly,
    ErrorCode::OutOfMemory,
    ErrorCode::PermissionDenied,
    ErrorCode::FileLockingProtocolFailed,
];
const DAMAGED: [ErrorCode; 2] = [ErrorCode::DatabaseCorrupt, ErrorCode::NotADatabase];

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        // The text of an error may quote stored values; its code cannot.
        let Some(code) = error.sqlite_error_code() else {
            return Self::Corrupt("a stored value has another form than its column");
        };
        tracing::error!(?code, "SQLite failed");
        if AWAY.contains(&code) {
            Self::Away
        } else if DAMAGED.contains(&code) {
            Self::Corrupt("the file's structure is broken")
        } else {
            Self::Refused
        }
    }
}

impl From<Failure> for AppendError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Away => Self::Unavailable,
            Failure::Refused => Self::Corrupt("the append's rows contradict those that are stored"),
            Failure::Corrupt(what) => Self::Corrupt(what),
        }
    }
}

impl From<Failure> for ReadError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Away => Self::Unavailable,
            Failure::Refused => Self::Corrupt("the query does not fit what is stored"),
            Failure::Corrupt(what) => Self::Corrupt(what),
        }
    }
}

/// An error while opening.
pub(crate) fn opening(error: rusqlite::Error) -> OpenError {
    let damaged = error.sqlite_error_code().is_some_and(|code| DAMAGED.contains(&code));
    if damaged {
        OpenError::Corrupt("the file is no SQLite database")
    } else {
        OpenError::Store(Box::new(error))
    }
}
