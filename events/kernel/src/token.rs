//! Where in a ledger's history something is.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A place in a ledger's history. Positions are dense and start at 1; 0 is before the first event. The epoch is
/// new when a ledger is initialised, restored or promoted, so a token from another history is recognised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Token {
    /// Which history.
    pub epoch: Uuid,
    /// How far in it.
    pub position: u64,
}
