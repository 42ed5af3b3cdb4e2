//! Looks for timers whose time has come, and does what they ask for.

use std::sync::Arc;
use std::time::Duration;

use concord_domain::{Refusal, adherence};
use concord_executor::{ExecuteError, Executor};
use concord_kernel::{Clock, Token};
use concord_projection::{Projections, ViewId, ViewReadError, WaitError};
use concord_views::timers::{Ring, Sending, Timer};
use concord_views::{Timers, timers};

use crate::command::{command, lapsed, notice_id};
use crate::meter::Meter;
use crate::{Notice, Notifier, NotifyError, Recipient};

/// How often timers are looked for: how late one rings at most, while the service runs and its views are level.
const LOOK: Duration = Duration::from_secs(1);

/// Timers that ring before the view is waited for.
const AT_ONCE: usize = 100;

/// How long the view may take to show what was recorded.
const SHOWN_WITHIN: Duration = Duration::from_secs(10);

/// Does what timers ask for when their time has come.
pub struct Timekeeper {
    executor: Executor,
    views: Projections,
    clock: Arc<dyn Clock>,
    notifier: Arc<dyn Notifier>,
    meter: Meter,
}

/// Why timers whose time has come could not ring now. They are looked for again.
#[derive(Debug, thiserror::Error)]
pub enum TimekeeperError {
    /// The list of timers cannot be read.
    #[error("the deadlines cannot be read")]
    Read(#[from] ViewReadError),
    /// The record takes no command.
    #[error("a deadline that passed cannot be recorded")]
    Record(#[from] ExecuteError),
    /// The view does not come to what was recorded.
    #[error("the list of deadlines is behind")]
    Behind(#[from] WaitError),
    /// Reminders cannot be sent; everything else was done.
    #[error("reminders cannot be sent")]
    Notify(#[from] NotifyError),
}

impl TimekeeperError {
    /// Whether there is no list yet, as after a start or with a new version of it.
    const fn is_building(&self) -> bool {
        matches!(self, Self::Read(ViewReadError::Building(_)))
    }
}

impl Timekeeper {
    /// Does on the ledger of `executor` what `views` shows to be due by `clock`; reminders go out through `notifier`.
    pub fn new(
        executor: Executor,
        views: Projections,
        clock: Arc<dyn Clock>,
        notifier: Arc<dyn Notifier>,
    ) -> Self {
        let meter = Meter::new(&executor.ledger().tenant);
        Self { executor, views, clock, notifier, meter }
    }

    /// Works for as long as it is polled.
    pub async fn run(&self) {
        // A failure is told once, not every second that it lasts.
        let mut failing = false;
        loop {
            match self.record_passed().await {
                Ok(_) => failing = false,
                // While the list is built the first time, health says so, and nothing has failed.
                Err(error) if error.is_building() => {}
                Err(error) => {
                    self.meter.failed();
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

    /// Has every timer ring whose time has come by now, and returns how many; when it returns, the view shows it. What one
    /// begins may set another, which rings at the next look.
    ///
    /// # Errors
    ///
    /// [`TimekeeperError`]; what was recorded until then stays recorded.
    pub async fn record_passed(&self) -> Result<usize, TimekeeperError> {
        let now = self.clock.now();
        let (mut recorded, mut found, mut unsent, mut after) = (0, 0, None, None);
        loop {
            let due = timers::due(&self.views.reader(), now, after.as_ref(), AT_ONCE).await?;
            found += due.timers.len();
            let mut last = None;
            for timer in &due.timers {
                match self.ring(timer).await {
                    Ok(Some(token)) => {
                        recorded += 1;
                        self.meter.rung(timer, now);
                        last = Some(token);
                    }
                    // Somebody did what was asked, or recorded it, and the view does not show it yet.
                    Ok(None) => {}
                    // What cannot be sent holds up nothing that can be recorded.
                    Err(TimekeeperError::Notify(error)) => unsent = Some(error),
                    Err(error) => return Err(error),
                }
            }
            if let Some(last) = last {
                self.views.wait_for(ViewId::of::<Timers>(), last, SHOWN_WITHIN).await?;
            }
            // From here on: what could not be done holds up nothing behind it.
            let Some(next) = due.after else { break };
            after = Some(next);
        }
        self.meter.due(found);
        unsent.map_or(Ok(recorded), |error| Err(error.into()))
    }

    async fn ring(&self, timer: &Timer) -> Result<Option<Token>, TimekeeperError> {
        let request = command(timer);
        if let Ring::Reminder(sending) = &timer.ring {
            match self.executor.judge(request.clone()).await {
                Ok(()) => self.notifier.send(&notice(timer, sending)).await?,
                // The patient's consent has ended, and with it the reminder.
                Err(ExecuteError::Refused(Refusal::Adherence(adherence::Error::FamilyNotPermitted))) => {
                    return self.record(lapsed(timer, sending)).await;
                }
                Err(ExecuteError::Refused(_)) => return Ok(None),
                Err(error) => return Err(error.into()),
            }
        }
        self.record(request).await
    }

    /// Records one; nothing when a rule says that it is not so any more.
    async fn record(&self, request: concord_executor::Request) -> Result<Option<Token>, TimekeeperError> {
        match self.executor.execute(request).await {
            Ok(receipt) => Ok(Some(receipt.token)),
            Err(ExecuteError::Refused(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn notice(timer: &Timer, sending: &Sending) -> Notice {
    Notice {
        id: notice_id(timer),
        to: sending.to.map_or(Recipient::Patient(timer.patient), Recipient::Person),
        channel: sending.channel,
        text: sending.wording.text(),
        due_at: timer.deadline,
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
