//! Limits of a runner.

use std::time::Duration;

/// Limits and times; the defaults suit two cores and ten thousand patients.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Events that are read and folded at once at most.
    pub batch: usize,
    /// Events that are folded before their rows are written, at most: while the ledger is far ahead, a row that many
    /// of them touch is written once.
    pub write_events: u64,
    /// Memory for rows that wait to be written, of all views together, bytes: beyond it they are written sooner.
    pub write_bytes: u64,
    /// Memory for rows that each view keeps after they were written, bytes.
    pub cache_bytes: u64,
    /// The least time between two writes of the builds that answer, while nobody waits for one: what a write costs is
    /// then shared by more events. The first event after a quiet time is written at once.
    pub pace: Duration,
    /// How long after a failure of store or ledger the first retry comes.
    pub retry_first: Duration,
    /// The longest time between retries.
    pub retry_most: Duration,
    /// How long nobody tells of a new head before the runner looks by itself; and how often builds are looked for that another
    /// process has begun.
    pub poll: Duration,
    /// How often it is looked how far views are that another process keeps, while they are behind the ledger.
    pub follow: Duration,
    /// How long views that another process keeps may stand still while the ledger is ahead, before they count as stalled.
    pub stall: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            batch: 1_024,
            write_events: 32_768,
            write_bytes: 16 * 1024 * 1024,
            cache_bytes: 4 * 1024 * 1024,
            pace: Duration::from_millis(100),
            retry_first: Duration::from_millis(50),
            retry_most: Duration::from_secs(5),
            poll: Duration::from_secs(1),
            follow: Duration::from_millis(50),
            stall: Duration::from_secs(30),
        }
    }
}
