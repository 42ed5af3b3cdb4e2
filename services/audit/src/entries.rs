//! An event as it travels outside the ledger, with everything that its leaf binds.

use concord_kernel::{Instant, StreamKind, StreamRef};
use concord_ledger::merkle::Hash;
use concord_ledger::{AtRest, Entry, Leaf};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// One event as it is stored. In JSON, payload and metadata are strings that hold the stored bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recorded {
    /// Place in the ledger, from 1.
    pub position: u64,
    /// Kind of its stream.
    pub stream_type: String,
    /// Its stream.
    pub stream_id: Uuid,
    /// Place in the stream, from 1.
    pub version: u64,
    /// Stored name.
    pub event_type: String,
    /// Version of the stored shape.
    pub event_version: u16,
    /// When it was recorded: microseconds since 1970-01-01T00:00:00Z.
    pub recorded_at_micros: i64,
    /// What it says, JSON; empty when that was shredded. Where `sealed` is empty, these are the stored bytes.
    pub payload: String,
    /// The stored bytes, where they are encrypted: what the leaf binds.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub sealed: String,
    /// Who, what for, on whose record: JSON.
    pub metadata: String,
}

/// The bytes of an event cannot be carried as text, which stored JSON always can.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the event at {0} is not stored as text")]
pub struct NotText(pub u64);

impl Recorded {
    /// The event that the ledger holds.
    ///
    /// # Errors
    ///
    /// [`NotText`] when its bytes are no UTF-8.
    pub fn of(entry: &Entry) -> Result<Self, NotText> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| NotText(entry.position));
        Ok(Self {
            position: entry.position,
            stream_type: entry.stream.kind.as_str().to_owned(),
            stream_id: entry.stream.id,
            version: entry.version,
            event_type: entry.event_type.to_string(),
            event_version: entry.event_version,
            recorded_at_micros: entry.recorded_at.micros(),
            payload: text(&entry.payload)?,
            sealed: match &entry.at_rest {
                AtRest::Clear => String::new(),
                AtRest::Sealed(stored) | AtRest::Shredded(stored) => text(stored)?,
            },
            metadata: text(&entry.metadata)?,
        })
    }

    /// Its stream; `None` when nobody knows such a kind.
    pub fn stream(&self) -> Option<StreamRef> {
        let kind: StreamKind = self.stream_type.parse().ok()?;
        Some(StreamRef { kind, id: self.stream_id })
    }

    /// The hash of its leaf in `ledger` (as `tenant/kind`), after the stream's leaf `previous`; `None` when a value cannot
    /// be one of a stored event.
    pub fn leaf(&self, ledger: &str, previous: Hash, scratch: &mut Vec<u8>) -> Option<Hash> {
        self.leaf_bytes(ledger, previous, scratch)?;
        Some(concord_ledger::merkle::leaf_hash(scratch))
    }

    /// Writes the bytes of its leaf over `out`.
    pub fn leaf_bytes(&self, ledger: &str, previous: Hash, out: &mut Vec<u8>) -> Option<()> {
        let digest = |text: &str| Sha256::digest(text.as_bytes()).into();
        let short = |text: &str| u16::try_from(text.len()).is_ok();
        if !short(ledger) || !short(&self.event_type) {
            return None;
        }
        let leaf = Leaf {
            ledger,
            position: self.position,
            stream: self.stream()?,
            version: self.version,
            event_type: &self.event_type,
            event_version: self.event_version,
            recorded_at: Instant::from_micros(self.recorded_at_micros).ok()?,
            payload: digest(if self.sealed.is_empty() { &self.payload } else { &self.sealed }),
            metadata: digest(&self.metadata),
            previous,
        };
        out.clear();
        leaf.encode(out);
        Some(())
    }
}
