//! The refusals of a side-effect record.

use crate::Explain;

/// Why a side-effect record refuses a command.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// Placeholder.
    #[error("not yet")]
    NotYet,
}

impl Explain for Error {
    fn reason(&self) -> &'static str {
        match self {
            Self::NotYet => "NOT_YET",
        }
    }

    fn remedy(&self) -> &'static str {
        match self {
            Self::NotYet => "wait",
        }
    }
}
