//! The demonstration's clock: set by the play, then running on from its last day.

use std::sync::{Arc, OnceLock};

use concord_kernel::{Clock, Instant, ManualClock, OffsetClock};

/// Stands where the play sets it until it is let go.
#[derive(Debug)]
pub(super) struct DemoClock {
    pub(super) played: Arc<ManualClock>,
    running: OnceLock<OffsetClock>,
}

impl DemoClock {
    pub(super) fn starting_at(start: Instant) -> Self {
        Self { played: Arc::new(ManualClock::starting_at(start)), running: OnceLock::new() }
    }

    /// Runs from now on at the speed of the machine's clock.
    pub(super) fn let_go(&self) {
        self.running.get_or_init(|| OffsetClock::continuing_from(self.played.now()));
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Instant {
        self.running.get().map_or_else(|| self.played.now(), Clock::now)
    }
}
