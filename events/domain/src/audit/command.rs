//! What may be asked of the record of an audit.

use concord_kernel::AuditId;

use super::Record;

/// A request to put on record that somebody looks.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Record it; the answer is given after that.
    Record {
        /// Which look.
        audit: AuditId,
        /// What for, and at what.
        record: Record,
    },
}
