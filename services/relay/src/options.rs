//! What can be set about a relay and its stream.

use std::time::Duration;

/// How the stream is declared, and how much may be on its way to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Copies of the stream, each on another server: 1, 3 or 5.
    pub replicas: usize,
    /// How long the stream holds a message. What is older is read from the ledger.
    pub keep: Duration,
    /// How long JetStream remembers identifiers of messages. It saves work; nothing rests on it.
    pub duplicate_window: Duration,
    /// Events that are published and not acknowledged yet.
    pub in_flight: usize,
    /// Bytes of those events.
    pub in_flight_bytes: usize,
    /// Events read from the ledger at once.
    pub page: usize,
    /// How long an acknowledgement or an answer of JetStream may take.
    pub answer_within: Duration,
    /// How often a relay that another one has overtaken looks whether that one still publishes.
    pub look: Duration,
    /// Wait before the first attempt after a failure; doubled for each further one.
    pub first_pause: Duration,
    /// The longest wait.
    pub longest_pause: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            replicas: 1,
            keep: Duration::from_hours(7 * 24),
            duplicate_window: Duration::from_mins(2),
            in_flight: 4_096,
            in_flight_bytes: 16 * 1024 * 1024,
            page: 500,
            answer_within: Duration::from_secs(10),
            look: Duration::from_secs(1),
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(5),
        }
    }
}
