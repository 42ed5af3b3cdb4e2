//! What the timekeeper measures.

use concord_kernel::{Instant, TenantId};
use concord_telemetry::{as_f64, metric};
use concord_views::timers::{Ring, Timer};
use metrics::{Counter, Gauge, Histogram};

/// The instruments of one tenant's timers.
pub(crate) struct Meter {
    tenant: TenantId,
    due: Gauge,
    delay: Histogram,
    failures: Counter,
}

impl Meter {
    pub(crate) fn new(tenant: &TenantId) -> Self {
        let name = tenant.as_str();
        Self {
            due: metric::TIMERS_DUE.of([name]),
            delay: metric::TIMER_DELAY_SECONDS.of([name]),
            failures: metric::TIMER_FAILURES.of([name]),
            tenant: tenant.clone(),
        }
    }

    /// A look found so many timers whose time has come.
    pub(crate) fn due(&self, timers: usize) {
        self.due.set(as_f64(u64::try_from(timers).unwrap_or(u64::MAX)));
    }

    /// What a timer asked for was recorded at `now`.
    pub(crate) fn rung(&self, timer: &Timer, now: Instant) {
        metric::TIMERS_RUNG.of([self.tenant.as_str(), kind(&timer.ring)]).increment(1);
        self.delay.record(now.since(timer.deadline));
    }

    /// A look did not come to its end.
    pub(crate) fn failed(&self) {
        self.failures.increment(1);
    }
}

const fn kind(ring: &Ring) -> &'static str {
    match ring {
        Ring::SideEffectDecision(_) => "side_effect_decision",
        Ring::Reminder(_) => "reminder",
        Ring::CriticalResult { .. } => "critical_result",
        Ring::Outreach { .. } => "outreach",
        Ring::OutreachBreach { .. } => "outreach_breach",
        Ring::Review { .. } => "review",
        Ring::Bridging { .. } => "bridging",
        Ring::InjectionOverdue { .. } => "injection_overdue",
    }
}
