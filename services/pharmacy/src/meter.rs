//! What the relay to pharmacies measures.

use concord_kernel::TenantId;
use concord_telemetry::{as_f64, metric};
use metrics::{Counter, Gauge};

/// The instruments of one tenant's prescriptions on their way.
pub(crate) struct Meter {
    waiting: Gauge,
    failures: Counter,
    pub(crate) sent: Counter,
    pub(crate) unknown_pharmacy: Counter,
    pub(crate) no_answer: Counter,
}

impl Meter {
    pub(crate) fn new(tenant: &TenantId) -> Self {
        let messages = |result| metric::PHARMACY_MESSAGES.of([tenant.as_str(), result]);
        Self {
            waiting: metric::PHARMACY_WAITING.of([tenant.as_str()]),
            failures: metric::PHARMACY_FAILURES.of([tenant.as_str()]),
            sent: messages("sent"),
            unknown_pharmacy: messages("unknown_pharmacy"),
            no_answer: messages("no_answer"),
        }
    }

    /// So many messages are not answered.
    pub(crate) fn waiting(&self, messages: usize) {
        self.waiting.set(as_f64(u64::try_from(messages).unwrap_or(u64::MAX)));
    }

    /// A turn did not come to its end.
    pub(crate) fn failed(&self) {
        self.failures.increment(1);
    }
}
