//! Whether the process should get work, and whether it should be started again.
//!
//! Readiness takes traffic away, liveness ends the process. So each fails only for what that remedies: a view that has
//! stopped or is behind is told, but no reason to refuse commands, which need no view; with several processes over the same
//! views all of them would refuse at once, or be started again for ever.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use concord_projection::{Projections, State, Status};
use tokio::sync::watch;

use crate::health::Parts;

#[cfg(test)]
mod tests;

/// How long a ledger may take to say where it ends before it counts as away.
const PATIENCE: Duration = Duration::from_secs(2);

/// How far views may be behind when a process that has just started begins to take work.
const LEVEL: Duration = Duration::from_secs(30);

/// Looks at the parts of a process when somebody asks.
pub(crate) struct Probe {
    parts: Vec<Parts>,
    closing: watch::Receiver<bool>,
    /// Whether every view has been built and level since the process started.
    risen: AtomicBool,
}

/// How the parts are.
pub(crate) struct Found(Vec<Part>);

struct Part {
    name: String,
    says: String,
    well: bool,
}

impl Found {
    /// Whether nothing stands against it.
    pub(crate) fn is_well(&self) -> bool {
        self.0.iter().all(|part| part.well)
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Part { name, says, well } in &self.0 {
            writeln!(f, "{} {name}: {says}", if *well { "+" } else { "-" })?;
        }
        Ok(())
    }
}

impl Probe {
    /// Looks at `parts`; nothing is ready any more once `closing` is true.
    pub(crate) fn new(parts: Vec<Parts>, closing: watch::Receiver<bool>) -> Self {
        Self { parts, closing, risen: AtomicBool::new(false) }
    }

    /// Whether starting again would help: the thread that a ledger cannot be written without is gone.
    pub(crate) fn lives(&self) -> Found {
        let mut found = Vec::new();
        for (name, ledger) in self.parts.iter().flat_map(Parts::ledgers) {
            let writes = ledger.has_writer();
            let says = if writes { "has its writer" } else { "the writer is gone" };
            found.push(Part { name, says: says.to_owned(), well: writes });
        }
        Found(found)
    }

    /// Whether the process should get work.
    pub(crate) async fn is_ready(&self) -> Found {
        let mut found = Vec::new();
        let closing = *self.closing.borrow();
        let says = if closing { "closing" } else { "serving" };
        found.push(Part { name: "process".to_owned(), says: says.to_owned(), well: !closing });
        for part in &self.parts {
            found.push(ledger(part).await);
        }
        let risen = self.risen.load(Ordering::Relaxed);
        let mut level = true;
        for part in &self.parts {
            for (status, behind) in views(part) {
                let waits = match status.state {
                    State::Building => true,
                    State::Live | State::Retrying | State::Stalled => behind > LEVEL,
                    State::Paused(_) | State::Stopped(_) => false,
                };
                level &= !waits;
                let says = format!("{}, behind {} s", state(&status.state), behind.as_secs());
                let name = format!("view/{}/{}", part.tenant, status.view.name);
                found.push(Part { name, says, well: risen || !waits });
            }
        }
        if level {
            self.risen.store(true, Ordering::Relaxed);
        }
        Found(found)
    }
}

async fn ledger(part: &Parts) -> Part {
    let asked = tokio::time::timeout(PATIENCE, part.ledger.head()).await;
    let answers = matches!(asked, Ok(Ok(_)));
    let well = answers && part.ledger.has_writer();
    let says = match (answers, well) {
        (_, true) => "can be read and written",
        (false, _) => "does not answer",
        (true, false) => "the writer is gone",
    };
    Part { name: format!("ledger/{}", part.tenant), says: says.to_owned(), well }
}

/// Every view of a tenant, with how far it is behind.
pub(super) fn views(part: &Parts) -> Vec<(Status, Duration)> {
    let of = |views: &Projections| {
        let with_lag = |status: Status| {
            let behind = views.lag(&status).age;
            (status, behind)
        };
        views.statuses().into_iter().map(with_lag).collect()
    };
    part.views.as_ref().map(of).unwrap_or_default()
}

/// A state by its name.
pub(super) const fn state(state: &State) -> &'static str {
    match state {
        State::Live => "live",
        State::Building => "building",
        State::Retrying => "retrying",
        State::Stalled => "stalled",
        State::Paused(_) => "paused",
        State::Stopped(_) => "stopped",
    }
}
