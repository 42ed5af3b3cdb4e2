//! Where time comes from.

use std::sync::atomic::{AtomicI64, Ordering};

use crate::Instant;

/// Tells the time. Everything that needs it is given one.
pub trait Clock: Send + Sync + 'static {
    /// The present instant, UTC.
    fn now(&self) -> Instant;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that may read the wall clock")]
    fn now(&self) -> Instant {
        Instant::from(jiff::Timestamp::now())
    }
}

/// A clock that stands still until it is told otherwise: ninety days pass in seconds.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Starts at `start`.
    pub fn starting_at(start: Instant) -> Self {
        Self(AtomicI64::new(start.micros()))
    }

    /// Moves on to `to`; an earlier instant changes nothing, so time never runs backwards.
    pub fn advance_to(&self, to: Instant) {
        self.0.fetch_max(to.micros(), Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst)).expect("only instants are stored")
    }
}

/// The machine's clock, started at another instant: how a demonstration goes on after its last day.
#[derive(Debug)]
pub struct OffsetClock {
    simulated: Instant,
    real: Instant,
}

impl OffsetClock {
    /// Shows `simulated` now and runs at the speed of the machine's clock.
    pub fn continuing_from(simulated: Instant) -> Self {
        Self { simulated, real: SystemClock.now() }
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> Instant {
        self.simulated.plus(SystemClock.now().since(self.real))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_never_runs_backwards() {
        let start = Instant::parse("2026-01-05T08:00:00Z").unwrap();
        let clock = ManualClock::starting_at(start);
        clock.advance_to(start.plus_days(2));
        clock.advance_to(start);
        assert_eq!(clock.now(), start.plus_days(2));
    }
}
