//! The bytes of an export. A layout that was released is never changed: another one is another format.

use bytes::Bytes;
use concord_kernel::{CommandId, Instant, StreamRef};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::merkle::Frontier;
use crate::stored::{Record, StoredEntry, StoredHead, StoredReceipt};
use crate::{Epoch, Epochs};

/// The format that this program writes and reads.
pub(super) const FORMAT: u32 = 1;
/// How every export begins; the format and the end of the line follow.
pub(super) const NAME: &str = "CONCORD LEDGER EXPORT ";
/// The most bytes of the first line.
pub(super) const LINE: usize = 40;
/// The most bytes of a frame: larger ones are damage, and are not read into memory.
pub(super) const FRAME: usize = 4 * 1024 * 1024;

/// What a frame is.
pub(super) const HEADER: u8 = b'H';
pub(super) const ENTRY: u8 = b'E';
pub(super) const RECEIPT: u8 = b'R';
pub(super) const DIGEST: u8 = b'Z';

/// The first frame: where the history ends, and how it came there.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    ledger: String,
    epoch: Uuid,
    /// The last position, which is the number of events.
    position: u64,
    recorded_at: i64,
    /// Hexadecimal: roots of the complete subtrees, largest first; the root follows from them.
    frontier: String,
    epochs: Vec<HeaderEpoch>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct HeaderEpoch {
    id: Uuid,
    after: u64,
    began_at: i64,
}

pub(super) fn header(head: &StoredHead) -> Vec<u8> {
    let epochs = head.epochs.iter();
    let epochs = epochs
        .map(|epoch| HeaderEpoch { id: epoch.id, after: epoch.after, began_at: epoch.began_at.micros() })
        .collect();
    let header = Header {
        ledger: head.ledger.clone(),
        epoch: head.epoch,
        position: head.position,
        recorded_at: head.recorded_at.micros(),
        frontier: hex::encode(&head.frontier),
        epochs,
    };
    serde_json::to_vec(&header).expect("texts and numbers are JSON")
}

pub(super) fn read_header(body: &[u8]) -> Option<StoredHead> {
    let header: Header = serde_json::from_slice(body).ok()?;
    let epochs = header.epochs.iter().map(|epoch| {
        let began_at = Instant::from_micros(epoch.began_at).ok()?;
        Some(Epoch { id: epoch.id, after: epoch.after, began_at })
    });
    let frontier = hex::decode(&header.frontier).ok()?;
    Frontier::from_bytes(header.position, &frontier)?;
    Some(StoredHead {
        ledger: header.ledger,
        epoch: header.epoch,
        position: header.position,
        recorded_at: Instant::from_micros(header.recorded_at).ok()?,
        frontier,
        epochs: Epochs::of(epochs.collect::<Option<_>>()?)?,
    })
}

/// The tag and the body of a row; integers big-endian, texts and bytes prefixed by their length in four bytes.
pub(super) fn record(record: &Record, out: &mut Vec<u8>) -> Option<u8> {
    out.clear();
    match record {
        Record::Entry(entry) => {
            out.extend(entry.position.to_be_bytes());
            bytes(out, entry.stream.kind.as_str().as_bytes());
            out.extend(entry.stream.id.as_bytes());
            out.extend(entry.version.to_be_bytes());
            bytes(out, entry.event_type.as_bytes());
            out.extend(entry.event_version.to_be_bytes());
            out.extend(entry.recorded_at.micros().to_be_bytes());
            out.extend(entry.leaf_hash);
            bytes(out, &entry.metadata);
            bytes(out, &entry.payload);
            Some(ENTRY)
        }
        Record::Receipt(receipt) => {
            out.extend(receipt.command.uuid().as_bytes());
            out.extend(receipt.request_hash);
            out.extend(receipt.position.to_be_bytes());
            out.extend(receipt.count.to_be_bytes());
            out.extend(receipt.stream_version.to_be_bytes());
            out.extend(receipt.recorded_at.micros().to_be_bytes());
            bytes(out, &receipt.reply);
            Some(RECEIPT)
        }
        Record::Unreadable => None,
    }
}

/// The row in a frame; [`Record::Unreadable`] when its body is of no row.
pub(super) fn read_record(tag: u8, body: &[u8]) -> Record {
    let mut body = Body(body);
    let read = match tag {
        ENTRY => body.entry().map(Record::Entry),
        RECEIPT => body.receipt().map(Record::Receipt),
        _ => None,
    };
    // What is left over was written by nobody.
    read.filter(|_| body.0.is_empty()).unwrap_or(Record::Unreadable)
}

fn bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u32::try_from(bytes.len()).expect("a stored value is small");
    out.extend(length.to_be_bytes());
    out.extend(bytes);
}

/// What is left of a frame's body.
struct Body<'a>(&'a [u8]);

impl<'a> Body<'a> {
    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(u32::from_be_bytes(self.array()?)).ok()?;
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    fn number(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    fn instant(&mut self) -> Option<Instant> {
        Instant::from_micros(i64::from_be_bytes(self.array()?)).ok()
    }

    fn entry(&mut self) -> Option<StoredEntry> {
        Some(StoredEntry {
            position: self.number()?,
            stream: StreamRef { kind: self.text()?.parse().ok()?, id: Uuid::from_bytes(self.array()?) },
            version: self.number()?,
            event_type: self.text()?.to_owned(),
            event_version: u16::from_be_bytes(self.array()?),
            recorded_at: self.instant()?,
            leaf_hash: self.array()?,
            metadata: Bytes::copy_from_slice(self.bytes()?),
            payload: Bytes::copy_from_slice(self.bytes()?),
        })
    }

    fn receipt(&mut self) -> Option<StoredReceipt> {
        Some(StoredReceipt {
            command: CommandId::new(Uuid::from_bytes(self.array()?)),
            request_hash: self.array()?,
            position: self.number()?,
            count: u32::from_be_bytes(self.array()?),
            stream_version: self.number()?,
            recorded_at: self.instant()?,
            reply: Bytes::copy_from_slice(self.bytes()?),
        })
    }
}
