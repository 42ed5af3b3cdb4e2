//! The lines of a bundle.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Recorded;

/// The form of bundles that is written and read.
pub const FORMAT: &str = "concord-patient-bundle/1";

/// One line of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// The first line.
    Header {
        /// [`FORMAT`].
        format: String,
        /// The ledger, as `tenant/kind`.
        ledger: String,
        /// Whose history it is.
        patient: Uuid,
        /// The signed checkpoint under which everything is proven: a C2SP signed note.
        checkpoint: String,
        /// The signed statement of the patient's streams: a C2SP signed note; see [`super::Statement`].
        streams: String,
    },
    /// One event, in the order of the log.
    Event {
        /// As it is stored.
        event: Box<Recorded>,
        /// The hashes that lead from its leaf to the root, base64, from the leaf up (RFC 6962 section 2.1.1).
        proof: Vec<String>,
    },
    /// The last line.
    End {
        /// How many events there were.
        events: u64,
    },
}
