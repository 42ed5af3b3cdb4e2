//! What one batch changes, as the arrays of one statement.

use crate::Key;
use crate::ListEntry;
use crate::store::Writes;

/// Columns of a batch; nothing is copied.
#[derive(Default)]
pub(super) struct Arrays<'a> {
    pub(super) names: Vec<&'static str>,
    pub(super) versions: Vec<i32>,
    pub(super) generations: Vec<i32>,
    pub(super) froms: Vec<i64>,
    pub(super) tos: Vec<i64>,
    pub(super) kept: Rows<'a>,
    pub(super) gone: Keys<'a>,
    pub(super) unlisted: Entries<'a>,
    pub(super) listed: Entries<'a>,
}

/// Rows with their builds, by place from 1.
#[derive(Default)]
pub(super) struct Rows<'a> {
    pub(super) of: Vec<i32>,
    pub(super) keys: Vec<&'a [u8]>,
    pub(super) docs: Vec<&'a [u8]>,
}

#[derive(Default)]
pub(super) struct Keys<'a> {
    pub(super) of: Vec<i32>,
    pub(super) keys: Vec<&'a [u8]>,
}

/// Appearances on lists.
#[derive(Default)]
pub(super) struct Entries<'a> {
    pub(super) of: Vec<i32>,
    pub(super) lists: Vec<&'a [u8]>,
    pub(super) sorts: Vec<&'a [u8]>,
    pub(super) keys: Vec<&'a [u8]>,
    pub(super) items: Vec<&'a [u8]>,
}

impl<'a> Entries<'a> {
    fn extend(&mut self, place: i32, entries: &'a [(Key, ListEntry)]) {
        for (key, entry) in entries {
            self.of.push(place);
            self.lists.push(entry.list.as_bytes());
            self.sorts.push(entry.sort.as_bytes());
            self.keys.push(key.as_bytes());
            self.items.push(entry.item.as_bytes());
        }
    }
}

impl<'a> Arrays<'a> {
    pub(super) fn of(batch: &'a [Writes]) -> Self {
        let mut arrays = Self::default();
        for (writes, place) in batch.iter().zip(1_i32..) {
            arrays.names.push(writes.instance.view.name);
            arrays.versions.push(signed(writes.instance.view.version));
            arrays.generations.push(signed(writes.instance.generation));
            arrays.froms.push(stored(writes.from.position));
            arrays.tos.push(stored(writes.to));
            for (key, doc) in &writes.rows {
                if let Some(doc) = doc {
                    arrays.kept.of.push(place);
                    arrays.kept.keys.push(key.as_bytes());
                    arrays.kept.docs.push(doc);
                } else {
                    arrays.gone.of.push(place);
                    arrays.gone.keys.push(key.as_bytes());
                }
            }
            arrays.unlisted.extend(place, &writes.unlisted);
            arrays.listed.extend(place, &writes.listed);
        }
        arrays
    }
}

/// A version or generation as it is stored.
pub(super) fn signed(number: u32) -> i32 {
    i32::try_from(number).expect("versions and generations are small")
}

/// A position or fence as it is stored.
pub(super) fn stored(number: u64) -> i64 {
    i64::try_from(number).expect("a ledger holds fewer than 2^63 events")
}
