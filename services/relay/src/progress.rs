//! How far a relay is.

use std::sync::Arc;
use std::time::Duration;

use concord_kernel::Clock;
use concord_ledger::{Filter, Ledger, ReadError};
use tokio::sync::watch;

/// What a relay does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It has not reached the stream yet.
    Starting,
    /// It publishes what is recorded.
    Relaying,
    /// Another relay publishes what is recorded; this one takes its place when it stops.
    StandingBy,
    /// Something failed, and it tries again.
    Retrying,
    /// The stream is of a later history or somebody else's: it looks again, and somebody has to act.
    Refused,
}

/// How far a relay is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// What it does.
    pub state: State,
    /// Everything up to this position was acknowledged by JetStream; `None` before the stream was reached.
    pub position: Option<u64>,
}

/// What a relay is behind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lag {
    /// Events that were recorded and not acknowledged by JetStream.
    pub events: u64,
    /// How long ago the first of them was recorded.
    pub age: Duration,
}

/// Follows a relay.
#[derive(Clone)]
pub struct Watch {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) progress: watch::Receiver<Progress>,
}

impl Watch {
    /// How far it is now.
    pub fn progress(&self) -> Progress {
        *self.progress.borrow()
    }

    /// Waits until its state or position is another one.
    ///
    /// # Errors
    ///
    /// When the relay is gone.
    pub async fn changed(&mut self) -> Result<Progress, watch::error::RecvError> {
        self.progress.changed().await?;
        Ok(*self.progress.borrow_and_update())
    }

    /// What it is behind now. Before the stream was reached, nothing is known to be in it.
    ///
    /// # Errors
    ///
    /// When the ledger cannot be read.
    pub async fn lag(&self) -> Result<Lag, ReadError> {
        let (head, position) = (self.ledger.watch().borrow().position, self.progress().position.unwrap_or(0));
        let events = head.saturating_sub(position);
        if events == 0 {
            return Ok(Lag::default());
        }
        let first = self.ledger.read(position, &Filter::default(), 1).await?;
        let age = first.entries.first().map(|entry| self.clock.now().since(entry.recorded_at));
        Ok(Lag { events, age: age.unwrap_or_default() })
    }
}
