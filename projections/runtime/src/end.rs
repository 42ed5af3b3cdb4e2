//! What a runner is asked to do, and why one of its sessions ends.

use tokio::sync::oneshot;

use crate::source::SourceError;
use crate::{Halt, Instance, OrderError, StoreError};

/// What an operator may ask of a runner.
pub(crate) enum Order {
    /// Build the view again, beside the build that answers.
    Rebuild { view: usize, reply: oneshot::Sender<Result<Instance, OrderError>> },
    /// Let paused builds of the view try again.
    Retry { view: usize, reply: oneshot::Sender<Result<(), OrderError>> },
}

/// Why a session ended.
pub(crate) enum End {
    /// For good.
    Halt(Halt),
    /// To begin anew from what is stored.
    Again,
    /// The lease is lost, or taken: to begin anew as what this process is now.
    Turn,
}

impl From<StoreError> for End {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Fenced(instance) => {
                tracing::error!(view = %instance.view, "another runner moved the checkpoint; this one stops");
                Self::Halt(Halt::Fenced)
            }
            StoreError::Corrupt(what) => {
                tracing::error!(what, "store of views is corrupt");
                Self::Halt(Halt::StoreCorrupt)
            }
            StoreError::NewerSchema { found, known } => {
                tracing::error!(found, known, "store of views is of a newer program");
                Self::Halt(Halt::StoreCorrupt)
            }
            StoreError::Superseded => {
                tracing::error!("another process has taken the views over; this one stops");
                Self::Halt(Halt::Fenced)
            }
            StoreError::NotLevel(_) | StoreError::Dropped(_) | StoreError::Unavailable(_) => {
                tracing::warn!(%error, cause = ?std::error::Error::source(&error), "store of views failed");
                Self::Again
            }
        }
    }
}

impl From<SourceError> for End {
    fn from(error: SourceError) -> Self {
        match error {
            SourceError::Unavailable => Self::Again,
            SourceError::Corrupt => Self::Halt(Halt::LedgerCorrupt),
            SourceError::Broken => {
                tracing::error!("the thread that reads for the views broke off; they stop");
                Self::Halt(Halt::Broken)
            }
        }
    }
}
