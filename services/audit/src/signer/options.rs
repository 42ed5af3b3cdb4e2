//! How often a signer signs.

use std::time::Duration;

/// The pace of a signer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignerOptions {
    /// Time between two looks at the head.
    pub every: Duration,
    /// Least time between two checkpoints that are anchored.
    pub anchor_every: Duration,
}

impl Default for SignerOptions {
    fn default() -> Self {
        Self { every: Duration::from_secs(1), anchor_every: Duration::from_mins(1) }
    }
}
