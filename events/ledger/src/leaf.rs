//! What a leaf of the Merkle tree says about an event: its place, its shape, its bytes and its stream's past.

use concord_kernel::{Instant, StreamRef};
use sha2::{Digest, Sha256};

use crate::merkle::Hash;

/// Version of the leaf's byte layout; part of every leaf and never used for another layout.
pub const LEAF_FORMAT: u8 = 1;

/// The link of a stream's first event, which has no leaf before it.
pub const NO_LEAF: Hash = [0; 32];

/// Everything that an event's leaf binds. Hashes are over the bytes at rest, so a leaf can be checked without the
/// keys, and still holds when an event's keys are destroyed.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a> {
    /// The ledger, as `tenant/kind`.
    pub ledger: &'a str,
    /// Place in the ledger, from 1.
    pub position: u64,
    /// The stream.
    pub stream: StreamRef,
    /// Place in the stream, from 1.
    pub version: u64,
    /// Stored name.
    pub event_type: &'a str,
    /// Version of the stored shape.
    pub event_version: u16,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// SHA-256 of the stored payload.
    pub payload: Hash,
    /// SHA-256 of the stored metadata.
    pub metadata: Hash,
    /// Leaf hash of the stream's previous event, or [`NO_LEAF`]: whoever holds a stream's last leaf can tell that
    /// none of the earlier ones is missing.
    pub previous: Hash,
}

impl Leaf<'_> {
    /// Writes the canonical bytes to `out`: integers big-endian, text prefixed by its length in two bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.push(LEAF_FORMAT);
        text(out, self.ledger);
        out.extend_from_slice(&self.position.to_be_bytes());
        text(out, self.stream.kind.as_str());
        out.extend_from_slice(self.stream.id.as_bytes());
        out.extend_from_slice(&self.version.to_be_bytes());
        text(out, self.event_type);
        out.extend_from_slice(&self.event_version.to_be_bytes());
        out.extend_from_slice(&self.recorded_at.micros().to_be_bytes());
        out.extend_from_slice(&self.payload);
        out.extend_from_slice(&self.metadata);
        out.extend_from_slice(&self.previous);
    }

    /// The RFC 6962 leaf hash; `scratch` is overwritten, so that many leaves need one allocation.
    pub fn hash(&self, scratch: &mut Vec<u8>) -> Hash {
        scratch.clear();
        self.encode(scratch);
        crate::merkle::leaf_hash(scratch)
    }
}

/// SHA-256 of stored bytes.
pub(crate) fn digest(bytes: &[u8]) -> Hash {
    Sha256::digest(bytes).into()
}

fn text(out: &mut Vec<u8>, text: &str) {
    let length = u16::try_from(text.len()).expect("ledger, stream and event names are short");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use concord_kernel::StreamKind;
    use uuid::Uuid;

    use super::*;

    fn leaf() -> Leaf<'static> {
        Leaf {
            ledger: "riverbend/clinical",
            position: 7,
            stream: StreamRef { kind: StreamKind::Scales, id: Uuid::from_u128(5) },
            version: 2,
            event_type: "ScaleTaken",
            event_version: 1,
            recorded_at: Instant::parse("2026-01-05T08:00:00Z").unwrap(),
            payload: [1; 32],
            metadata: [2; 32],
            previous: [3; 32],
        }
    }

    #[test]
    fn the_layout_never_changes() {
        let mut bytes = Vec::new();
        leaf().encode(&mut bytes);
        let mut expected = vec![1, 0, 18];
        expected.extend_from_slice(b"riverbend/clinical");
        expected.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 7, 0, 6]);
        expected.extend_from_slice(b"scales");
        expected.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
        expected.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 2, 0, 10]);
        expected.extend_from_slice(b"ScaleTaken");
        expected.extend_from_slice(&[0, 1]);
        expected.extend_from_slice(&1_767_600_000_000_000_i64.to_be_bytes());
        for filler in [1, 2, 3] {
            expected.extend_from_slice(&[filler; 32]);
        }
        assert_eq!(bytes, expected);
    }

    #[test]
    fn every_field_changes_the_hash() {
        let base = leaf();
        let others = [
            Leaf { ledger: "riverbend/access", ..base },
            Leaf { position: 8, ..base },
            Leaf { stream: StreamRef { kind: StreamKind::CareTeam, ..base.stream }, ..base },
            Leaf { stream: StreamRef { id: Uuid::from_u128(6), ..base.stream }, ..base },
            Leaf { version: 3, ..base },
            Leaf { event_type: "ScaleVoided", ..base },
            Leaf { event_version: 2, ..base },
            Leaf { recorded_at: Instant::parse("2026-01-05T08:00:00.000001Z").unwrap(), ..base },
            Leaf { payload: [9; 32], ..base },
            Leaf { metadata: [9; 32], ..base },
            Leaf { previous: NO_LEAF, ..base },
        ];
        let mut scratch = Vec::new();
        let hash = base.hash(&mut scratch);
        for other in others {
            assert_ne!(other.hash(&mut scratch), hash, "{other:?}");
        }
    }
}
