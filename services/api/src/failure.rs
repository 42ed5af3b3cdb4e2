//! Everything that can go wrong with a call.

use std::time::Duration;

use concord_access::{AuthError, Denied};
use concord_audit::{LogError, SignError};
use concord_executor::ExecuteError;
use concord_feed::FeedError;
use concord_ledger::{Diverged, LocateError, ReadError};
use concord_looks::LooksError;
use concord_projection::{StoreError, ViewReadError};

use crate::Invalid;

/// Why a call has no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A field cannot be decoded.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// Nobody knows who is calling.
    #[error(transparent)]
    Auth(#[from] AuthError),
    /// The caller's role does not permit it.
    #[error(transparent)]
    Denied(Box<Denied>),
    /// The command did not take effect.
    #[error(transparent)]
    Execute(Box<ExecuteError>),
    /// There is no such thing, or none that the caller may know of.
    #[error("not found")]
    NotFound,
    /// The token is of another history of the ledger, or from after its end: the history went back.
    #[error(transparent)]
    EpochChanged(#[from] Diverged),
    /// The view did not reach the position in time, is being built, or is not run here.
    #[error("the view does not know that yet")]
    ViewBehind,
    /// The page token is not of this list.
    #[error("the page token is not of this list")]
    PageToken,
    /// The views cannot be read.
    #[error(transparent)]
    Views(Box<StoreError>),
    /// It cannot be put on record that somebody looks.
    #[error(transparent)]
    Looks(#[from] LooksError),
    /// The call took longer than it may.
    #[error("the deadline has passed")]
    Deadline,
    /// As many calls as allowed are in flight.
    #[error("too many calls are in flight")]
    Overloaded,
    /// The service ends before it could answer whole.
    #[error("the service is closing")]
    Closing,
    /// A message has more bytes than are read.
    #[error("the message has more than {limit} bytes")]
    MessageTooLarge {
        /// How many are read.
        limit: usize,
    },
    /// As many watchers as allowed are open.
    #[error("too many watchers are open")]
    TooManyWatchers,
    /// The caller calls more often than one may.
    #[error("this caller calls too often")]
    RateLimited {
        /// When the next call is taken.
        wait: Duration,
    },
    /// The caller holds as many streams open as one may.
    #[error("this caller holds too many streams open")]
    TooManyStreams,
    /// From the caller's address come too many who are not known.
    #[error("too many credentials that are not known come from this address")]
    TooManyAttempts {
        /// When the next one is looked at.
        wait: Duration,
    },
    /// More rows than a watch follows.
    #[error("the list has more than {limit} rows; read it by pages")]
    ListTooLong {
        /// How many it follows.
        limit: usize,
    },
    /// More of a program than is added up for one answer.
    #[error(
        "the program has more clients or overdue items than are added up at once; ask for a later period"
    )]
    ProgramTooLarge,
    /// Nothing is signed that far.
    #[error("no checkpoint covers that yet")]
    CheckpointNotYet,
    /// This process has no key to checkpoints.
    #[error("no checkpoints are kept here")]
    NoCheckpoints,
    /// A note is no cosigned checkpoint of the log.
    #[error("the note is no checkpoint of this log with a cosignature of a known cosigner")]
    Cosignature,
    /// What is stored contradicts what was signed.
    #[error(transparent)]
    Contradiction(SignError),
    /// More events are about a patient than a file holds.
    #[error("more events are about the patient than one file holds")]
    AuditTooLarge,
    /// This process serves no partners.
    #[error("no partners are served here")]
    NoFeeds,
    /// Nothing is sent to a partner.
    #[error(transparent)]
    Feed(FeedError),
}

impl From<FeedError> for Failure {
    fn from(error: FeedError) -> Self {
        match error {
            FeedError::NotFound => Self::NotFound,
            FeedError::Ledger(error) => error.into(),
            error @ (FeedError::Closed
            | FeedError::OnJetstream
            | FeedError::NotSent
            | FeedError::Overtaken
            | FeedError::Unrecorded
            | FeedError::Unreadable) => Self::Feed(error),
        }
    }
}

impl From<Denied> for Failure {
    /// What the caller may not know of is not there for them.
    fn from(denied: Denied) -> Self {
        if denied.hidden { Self::NotFound } else { Self::Denied(Box::new(denied)) }
    }
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        match error {
            LogError::OutOfRange => Self::NotFound,
            LogError::NotYet => Self::CheckpointNotYet,
            LogError::Ledger(error) => error.into(),
            // A process that finds its ledger in another epoch ends; the next one has a log of that epoch.
            LogError::EpochChanged | LogError::Store(_) => ExecuteError::Unavailable.into(),
            LogError::Contradiction(contradiction) => Self::Contradiction(contradiction),
        }
    }
}

impl From<ExecuteError> for Failure {
    fn from(error: ExecuteError) -> Self {
        Self::Execute(Box::new(error))
    }
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        ExecuteError::from(error).into()
    }
}

impl From<LocateError> for Failure {
    fn from(error: LocateError) -> Self {
        match error {
            LocateError::Diverged(diverged) => diverged.into(),
            LocateError::Read(error) => error.into(),
        }
    }
}

impl From<ViewReadError> for Failure {
    fn from(error: ViewReadError) -> Self {
        match error {
            ViewReadError::Building(_) => Self::ViewBehind,
            ViewReadError::Cursor => Self::PageToken,
            ViewReadError::Store(error) => Self::Views(Box::new(error)),
        }
    }
}
