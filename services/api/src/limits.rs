//! The bounds of the API, all in one place.

use std::time::Duration;

use crate::Rate;

/// What the API takes at once.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Largest message that is decoded, in bytes.
    pub message_bytes: usize,
    /// Calls at once on one connection; past it, HTTP/2 holds the client back.
    pub calls_per_connection: u32,
    /// Calls at once over all connections, a stream being one; past it, a call is refused at once as `OVERLOADED`.
    pub calls: usize,
    /// Longest time a unary call may take; a client's `grpc-timeout` may only shorten it.
    pub deadline: Duration,
    /// Watchers and followers open at once, over all callers.
    pub watchers: usize,
    /// How often a person may call; `None` for as often as they can. Each command of a stream counts as a call.
    pub person: Option<Rate>,
    /// The same of a service.
    pub service: Option<Rate>,
    /// How often somebody at one address may come in anew: with a token that is not known yet, or without any.
    /// Whoever is on this machine and uses no TLS is not counted.
    pub strangers: Option<Rate>,
    /// Watchers, followers and streams of commands that one caller may hold open.
    pub streams_per_caller: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 1024 * 1024,
            calls_per_connection: 1024,
            calls: 8192,
            deadline: Duration::from_secs(30),
            watchers: 1024,
            person: None,
            service: None,
            strangers: None,
            streams_per_caller: 256,
        }
    }
}

/// Commands of one stream that are in flight or answered and not yet read by the client.
pub(crate) const STREAM_IN_FLIGHT: usize = 1024;

/// Events in one batch of a range.
pub(crate) const RANGE_BATCH: usize = 500;

/// Batches of a range that are read ahead of the client.
pub(crate) const RANGE_READ_AHEAD: usize = 4;

/// Stored names that one filter may have.
pub(crate) const FILTER_NAMES: usize = 64;

/// Messages of a feed that wait for the partner; one that reads slower costs no more than these and its cursor.
pub(crate) const FEED_AHEAD: usize = 1024;

/// How much earlier than the client's deadline a call gives up, so that the answer still arrives: this part of it.
pub(crate) const DEADLINE_MARGIN: u32 = 10;

/// Kinds of entries that one filter of a timeline may have.
pub(crate) const FILTER_KINDS: usize = 64;

/// Rows of a page when the caller does not say.
pub(crate) const PAGE_DEFAULT: usize = 50;

/// Most rows of a page.
pub(crate) const PAGE_MOST: usize = concord_projection::PAGE_MAX;

/// How long a question waits for a view to reach `min_position`.
pub(crate) const VIEW_WAIT: Duration = Duration::from_secs(5);

/// Least time between two readings of a list that is watched.
pub(crate) const WATCH_PAUSE: Duration = Duration::from_millis(200);

/// Most rows of a list that is watched; one that is longer is refused rather than cut short. The contract names it.
pub(crate) const WATCH_ROWS: usize = 2_000;

/// How often a stream that would go on for ever looks whether its caller's token has ended.
pub(crate) const TOKEN_CHECK: Duration = Duration::from_secs(1);

/// Changes of a watched list that wait for the client.
pub(crate) const WATCH_AHEAD: usize = 4;

/// Audits that read the log or a timeline at once, over all callers; one more is refused as `OVERLOADED`.
pub(crate) const AUDITS: usize = 8;

/// Answers of an audit that wait for the client.
pub(crate) const AUDIT_AHEAD: usize = 4;

/// How long an export waits for a checkpoint that covers the record of itself.
pub(crate) const CHECKPOINT_WAIT: Duration = Duration::from_secs(20);

/// Bytes of lines in one piece of an exported file, about.
pub(crate) const EXPORT_PIECE: usize = 64 * 1024;
