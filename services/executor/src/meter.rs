//! What the command path measures.

use concord_kernel::TenantId;
use concord_telemetry::metric;
use metrics::Counter;

/// The instruments of one ledger's commands.
pub(crate) struct Meter {
    /// Decided again because facts changed.
    pub(crate) overtaken: Counter,
    /// Decided again because other rules were published.
    pub(crate) rules_changed: Counter,
    /// Streams folded from the ledger.
    pub(crate) loads: Counter,
}

impl Meter {
    pub(crate) fn new(tenant: &TenantId) -> Self {
        let retries = |because| metric::COMMAND_RETRIES.of([tenant.as_str(), because]);
        Self {
            overtaken: retries("facts"),
            rules_changed: retries("rules"),
            loads: metric::STATE_LOADS.of([tenant.as_str()]),
        }
    }
}
