//! Rows of a ledger as they are stored, in the one order in which they can be checked, moved and written down.

use bytes::Bytes;
use concord_kernel::{CommandId, Instant, StreamRef};
use uuid::Uuid;

use crate::Epochs;
use crate::merkle::Hash;

/// Where a stored history ends, and how it came there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredHead {
    /// The ledger, as `tenant/kind`.
    pub(crate) ledger: String,
    pub(crate) epoch: Uuid,
    pub(crate) position: u64,
    pub(crate) recorded_at: Instant,
    pub(crate) frontier: Vec<u8>,
    pub(crate) epochs: Epochs,
}

/// An event as it is stored: what is encrypted stays so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredEntry {
    pub(crate) position: u64,
    pub(crate) stream: StreamRef,
    pub(crate) version: u64,
    pub(crate) event_type: String,
    pub(crate) event_version: u16,
    pub(crate) recorded_at: Instant,
    pub(crate) leaf_hash: Hash,
    pub(crate) metadata: Bytes,
    pub(crate) payload: Bytes,
}

/// What was answered to a command, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredReceipt {
    pub(crate) command: CommandId,
    pub(crate) request_hash: Hash,
    pub(crate) position: u64,
    pub(crate) count: u32,
    pub(crate) stream_version: u64,
    pub(crate) recorded_at: Instant,
    pub(crate) reply: Bytes,
}

/// A row. Events come by position; the receipts that end at a position come right after its event, first the one that has
/// events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Record {
    Entry(StoredEntry),
    Receipt(StoredReceipt),
    /// A row of which a column cannot be read.
    Unreadable,
}
