//! How a view is doing.

use std::time::Duration;

use concord_kernel::{Instant, Token};
use uuid::Uuid;

use crate::{ViewError, ViewId};

/// How far a view is and whether it goes on.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    /// Which view.
    pub view: ViewId,
    /// What its rows hold: the history and how much of it.
    pub token: Token,
    /// Everything recorded before this instant is in the rows.
    pub complete_as_of: Instant,
    /// Whether it goes on.
    pub state: State,
    /// A build beside the one that answers, while there is one.
    pub rebuild: Option<Progress>,
}

/// Whether a view goes on.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// It does.
    Live,
    /// Its first build under this version is not complete; questions are refused.
    Building,
    /// The store or the ledger is away; it is tried again.
    Retrying,
    /// Another process keeps it, and has not for a while though the ledger went on.
    Stalled,
    /// It stopped before a fact and waits for an operator; the others go on.
    Paused(Fault),
    /// It will not go on in this process.
    Stopped(Halt),
}

/// Why a fact cannot be folded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// This program cannot read it.
    #[error("the event cannot be read")]
    Unreadable,
    /// The view refuses it.
    #[error("the view refuses the event: {0}")]
    Refused(ViewError),
    /// The view failed on it.
    #[error("the view failed on the event")]
    Panicked,
}

/// Why a runner ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// It was asked to.
    #[error("shut down")]
    Shutdown,
    /// Another runner is at work on the same rows.
    #[error("another runner moved the checkpoint")]
    Fenced,
    /// The ledger contradicts itself or ended before its head.
    #[error("the ledger is corrupt")]
    LedgerCorrupt,
    /// Stored rows contradict the program.
    #[error("the store of views is corrupt")]
    StoreCorrupt,
    /// A thread of the runner panicked or is gone: nobody keeps the rows up any more.
    #[error("a thread of the views broke off")]
    Broken,
}

/// How a build beside the live one gets on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// How far it is.
    pub position: u64,
    /// Where it must get.
    pub head: u64,
    /// Events a second so far.
    pub events_per_second: f64,
    /// How long it takes at that rate; absent before there is a rate.
    pub remaining: Option<Duration>,
    /// The fact it stopped before, if it did.
    pub fault: Option<Fault>,
}

/// A fact that a build cannot fold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its place in the ledger.
    pub position: u64,
    /// What is wrong with it.
    pub reason: Reason,
}

/// How far a view is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lag {
    /// Events in the ledger that are not in the rows.
    pub events: u64,
    /// At most how old the oldest of them is; zero when there are none.
    pub age: Duration,
}

/// Why waiting for a view ended without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WaitError {
    /// Nobody knows such a view.
    #[error("no such view")]
    UnknownView,
    /// The token is of another history.
    #[error("the token is of another epoch")]
    EpochChanged {
        /// The present one.
        now: Uuid,
    },
    /// Time is up.
    #[error("the view is at {position} of {wanted}")]
    Behind {
        /// Where the view is.
        position: u64,
        /// Where it was wanted.
        wanted: u64,
    },
    /// The view does not go on before that.
    #[error("the view has stopped")]
    Stopped,
}
