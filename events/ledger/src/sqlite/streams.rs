//! Where each stream ends, as far as the writer remembers.

use std::collections::BTreeMap;

use concord_kernel::StreamRef;
use quick_cache::unsync::Cache;
use rusqlite::{CachedStatement, Connection, OptionalExtension, params};

use super::ends::{FIND_END, Fresh};
use super::failure::Failure;
use crate::leaf::NO_LEAF;
use crate::merkle::Hash;

/// Where one stream ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct StreamEnd {
    /// Its number in the dictionary; `None` before its first event.
    pub(super) number: Option<i64>,
    /// Of its last event; 0 before the first.
    pub(super) position: u64,
    pub(super) version: u64,
    pub(super) leaf: Hash,
}

const UNBEGUN: StreamEnd = StreamEnd { number: None, position: 0, version: 0, leaf: NO_LEAF };

pub(super) const FIND_NUMBER: &str = "SELECT number FROM streams WHERE kind = ? AND id = ?";
const FIND_LAST: &str = "SELECT version, leaf_hash FROM entries WHERE position = ? AND stream = ?";

/// A bounded memory of stream ends. True as long as only this connection writes; cleared when that is in doubt.
pub(super) struct Streams(Cache<StreamRef, StreamEnd>);

impl Streams {
    pub(super) fn new(capacity: usize) -> Self {
        Self(Cache::new(capacity))
    }

    pub(super) fn find(&mut self, stream: StreamRef, finder: &mut Finder<'_>) -> Result<StreamEnd, Failure> {
        if let Some(end) = self.0.get(&stream) {
            return Ok(*end);
        }
        let end = finder.find(stream)?;
        self.0.insert(stream, end);
        Ok(end)
    }

    pub(super) fn set(&mut self, stream: StreamRef, end: StreamEnd) {
        self.0.insert(stream, end);
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Finds where a stream ends inside a write transaction.
pub(super) struct Finder<'a> {
    find_number: CachedStatement<'a>,
    find_end: CachedStatement<'a>,
    find_last: CachedStatement<'a>,
    fresh: &'a Fresh,
    /// What this transaction has moved, by number of stream: the memory may have forgotten it already.
    moved: BTreeMap<i64, u64>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(connection: &'a Connection, fresh: &'a Fresh) -> rusqlite::Result<Self> {
        Ok(Self {
            find_number: connection.prepare_cached(FIND_NUMBER)?,
            find_end: connection.prepare_cached(FIND_END)?,
            find_last: connection.prepare_cached(FIND_LAST)?,
            fresh,
            moved: BTreeMap::new(),
        })
    }

    /// Takes note that the transaction has moved an end.
    pub(super) fn moved(&mut self, number: i64, position: u64) {
        self.moved.insert(number, position);
    }

    pub(super) fn into_moved(self) -> BTreeMap<i64, u64> {
        self.moved
    }

    fn find(&mut self, stream: StreamRef) -> Result<StreamEnd, Failure> {
        let key = params![stream.kind.as_str(), stream.id.as_bytes().as_slice()];
        let Some(number) = self.find_number.query_row(key, |row| row.get(0)).optional()? else {
            return Ok(UNBEGUN);
        };
        let end = match self.moved.get(&number).copied().or_else(|| self.fresh.get(number).0) {
            Some(position) => Some(position),
            None => self.find_end.query_row(params![number], |row| row.get(0)).optional()?,
        };
        let position = end.ok_or(Failure::Corrupt("a stream has no end"))?;
        let last = self.find_last.query_row(params![position, number], |row| {
            Ok(StreamEnd { number: Some(number), position, version: row.get(0)?, leaf: row.get(1)? })
        });
        last.optional()?.ok_or(Failure::Corrupt("a stream's end is not its own"))
    }
}
