//! Checking a history row by row, wherever the rows come from. Pure: it holds where every stream ends, and the frontier.

use std::collections::HashMap;

use concord_kernel::{Instant, StreamRef};

use crate::fsck::{Fault, FsckError, Report};
use crate::leaf::{Leaf, NO_LEAF, digest};
use crate::merkle::{Frontier, Hash};
use crate::stored::{Record, StoredEntry, StoredHead, StoredReceipt};

/// What is known of the rows before the one that is looked at.
pub(crate) struct Check {
    head: StoredHead,
    streams: HashMap<StreamRef, (u64, Hash)>,
    frontier: Frontier,
    /// Version and time of the last event.
    last: Option<(u64, Instant)>,
    /// Every event up to here has its receipt.
    covered: u64,
    receipts: u64,
    scratch: Vec<u8>,
}

impl Check {
    /// Begins before the first row of the history that ends at `head`.
    pub(crate) fn of(head: StoredHead) -> Self {
        Self {
            head,
            streams: HashMap::new(),
            frontier: Frontier::default(),
            last: None,
            covered: 0,
            receipts: 0,
            scratch: Vec::new(),
        }
    }

    /// The last position that was right.
    pub(crate) fn position(&self) -> u64 {
        self.frontier.size()
    }

    /// Where the history ends.
    pub(crate) fn head(&self) -> &StoredHead {
        &self.head
    }

    /// Takes the next row.
    ///
    /// # Errors
    ///
    /// [`FsckError::Entry`] with the first wrong position.
    pub(crate) fn take(&mut self, record: &Record) -> Result<(), FsckError> {
        match record {
            Record::Entry(entry) => self.entry(entry).map_err(|fault| self.wrong(fault)),
            Record::Receipt(receipt) => self.receipt(receipt),
            Record::Unreadable => Err(self.unreadable()),
        }
    }

    /// A row that cannot be read, after those that were taken.
    pub(crate) fn unreadable(&self) -> FsckError {
        self.wrong(Fault::Unreadable)
    }

    /// Says what a history holds whose rows have all been taken.
    ///
    /// # Errors
    ///
    /// What is missing, or contradicts the head.
    pub(crate) fn finish(self) -> Result<Report, FsckError> {
        if self.position() < self.head.position {
            return Err(self.wrong(Fault::Missing));
        }
        if self.covered < self.position() {
            return Err(FsckError::Entry { position: self.covered + 1, fault: Fault::Receipt });
        }
        if self.frontier.to_bytes() != self.head.frontier {
            return Err(FsckError::Root);
        }
        let now = self.head.epochs.now();
        if now.id != self.head.epoch || now.after > self.head.position {
            return Err(FsckError::Epochs);
        }
        Ok(Report {
            ledger: self.head.ledger,
            epoch: self.head.epoch,
            position: self.frontier.size(),
            streams: u64::try_from(self.streams.len()).unwrap_or(u64::MAX),
            receipts: self.receipts,
            root: self.frontier.root(),
        })
    }

    fn wrong(&self, fault: Fault) -> FsckError {
        FsckError::Entry { position: self.position() + 1, fault }
    }

    fn entry(&mut self, entry: &StoredEntry) -> Result<(), Fault> {
        let position = self.position() + 1;
        if position > self.head.position {
            return Err(Fault::AfterHead);
        }
        if entry.position != position {
            return Err(Fault::Missing);
        }
        let (before, previous) = self.streams.get(&entry.stream).copied().unwrap_or((0, NO_LEAF));
        if entry.version != before + 1 {
            return Err(Fault::Version);
        }
        if self.last.is_some_and(|(_, last)| last >= entry.recorded_at) {
            return Err(Fault::Time);
        }
        let leaf = Leaf {
            ledger: &self.head.ledger,
            position,
            stream: entry.stream,
            version: entry.version,
            event_type: &entry.event_type,
            event_version: entry.event_version,
            recorded_at: entry.recorded_at,
            payload: digest(&entry.payload),
            metadata: digest(&entry.metadata),
            previous,
        };
        let hash = leaf.hash(&mut self.scratch);
        if entry.leaf_hash != hash {
            return Err(Fault::Leaf);
        }
        self.streams.insert(entry.stream, (entry.version, hash));
        self.last = Some((entry.version, entry.recorded_at));
        self.frontier.push(hash);
        Ok(())
    }

    /// Every event belongs to exactly one receipt: each begins where the one before ended.
    fn receipt(&mut self, receipt: &StoredReceipt) -> Result<(), FsckError> {
        self.receipts += 1;
        let position = self.position();
        if receipt.position > position && position < self.head.position {
            return Err(self.wrong(Fault::Missing));
        }
        let in_place = receipt.position == position;
        let agrees = if receipt.count == 0 {
            in_place
        } else {
            let is_of = self.last == Some((receipt.stream_version, receipt.recorded_at));
            in_place && is_of && self.covered + u64::from(receipt.count) == position
        };
        if !agrees {
            let first = (self.covered + 1).min(position.max(1));
            return Err(FsckError::Entry { position: first, fault: Fault::Receipt });
        }
        if receipt.count > 0 {
            self.covered = position;
        }
        Ok(())
    }
}
