//! What the log holds.

use bytes::Bytes;
use concord_kernel::{Instant, StreamKind, StreamRef, Token};

use crate::AtRest;

/// One event in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the ledger, from 1, without gaps.
    pub position: u64,
    /// Its stream.
    pub stream: StreamRef,
    /// Its place in the stream, from 1, without gaps.
    pub version: u64,
    /// Its stored name.
    pub event_type: Box<str>,
    /// The version of its stored shape.
    pub event_version: u16,
    /// When it was recorded; later positions are always later.
    pub recorded_at: Instant,
    /// What it says, JSON; empty when that was shredded.
    pub payload: Bytes,
    /// How that is stored.
    pub at_rest: AtRest,
    /// Who, what for, on whose record: a JSON object.
    pub metadata: Bytes,
    /// RFC 6962 leaf hash of all of the above and of the stream's previous leaf.
    pub leaf_hash: [u8; 32],
}

impl Entry {
    /// What is stored of the payload: the bytes that the leaf binds.
    pub const fn stored(&self) -> &Bytes {
        match &self.at_rest {
            AtRest::Clear => &self.payload,
            AtRest::Sealed(stored) | AtRest::Shredded(stored) => stored,
        }
    }

    /// Whether nobody can tell any more what it says.
    pub const fn is_shredded(&self) -> bool {
        matches!(self.at_rest, AtRest::Shredded(_))
    }
}

/// Which events a reader wants. Empty wants all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only these kinds of stream; empty for all.
    pub kinds: Vec<StreamKind>,
    /// Only events with these stored names; empty for all.
    pub event_types: Vec<String>,
}

impl Filter {
    /// Whether an event of this kind of stream and with this stored name is wanted.
    pub fn wants(&self, kind: StreamKind, event_type: &str) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&kind))
            && (self.event_types.is_empty() || self.event_types.iter().any(|wanted| wanted == event_type))
    }
}

/// Some events, and how far the log was searched for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Events that the filter wants, by position.
    pub entries: Vec<Entry>,
    /// Everything up to here was searched: where the next page starts after.
    pub through: u64,
}

/// Where a ledger's history ends now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Epoch and last position.
    pub token: Token,
    /// When the last event was recorded; the epoch's beginning for an empty ledger.
    pub recorded_at: Instant,
    /// RFC 6962 root over all leaves, SHA-256.
    pub root: [u8; 32],
}
