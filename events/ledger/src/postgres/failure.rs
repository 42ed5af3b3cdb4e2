//! What PostgreSQL's errors mean to the ledger.

use concord_postgres::{QueryError, is_lost};
use tokio_postgres::error::SqlState;

use crate::{AppendError, OpenError, ReadError};

/// Why a statement failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The server is away, full, a standby or ending; what was sent may have taken effect.
    Away,
    /// Somebody holds the head row for longer than anybody should. Nothing has taken effect.
    Held,
    /// A row with this key is there already.
    Duplicate,
    /// A value that the server does not take.
    Refused,
    /// What was committed and told is not there any more, or somebody has begun another epoch.
    WentBack,
    /// What is stored contradicts itself.
    Corrupt(&'static str),
}

/// Classes of errors about the values of a statement, not about the server: data exception, integrity constraint,
/// program limit (a value that is nested too deeply).
const ABOUT_VALUES: [&str; 3] = ["22", "23", "54"];
/// Internal errors, among them damaged pages and indexes.
const INTERNAL: &str = "XX";

impl From<tokio_postgres::Error> for Failure {
    fn from(error: tokio_postgres::Error) -> Self {
        // The text of an error may quote stored values; its code cannot.
        let Some(code) = error.code() else {
            if is_lost(&error) {
                tracing::warn!("the connection to PostgreSQL was lost");
                return Self::Away;
            }
            return Self::Corrupt("an answer of PostgreSQL has another form than asked for");
        };
        if *code == SqlState::UNIQUE_VIOLATION {
            return Self::Duplicate;
        }
        if *code == SqlState::LOCK_NOT_AVAILABLE {
            return Self::Held;
        }
        tracing::error!(code = code.code(), "PostgreSQL failed");
        let class = code.code().get(..2).unwrap_or_default();
        if ABOUT_VALUES.contains(&class) {
            Self::Refused
        } else if class == INTERNAL {
            Self::Corrupt("PostgreSQL reports an internal error")
        } else {
            Self::Away
        }
    }
}

impl From<QueryError> for Failure {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Server(error) => error.into(),
            QueryError::Silent => {
                tracing::warn!("PostgreSQL does not answer");
                Self::Away
            }
        }
    }
}

impl From<Failure> for AppendError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Away | Failure::Held | Failure::WentBack => Self::Unavailable,
            Failure::Duplicate | Failure::Refused => {
                Self::Corrupt("the append's rows contradict those that are stored")
            }
            Failure::Corrupt(what) => Self::Corrupt(what),
        }
    }
}

impl From<Failure> for ReadError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Away | Failure::Held | Failure::WentBack => Self::Unavailable,
            Failure::Duplicate | Failure::Refused => Self::Corrupt("the query does not fit what is stored"),
            Failure::Corrupt(what) => Self::Corrupt(what),
        }
    }
}

/// An error while opening.
pub(super) fn opening(error: tokio_postgres::Error) -> OpenError {
    OpenError::Store(Box::new(error))
}
