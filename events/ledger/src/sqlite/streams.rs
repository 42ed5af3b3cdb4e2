//! Where each stream ends, as far as the writer remembers.

use concord_kernel::StreamRef;
use quick_cache::unsync::Cache;
use rusqlite::{CachedStatement, OptionalExtension, params};

use super::failure::Failure;
use crate::leaf::NO_LEAF;
use crate::merkle::Hash;

/// Where one stream ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct StreamEnd {
    /// Its number in the dictionary; `None` before its first event.
    pub(super) number: Option<i64>,
    pub(super) version: u64,
    pub(super) leaf: Hash,
}

const UNBEGUN: StreamEnd = StreamEnd { number: None, version: 0, leaf: NO_LEAF };

pub(super) const FIND: &str = "SELECT streams.number, entries.version, entries.leaf_hash
    FROM streams JOIN entries ON entries.stream = streams.number
    WHERE streams.kind = ? AND streams.id = ? ORDER BY entries.version DESC LIMIT 1";

/// A bounded memory of stream ends. True as long as only this connection writes; cleared when that is in doubt.
pub(super) struct Streams(Cache<StreamRef, StreamEnd>);

impl Streams {
    pub(super) fn new(capacity: usize) -> Self {
        Self(Cache::new(capacity))
    }

    pub(super) fn find(
        &mut self,
        stream: StreamRef,
        find: &mut CachedStatement<'_>,
    ) -> Result<StreamEnd, Failure> {
        if let Some(end) = self.0.get(&stream) {
            return Ok(*end);
        }
        let key = params![stream.kind.as_str(), stream.id.as_bytes().as_slice()];
        let found = find.query_row(key, |row| {
            Ok(StreamEnd { number: Some(row.get(0)?), version: row.get(1)?, leaf: row.get(2)? })
        });
        let end = found.optional()?.unwrap_or(UNBEGUN);
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
