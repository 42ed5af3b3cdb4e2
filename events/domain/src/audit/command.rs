//! What may be asked of what is on record about looking after records.

use concord_kernel::{AuditId, ErasureReason, PersonId};

use super::Record;

/// A request to put on record that somebody looks, or that a record is destroyed.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Record it; the answer is given after that.
    Record {
        /// Which look.
        audit: AuditId,
        /// What for, and at what.
        record: Record,
    },
    /// Record that the patient's keys are destroyed: nothing is recorded of them after that, and nothing can be read.
    Shred {
        /// Why.
        reason: ErasureReason,
        /// Who agreed, beside who asks.
        approved_by: PersonId,
    },
}
