//! What may be asked of the record of emergency access.

use concord_kernel::{GlassId, Text};

use super::Finding;

/// A request about emergency access to a record.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Break the glass: reach the record for a few hours, for the one who asks alone.
    Break {
        /// Which time.
        glass: GlassId,
        /// Why it cannot wait for the care team.
        reason: Text,
    },
    /// Put on record that the record was looked at through broken glass.
    RecordUse {
        /// Which time it was broken.
        glass: GlassId,
        /// What was asked, by its name in the policies.
        what: Text,
    },
    /// Judge it; by another person than the one who broke it.
    Review {
        /// Which time.
        glass: GlassId,
        /// Whether it was right.
        finding: Finding,
        /// What was found, and what follows from it.
        note: Text,
    },
}
