//! Folds batches of facts into rows of one build, in memory.

use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use concord_kernel::StreamKind;
use quick_cache::unsync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Weighter};

use crate::store::StoredRow;
use crate::{Fact, Instance, Key, ListEntry, Reason, StoreError, Told, View, ViewStore};

/// What one batch does to one build.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) rows: Vec<(Key, Option<Vec<u8>>)>,
    pub(crate) unlisted: Vec<(Key, ListEntry)>,
    pub(crate) listed: Vec<(Key, ListEntry)>,
}

/// Why a batch was not folded; memory holds nothing of it, but also nothing else any more.
#[derive(Debug)]
pub(crate) enum FoldError {
    /// This fact cannot be folded.
    Poison { position: u64, reason: Reason },
    /// The rows before it cannot be had.
    Store(StoreError),
}

/// A view's fold with its type forgotten.
pub(crate) trait Fold: Send {
    /// Folds facts after `after`, in order.
    fn fold(&mut self, told: &[Told], after: u64) -> Result<Changes, FoldError>;
    /// The oldest batch that was folded is stored: its rows may be read back from there.
    fn settle(&mut self);
    /// Drops everything that memory holds.
    fn forget(&mut self);
}

/// A row in memory with what is stored of its appearances.
struct Slot<R> {
    row: Option<R>,
    listed: Vec<ListEntry>,
    weight: u64,
}

#[derive(Clone)]
struct ByWeight;

impl<R> Weighter<Key, Slot<R>> for ByWeight {
    fn weight(&self, _: &Key, slot: &Slot<R>) -> u64 {
        slot.weight
    }
}

/// What a row weighs in memory, as a multiple of its document: structs, allocations and list entries come on top.
const MEMORY_PER_DOC_BYTE: u64 = 2;
/// What a slot weighs without its row.
const SLOT_BYTES: u64 = 256;
/// Rows that a cache is laid out for at first.
const CACHE_ROWS: usize = 1_024;

type RowCache<R> = Cache<Key, Slot<R>, ByWeight, DefaultHashBuilder>;

pub(crate) struct Folder<V: View> {
    instance: Instance,
    store: Arc<dyn ViewStore>,
    /// Rows that are stored, by weight.
    cache: RowCache<V::Row>,
    /// Rows of the batches that are being stored, oldest first: not to be read back yet.
    unsettled: VecDeque<HashMap<Key, Slot<V::Row>>>,
}

impl<V: View> Folder<V> {
    pub(crate) fn new(instance: Instance, store: Arc<dyn ViewStore>, cache_bytes: u64) -> Self {
        let hash = DefaultHashBuilder::default();
        let cache = Cache::with(CACHE_ROWS, cache_bytes, ByWeight, hash, DefaultLifecycle::default());
        Self { instance, store, cache, unsettled: VecDeque::new() }
    }

    /// Gathers the rows that the batch touches: from memory, else from the store.
    fn gather(&mut self, touched: &[(usize, Key)]) -> Result<HashMap<Key, Slot<V::Row>>, StoreError> {
        let mut slots = HashMap::with_capacity(touched.len());
        let mut missing = Vec::new();
        for (_, key) in touched {
            if slots.contains_key(key) {
                continue;
            }
            let unsettled = self.unsettled.iter_mut().rev().find_map(|rows| rows.remove(key));
            let known = unsettled.or_else(|| self.cache.remove(key).map(|(_, slot)| slot));
            if known.is_none() && !V::INSERT_ONLY {
                missing.push(*key);
            }
            slots.insert(*key, known.unwrap_or(Slot { row: None, listed: Vec::new(), weight: SLOT_BYTES }));
        }
        missing.sort_unstable();
        for StoredRow { key, doc } in self.store.load(self.instance, &missing)? {
            let row: V::Row = serde_json::from_slice(&doc).map_err(|_| StoreError::Corrupt("row"))?;
            let slot = slots.get_mut(&key).ok_or(StoreError::Corrupt("key"))?;
            slot.listed = listed::<V>(&key, Some(&row));
            slot.row = Some(row);
        }
        Ok(slots)
    }
}

impl<V: View> Fold for Folder<V> {
    fn fold(&mut self, told: &[Told], after: u64) -> Result<Changes, FoldError> {
        let mut touched = Vec::with_capacity(told.len());
        for (at, told) in told.iter().enumerate() {
            match told {
                Ok(fact) if fact.position > after && concerns::<V>(fact.stream.kind) => {
                    touched.extend(V::touches(fact).into_iter().map(|key| (at, key)));
                }
                Err(unreadable) if unreadable.position > after && concerns::<V>(unreadable.kind) => {
                    self.forget();
                    return Err(FoldError::Poison {
                        position: unreadable.position,
                        reason: Reason::Unreadable,
                    });
                }
                Ok(_) | Err(_) => {}
            }
        }
        let mut slots = self.gather(&touched).map_err(FoldError::Store)?;
        for (at, key) in &touched {
            let (Ok(fact), Some(slot)) = (&told[*at], slots.get_mut(key)) else { continue };
            if let Err(reason) = apply::<V>(&mut slot.row, key, fact) {
                self.forget();
                return Err(FoldError::Poison { position: fact.position, reason });
            }
        }
        let changes = write_down::<V>(&mut slots);
        if !V::INSERT_ONLY {
            self.unsettled.push_back(slots);
        }
        Ok(changes)
    }

    fn settle(&mut self) {
        for (key, slot) in self.unsettled.pop_front().into_iter().flatten() {
            self.cache.insert(key, slot);
        }
    }

    fn forget(&mut self) {
        self.unsettled.clear();
        self.cache.clear();
    }
}

fn concerns<V: View>(kind: StreamKind) -> bool {
    V::KINDS.contains(&kind)
}

/// A panic is a poison fact like any other: the runner must outlive it.
fn apply<V: View>(row: &mut Option<V::Row>, key: &Key, fact: &Fact) -> Result<(), Reason> {
    match catch_unwind(AssertUnwindSafe(|| V::apply(row, key, fact))) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Reason::Refused(error)),
        Err(_) => Err(Reason::Panicked),
    }
}

/// Turns the rows of a batch into what must be written, in order of keys.
fn write_down<V: View>(slots: &mut HashMap<Key, Slot<V::Row>>) -> Changes {
    let mut sorted: Vec<_> = slots.iter_mut().collect();
    sorted.sort_unstable_by_key(|(key, _)| **key);
    let mut changes = Changes::default();
    for (key, slot) in sorted {
        let doc = slot.row.as_ref().map(|row| serde_json::to_vec(row).expect("rows have string keys"));
        let now = listed::<V>(key, slot.row.as_ref());
        if now != slot.listed {
            let gone = slot.listed.iter().filter(|entry| now.binary_search(entry).is_err());
            changes.unlisted.extend(gone.map(|entry| (*key, entry.clone())));
            let new = now.iter().filter(|entry| slot.listed.binary_search(entry).is_err());
            changes.listed.extend(new.map(|entry| (*key, entry.clone())));
            slot.listed = now;
        }
        let doc_bytes = doc.as_ref().map_or(0, |doc| doc.len() as u64);
        slot.weight = SLOT_BYTES + MEMORY_PER_DOC_BYTE * doc_bytes;
        changes.rows.push((*key, doc));
    }
    changes
}

/// A row's appearances, sorted, each once.
fn listed<V: View>(key: &Key, row: Option<&V::Row>) -> Vec<ListEntry> {
    let mut entries = row.map_or_else(Vec::new, |row| V::lists(key, row));
    entries.sort_unstable();
    entries.dedup();
    entries
}
