//! What logs and their keys are called.
//!
//! A key is of a ledger: `concord/riverbend/clinical`. A log is of one history of it: the same with the epoch behind it. A
//! ledger that was restored from an older copy begins another history, and so another log: what was signed of the first
//! is never contradicted.

use concord_kernel::LedgerId;
use uuid::Uuid;

/// Before the names of all ledgers.
const SERVICE: &str = "concord/";

/// The name of the key of `ledger`.
pub fn key_name(ledger: &LedgerId) -> String {
    format!("{SERVICE}{ledger}")
}

/// The origin of the log that `epoch` is of.
pub fn epoch_origin(ledger: &LedgerId, epoch: Uuid) -> String {
    format!("{}/{epoch}", key_name(ledger))
}

/// The ledger, as `tenant/kind`, of the log that a key of that name signs; `None` for other names.
pub fn ledger_of(key_name: &str) -> Option<&str> {
    key_name.strip_prefix(SERVICE)
}
