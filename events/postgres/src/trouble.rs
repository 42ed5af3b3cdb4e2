//! What went wrong, without a word of what is stored.

use std::error::Error;
use std::io;

use crate::{QueryError, is_lost};

/// Why a statement has no answer. The text of PostgreSQL's own errors may quote stored values; this cannot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The server is away or the connection was lost; what was sent may have taken effect.
    #[error("PostgreSQL cannot be reached")]
    Away,
    /// The server did not prove who it is, or does not encrypt.
    #[error(
        "PostgreSQL did not pass TLS: its certificate must be of a known authority and of the name in the address"
    )]
    Unverified,
    /// The server refused the statement.
    #[error("PostgreSQL refused a statement with code {0}")]
    Refused(String),
    /// An answer has another form than asked for.
    #[error("an answer of PostgreSQL has another form than asked for")]
    Shape,
}

impl From<tokio_postgres::Error> for Trouble {
    fn from(error: tokio_postgres::Error) -> Self {
        if is_of_tls(&error) {
            return Self::Unverified;
        }
        if is_lost(&error) {
            return Self::Away;
        }
        error.code().map_or(Self::Shape, |code| Self::Refused(code.code().to_owned()))
    }
}

impl From<QueryError> for Trouble {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Server(error) => error.into(),
            QueryError::Silent => Self::Away,
        }
    }
}

fn is_of_tls(error: &tokio_postgres::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        let within = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        if error.is::<rustls::Error>() || within.is_some_and(<dyn Error + Send + Sync>::is::<rustls::Error>) {
            return true;
        }
        cause = error.source();
    }
    false
}
