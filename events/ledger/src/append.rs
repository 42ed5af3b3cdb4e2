//! What is asked of the log, and what it answers.

use bytes::Bytes;
use concord_kernel::{CommandId, Instant, StreamRef, Token};

/// One command's events and everything they depend on; taken as a whole or not at all.
#[derive(Clone, Debug)]
pub struct Append {
    /// The command: the same id never takes effect twice.
    pub command: CommandId,
    /// SHA-256 of the command as it was asked; the same id with another hash is refused.
    pub request_hash: [u8; 32],
    /// The stream that takes the events.
    pub stream: StreamRef,
    /// Where that stream must be.
    pub expected: Expected,
    /// Where other streams must be: those whose facts were decided on.
    pub conditions: Vec<Condition>,
    /// What happened, in order; may be empty, then only the receipt is recorded.
    pub events: Vec<NewEvent>,
    /// JSON object that goes with each of the events: who, what for, on whose record.
    pub metadata: Bytes,
    /// Bytes that the receipt gives back for ever, such as warnings.
    pub reply: Bytes,
}

/// An event before it has a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEvent {
    /// Its stored name.
    pub event_type: &'static str,
    /// The version of its stored shape.
    pub event_version: u16,
    /// Its stored bytes, JSON.
    pub payload: Bytes,
}

/// Where a stream must be for an append to hold. Versions count events from 1; 0 is an empty stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Anywhere.
    Any,
    /// Without events.
    None,
    /// With at least one event.
    Exists,
    /// At exactly this version; 0 is the same as [`Expected::None`].
    Exact(u64),
}

impl Expected {
    /// Whether a stream at `version` is where it must be.
    pub const fn holds(self, version: u64) -> bool {
        match self {
            Self::Any => true,
            Self::None => version == 0,
            Self::Exists => version > 0,
            Self::Exact(wanted) => version == wanted,
        }
    }
}

/// Where a stream other than the written one must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The stream.
    pub stream: StreamRef,
    /// Where it must be.
    pub expected: Expected,
}

/// What the log says of a command that took effect. The same command gets the same receipt for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The ledger's history up to and including the command's events; for a command without events, where the
    /// ledger stood when it was recorded.
    pub token: Token,
    /// How many events it appended; they are the last `count` positions up to the token's.
    pub count: u32,
    /// The stream's version after it.
    pub stream_version: u64,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// The bytes that [`Append::reply`] gave.
    pub reply: Bytes,
}

/// A command that has taken effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Appended {
    /// Now.
    New(Receipt),
    /// Before; this is the receipt of that time.
    Repeated(Receipt),
}

impl Appended {
    /// The receipt, whichever time it is of.
    pub fn into_receipt(self) -> Receipt {
        match self {
            Self::New(receipt) | Self::Repeated(receipt) => receipt,
        }
    }
}
