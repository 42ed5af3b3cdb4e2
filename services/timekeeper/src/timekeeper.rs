//! Looks for deadlines that have passed, and records them.

use std::sync::Arc;
use std::time::Duration;

use concord_executor::{ExecuteError, Executor};
use concord_kernel::{Clock, Token};
use concord_projection::{Projections, ViewId, ViewReadError, WaitError};
use concord_views::{Timers, timers};

use crate::command::command;

/// How often deadlines are looked for: how late one is recorded at most, while the service runs and its views are level.
const LOOK: Duration = Duration::from_secs(1);

/// Deadlines that are recorded before the view is waited for.
const AT_ONCE: usize = 100;

/// How long the view may take to show what was recorded.
const SHOWN_WITHIN: Duration = Duration::from_secs(10);

/// Records deadlines that pass without what they ask for.
pub struct Timekeeper {
    executor: Executor,
    views: Projections,
    clock: Arc<dyn Clock>,
}

/// Why deadlines that have passed could not be recorded now. They are looked for again.
#[derive(Debug, thiserror::Error)]
pub enum TimekeeperError {
    /// The list of deadlines cannot be read.
    #[error("the deadlines cannot be read")]
    Read(#[from] ViewReadError),
    /// The record takes no command.
    #[error("a deadline that passed cannot be recorded")]
    Record(#[from] ExecuteError),
    /// The view does not come to what was recorded.
    #[error("the list of deadlines is behind")]
    Behind(#[from] WaitError),
}

impl TimekeeperError {
    /// Whether there is no list yet, as after a start or with a new version of it.
    const fn is_building(&self) -> bool {
        matches!(self, Self::Read(ViewReadError::Building(_)))
    }
}

impl Timekeeper {
    /// Records on the ledger of `executor` what `views` shows to have passed by `clock`.
    pub fn new(executor: Executor, views: Projections, clock: Arc<dyn Clock>) -> Self {
        Self { executor, views, clock }
    }

    /// Works for as long as it is polled.
    pub async fn run(self) {
        // A failure is told once, not every second that it lasts.
        let mut failing = false;
        loop {
            match self.record_passed().await {
                Ok(_) => failing = false,
                // While the list is built the first time, health says so, and nothing has failed.
                Err(error) if error.is_building() => {}
                Err(error) => {
                    if !failing {
                        let error = &error as &dyn std::error::Error;
                        tracing::error!(error, "deadlines that have passed are not recorded for now");
                    }
                    failing = true;
                }
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Records every deadline that has passed by now, and returns how many; when it returns, the view shows it.
    ///
    /// # Errors
    ///
    /// [`TimekeeperError`]; what was recorded until then stays recorded.
    pub async fn record_passed(&self) -> Result<usize, TimekeeperError> {
        let now = self.clock.now();
        let mut recorded = 0;
        loop {
            let passed = timers::due(&self.views.reader(), now, AT_ONCE).await?;
            let mut last = None;
            for timer in &passed {
                if let Some(token) = self.record(timer).await? {
                    recorded += 1;
                    last = Some(token);
                }
            }
            // Where nothing could be recorded, the view is behind somebody's answer; the next look sees it.
            let Some(last) = last else { return Ok(recorded) };
            self.views.wait_for(ViewId::of::<Timers>(), last, SHOWN_WITHIN).await?;
            if passed.len() < AT_ONCE {
                return Ok(recorded);
            }
        }
    }

    /// Records one.
    async fn record(&self, timer: &timers::Timer) -> Result<Option<Token>, ExecuteError> {
        match self.executor.execute(command(timer)).await {
            Ok(receipt) => Ok(Some(receipt.token)),
            // Somebody did what the deadline asks for, or recorded it, and the view does not show it yet.
            Err(ExecuteError::Refused(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_is_being_built_is_no_failure_and_a_record_that_is_away_is_one() {
        assert!(TimekeeperError::from(ViewReadError::Building("timers")).is_building());
        assert!(!TimekeeperError::from(ViewReadError::Cursor).is_building());
        assert!(!TimekeeperError::from(ExecuteError::Unavailable).is_building());
    }
}
