//! Checks a whole log from its first event: every leaf, every stream, and every checkpoint that somebody kept.

use std::collections::HashMap;

use concord_kernel::StreamRef;
use concord_ledger::NO_LEAF;
use concord_ledger::merkle::{Frontier, Hash};

use crate::{Checkpoint, Recorded};

/// What is wrong, and where it is seen first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The events do not count from 1 without gaps: one is missing, doubled or out of order.
    #[error("position {position} is missing, doubled or out of order")]
    NotNext {
        /// The position that should have come.
        position: u64,
    },
    /// The event is not the next of its stream: one before it is missing, or it is of another stream.
    #[error("position {position}: the event is not the next of its stream")]
    Version {
        /// Where.
        position: u64,
    },
    /// The time is not after that of the event before.
    #[error("position {position}: the time is not after the previous event's")]
    Time {
        /// Where.
        position: u64,
    },
    /// The event is not what was hashed: payload, metadata, place, time or its stream's past.
    #[error("position {position}: the event or its stream's past is not what was hashed")]
    Leaf {
        /// Where.
        position: u64,
    },
    /// The events add up, and not to what was signed: they were altered together with their hashes.
    #[error("an event from {from} to {to} was altered together with its hashes: a checkpoint says otherwise")]
    Checkpoint {
        /// The first position that may be wrong: the one after the last checkpoint that holds.
        from: u64,
        /// The last one that may be the first wrong one: where the checkpoint was signed.
        to: u64,
    },
    /// The log ends before the checkpoint: its tail was taken away.
    #[error("position {position} is missing: {signed} events were signed for")]
    Shortened {
        /// The first missing position.
        position: u64,
        /// How many there were.
        signed: u64,
    },
}

/// What a sound log has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// How many events.
    pub events: u64,
    /// In how many streams.
    pub streams: u64,
    /// How many of the kept checkpoints hold.
    pub checkpoints: u64,
    /// The root over all events.
    pub root: Hash,
}

/// What is known of the events so far. Feed it every event in order.
pub struct Walk {
    ledger: String,
    streams: HashMap<StreamRef, (u64, Hash)>,
    frontier: Frontier,
    last_time: Option<i64>,
    /// By size; those that are still to come are at the end, the next one last.
    checkpoints: Vec<Checkpoint>,
    holds_up_to: u64,
    held: u64,
    scratch: Vec<u8>,
}

impl Walk {
    /// Begins before the first event of `ledger` (as `tenant/kind`), whose head was signed as `checkpoints` say.
    pub fn new(ledger: &str, mut checkpoints: Vec<Checkpoint>) -> Self {
        checkpoints.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.size));
        Self {
            ledger: ledger.to_owned(),
            streams: HashMap::new(),
            frontier: Frontier::default(),
            last_time: None,
            checkpoints,
            holds_up_to: 0,
            held: 0,
            scratch: Vec::new(),
        }
    }

    /// How many events were right so far.
    pub const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Takes the next event; `stored` is the leaf hash that came with it, if one did.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong.
    pub fn step(&mut self, event: &Recorded, stored: Option<Hash>) -> Result<(), Fault> {
        let position = self.frontier.size() + 1;
        if event.position != position {
            return Err(Fault::NotNext { position });
        }
        let stream = event.stream().ok_or(Fault::Leaf { position })?;
        let (version, previous) = self.streams.get(&stream).copied().unwrap_or((0, NO_LEAF));
        if event.version != version + 1 {
            return Err(Fault::Version { position });
        }
        if self.last_time.is_some_and(|last| last >= event.recorded_at_micros) {
            return Err(Fault::Time { position });
        }
        let leaf = event.leaf(&self.ledger, previous, &mut self.scratch).ok_or(Fault::Leaf { position })?;
        if stored.is_some_and(|stored| stored != leaf) {
            return Err(Fault::Leaf { position });
        }
        self.streams.insert(stream, (event.version, leaf));
        self.last_time = Some(event.recorded_at_micros);
        self.step_checked(leaf)
    }

    /// Takes the next event by the hash of its leaf alone, where that was checked against what is stored already: bytes that
    /// are encrypted need not be read.
    ///
    /// # Errors
    ///
    /// [`Fault::Checkpoint`] when a checkpoint says otherwise.
    pub fn step_checked(&mut self, leaf: Hash) -> Result<(), Fault> {
        let position = self.frontier.size() + 1;
        self.frontier.push(leaf);
        while let Some(next) = self.checkpoints.pop_if(|next| next.size <= position) {
            // One of no events has nothing to say.
            if next.size == position && next.root != self.frontier.root() {
                return Err(Fault::Checkpoint { from: self.holds_up_to + 1, to: position });
            }
            self.holds_up_to = position;
            self.held += 1;
        }
        Ok(())
    }

    /// The log has no more events.
    ///
    /// # Errors
    ///
    /// [`Fault::Shortened`] when more were signed for.
    pub fn finish(self) -> Result<Report, Fault> {
        let events = self.frontier.size();
        if let Some(next) = self.checkpoints.iter().rev().find(|next| next.size > events) {
            return Err(Fault::Shortened { position: events + 1, signed: next.size });
        }
        Ok(Report {
            events,
            streams: self.streams.len() as u64,
            checkpoints: self.held,
            root: self.frontier.root(),
        })
    }
}
