//! Limits of a runner.

use std::time::Duration;

/// Limits and times; the defaults suit two cores and ten thousand patients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Events that are read, folded and written at once at most.
    pub batch: usize,
    /// Memory for rows that each view keeps, bytes.
    pub cache_bytes: u64,
    /// How long after a failure of store or ledger the first retry comes.
    pub retry_first: Duration,
    /// The longest time between retries.
    pub retry_most: Duration,
    /// How long nobody tells of a new head before the runner looks by itself.
    pub poll: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            batch: 4_096,
            cache_bytes: 12 * 1024 * 1024,
            retry_first: Duration::from_millis(50),
            retry_most: Duration::from_secs(5),
            poll: Duration::from_secs(1),
        }
    }
}
