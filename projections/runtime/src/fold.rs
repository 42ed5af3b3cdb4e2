//! Folds facts into rows of one build, in memory.

use std::cmp::Ordering;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use concord_domain::{DomainEvent, audit, ruleset};
use concord_kernel::{PatientId, StreamKind};
use quick_cache::unsync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Weighter};

use crate::listing::Listing;
use crate::store::StoredRow;
use crate::{Fact, Instance, Key, ListEntry, Reason, StoreError, Told, View, ViewStore, codec};

/// A stored row; absent when there is none.
type Doc = Option<Arc<[u8]>>;

/// What facts do to one build.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    pub(crate) rows: Vec<(Key, Doc)>,
    pub(crate) unlisted: Vec<(Key, ListEntry)>,
    pub(crate) listed: Vec<(Key, ListEntry)>,
    pub(crate) erased: Vec<PatientId>,
}

/// Why facts were not folded; memory holds nothing of them, but also nothing else any more.
#[derive(Debug)]
pub(crate) enum FoldError {
    /// This fact cannot be folded.
    Poison { position: u64, reason: Reason },
    /// The rows before it cannot be had.
    Store(StoreError),
}

/// A view's fold with its type forgotten.
pub(crate) trait Fold: Send {
    /// Folds facts after `after`, in order; what they change waits in memory until it is taken.
    fn fold(&mut self, told: &[Told], after: u64) -> Result<(), FoldError>;
    /// What memory holds of rows that wait, bytes, about.
    fn waiting(&self) -> u64;
    /// Takes what must be written.
    fn take(&mut self) -> Changes;
    /// The oldest changes that were taken are stored: their rows may be read back from there.
    fn settle(&mut self);
    /// Drops everything that memory holds.
    fn forget(&mut self);
}

/// A row that waits to be written.
struct Slot<R> {
    row: Option<R>,
    /// Its appearances as they are stored.
    listed: Listing,
    /// What it took when it was stored.
    doc_bytes: u64,
}

#[derive(Clone)]
struct ByWeight;

impl Weighter<Key, Doc> for ByWeight {
    fn weight(&self, _: &Key, doc: &Doc) -> u64 {
        KEPT_BYTES + bytes(doc)
    }
}

/// What a row costs that is kept in memory, beside its document.
const KEPT_BYTES: u64 = 96;
/// What a row weighs while it waits, as a multiple of its document: allocations come on top.
const MEMORY_PER_DOC_BYTE: u64 = 2;
/// Rows that a cache is laid out for at first.
const CACHE_ROWS: usize = 1_024;

type Map<T> = HashMap<Key, T, DefaultHashBuilder>;
type RowCache = Cache<Key, Doc, ByWeight, DefaultHashBuilder>;

pub(crate) struct Folder<V: View> {
    instance: Instance,
    store: Arc<dyn ViewStore>,
    /// Rows that are stored, by weight.
    cache: RowCache,
    /// Rows that are being stored, oldest first: not to be read back yet.
    unsettled: VecDeque<Map<Doc>>,
    /// Rows that wait to be written.
    waiting: Map<Box<Slot<V::Row>>>,
    waiting_bytes: u64,
    /// Entries of a history that wait: never changed, so that they are kept as they are written.
    entries: Vec<(Key, Doc)>,
    /// Whose rows are to be removed.
    erased: Vec<PatientId>,
}

impl<V: View> Folder<V> {
    pub(crate) fn new(instance: Instance, store: Arc<dyn ViewStore>, cache_bytes: u64) -> Self {
        let hash = DefaultHashBuilder::default();
        let cache = Cache::with(CACHE_ROWS, cache_bytes, ByWeight, hash, DefaultLifecycle::default());
        Self {
            instance,
            store,
            cache,
            unsettled: VecDeque::new(),
            waiting: Map::default(),
            waiting_bytes: 0,
            entries: Vec::new(),
            erased: Vec::new(),
        }
    }

    /// Makes sure that the rows which are about to change wait: from memory, else from the store.
    fn gather(&mut self, touched: &[(usize, Key)]) -> Result<(), StoreError> {
        let mut missing = Vec::new();
        for (_, key) in touched {
            let Entry::Vacant(place) = self.waiting.entry(*key) else { continue };
            let unsettled = self.unsettled.iter().rev().find_map(|docs| docs.get(key).cloned());
            // What waits is not kept twice.
            let kept = self.cache.remove(key).map(|(_, doc)| doc);
            let slot = if let Some(doc) = unsettled.or(kept) {
                slot::<V>(key, doc.as_deref())?
            } else {
                missing.push(*key);
                Slot { row: None, listed: Listing::default(), doc_bytes: 0 }
            };
            self.waiting_bytes += weight::<V>(&slot);
            place.insert(Box::new(slot));
        }
        missing.sort_unstable();
        for StoredRow { key, doc } in self.store.load(self.instance, &missing)? {
            let slot = slot::<V>(&key, Some(&doc))?;
            self.waiting_bytes += weight::<V>(&slot);
            self.waiting.insert(key, Box::new(slot));
        }
        Ok(())
    }

    /// Forgets what memory holds of them: it is neither written nor read back.
    fn drop_rows_of(&mut self, erased: &[PatientId]) {
        let stays = |key: &Key| !erased.iter().any(|patient| key.is_of(*patient));
        self.entries.retain(|(key, _)| stays(key));
        self.waiting.retain(|key, _| stays(key));
        for docs in &mut self.unsettled {
            docs.retain(|key, _| stays(key));
        }
        self.cache.clear();
    }

    fn touched(told: &[Told], after: u64) -> Result<Vec<(usize, Key)>, FoldError> {
        let mut touched = Vec::with_capacity(told.len());
        for (at, told) in told.iter().enumerate() {
            match told {
                Ok(fact) if fact.position > after && concerns::<V>(fact.stream.kind) => {
                    let keys = touches::<V>(fact)
                        .map_err(|reason| FoldError::Poison { position: fact.position, reason })?;
                    touched.extend(keys.into_iter().map(|key| (at, key)));
                }
                Err(unreadable)
                    if !unreadable.shredded
                        && unreadable.position > after
                        && concerns::<V>(unreadable.kind) =>
                {
                    return Err(FoldError::Poison {
                        position: unreadable.position,
                        reason: Reason::Unreadable,
                    });
                }
                Ok(_) | Err(_) => {}
            }
        }
        Ok(touched)
    }

    fn change(&mut self, told: &[Told], after: u64) -> Result<(), FoldError> {
        self.erased.extend(erased::<V>(told, after));
        let mut rest = told;
        while let Some(at) = rest.iter().position(|told| republishes::<V>(told, after)) {
            self.change_some(&rest[..at], after)?;
            if let Ok(fact) = &rest[at] {
                self.follow(fact)?;
            }
            rest = &rest[at + 1..];
        }
        self.change_some(rest, after)
    }

    /// Tells every row of rules that were published.
    fn follow(&mut self, fact: &Fact) -> Result<(), FoldError> {
        let mut keys = self.store.keys(self.instance).map_err(FoldError::Store)?;
        keys.extend(self.waiting.keys().chain(self.unsettled.iter().flat_map(|docs| docs.keys())));
        keys.sort_unstable();
        keys.dedup();
        let all: Vec<_> = keys.into_iter().map(|key| (0, key)).collect();
        self.gather(&all).map_err(FoldError::Store)?;
        for (_, key) in &all {
            if let Some(slot) = self.waiting.get_mut(key).filter(|slot| slot.row.is_some()) {
                let poison = |reason| FoldError::Poison { position: fact.position, reason };
                apply::<V>(&mut slot.row, key, fact).map_err(poison)?;
            }
        }
        Ok(())
    }

    fn change_some(&mut self, told: &[Told], after: u64) -> Result<(), FoldError> {
        let touched = Self::touched(told, after)?;
        if !V::INSERT_ONLY {
            self.gather(&touched).map_err(FoldError::Store)?;
        }
        for (at, key) in &touched {
            let Ok(fact) = &told[*at] else { continue };
            let poison = |reason| FoldError::Poison { position: fact.position, reason };
            if V::INSERT_ONLY {
                let mut row = None;
                apply::<V>(&mut row, key, fact).map_err(poison)?;
                let doc = row.as_ref().map(|row| Arc::from(codec::encode(row)));
                self.waiting_bytes += KEPT_BYTES + bytes(&doc);
                self.entries.push((*key, doc));
            } else if let Some(slot) = self.waiting.get_mut(key) {
                apply::<V>(&mut slot.row, key, fact).map_err(poison)?;
            }
        }
        Ok(())
    }
}

impl<V: View> Fold for Folder<V> {
    fn fold(&mut self, told: &[Told], after: u64) -> Result<(), FoldError> {
        let changed = self.change(told, after);
        if changed.is_err() {
            self.forget();
        }
        changed
    }

    fn waiting(&self) -> u64 {
        self.waiting_bytes
    }

    fn take(&mut self) -> Changes {
        self.waiting_bytes = 0;
        let erased = std::mem::take(&mut self.erased);
        if !erased.is_empty() {
            self.drop_rows_of(&erased);
        }
        let mut changes = Changes { rows: std::mem::take(&mut self.entries), erased, ..Changes::default() };
        // In order of keys: neighbours share pages of the store.
        changes.rows.sort_unstable_by_key(|(key, _)| *key);
        let mut slots: Vec<_> = std::mem::take(&mut self.waiting).into_iter().collect();
        slots.sort_unstable_by_key(|(key, _)| *key);
        let mut docs = Map::with_capacity_and_hasher(slots.len(), DefaultHashBuilder::default());
        for (key, slot) in slots {
            list::<V>(&key, &slot, &mut changes);
            let doc: Doc = slot.row.as_ref().map(|row| Arc::from(codec::encode(row)));
            docs.insert(key, doc.clone());
            changes.rows.push((key, doc));
        }
        self.unsettled.push_back(docs);
        changes.unlisted.sort_unstable_by(in_list_order);
        changes.listed.sort_unstable_by(in_list_order);
        changes
    }

    fn settle(&mut self) {
        for (key, doc) in self.unsettled.pop_front().into_iter().flatten() {
            // A row that changed again meanwhile is in younger changes, which are asked first, or waits.
            if !self.waiting.contains_key(&key) {
                self.cache.insert(key, doc);
            }
        }
    }

    fn forget(&mut self) {
        self.unsettled.clear();
        self.cache.clear();
        self.waiting.clear();
        self.waiting_bytes = 0;
        self.entries.clear();
        self.erased.clear();
    }
}

/// Whose rows go with what is told after `after`, whichever kinds of stream the view folds.
fn erased<V: View>(told: &[Told], after: u64) -> impl Iterator<Item = PatientId> {
    let facts = told.iter().flatten().filter(move |fact| fact.position > after);
    let shredded =
        facts.filter(|fact| matches!(fact.event, DomainEvent::Audit(audit::Event::SubjectShredded { .. })));
    shredded.flat_map(|fact| V::rows_of(fact.patient))
}

/// Whether something that is told after `after` gives every row other rules.
fn republishes<V: View>(told: &Told, after: u64) -> bool {
    let published =
        |fact: &Fact| matches!(fact.event, DomainEvent::Ruleset(ruleset::Event::RulesetPublished { .. }));
    V::FOLLOWS_RULES && told.as_ref().is_ok_and(|fact| fact.position > after && published(fact))
}

fn concerns<V: View>(kind: StreamKind) -> bool {
    V::KINDS.contains(&kind)
}

fn bytes(doc: &Doc) -> u64 {
    doc.as_ref().map_or(0, |doc| doc.len() as u64)
}

fn weight<V: View>(slot: &Slot<V::Row>) -> u64 {
    let in_place = size_of::<(Key, Slot<V::Row>)>() as u64;
    in_place + slot.listed.bytes() + MEMORY_PER_DOC_BYTE * slot.doc_bytes
}

fn slot<V: View>(key: &Key, doc: Option<&[u8]>) -> Result<Slot<V::Row>, StoreError> {
    let row = doc.map(codec::decode::<V::Row>).transpose()?;
    let listed = Listing::of(&listed::<V>(key, row.as_ref()));
    Ok(Slot { row, listed, doc_bytes: doc.map_or(0, |doc| doc.len() as u64) })
}

/// A panic is a poison fact like any other: the runner must outlive it.
fn touches<V: View>(fact: &Fact) -> Result<Vec<Key>, Reason> {
    catch_unwind(|| V::touches(fact)).map_err(|_| Reason::Panicked)
}

/// See [`touches`].
fn apply<V: View>(row: &mut Option<V::Row>, key: &Key, fact: &Fact) -> Result<(), Reason> {
    match catch_unwind(AssertUnwindSafe(|| V::apply(row, key, fact))) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Reason::Refused(error)),
        Err(_) => Err(Reason::Panicked),
    }
}

/// Notes how a row's appearances differ from those that are stored.
fn list<V: View>(key: &Key, slot: &Slot<V::Row>, changes: &mut Changes) {
    let (was, is) = (slot.listed.entries(), listed::<V>(key, slot.row.as_ref()));
    if was == is {
        return;
    }
    let gone = was.iter().filter(|entry| is.binary_search(entry).is_err());
    changes.unlisted.extend(gone.map(|entry| (*key, entry.clone())));
    let new = is.into_iter().filter(|entry| was.binary_search(entry).is_err());
    changes.listed.extend(new.map(|entry| (*key, entry)));
}

fn in_list_order((key, entry): &(Key, ListEntry), (other_key, other): &(Key, ListEntry)) -> Ordering {
    (&entry.list, &entry.sort, key).cmp(&(&other.list, &other.sort, other_key))
}

/// A row's appearances, sorted, each once.
fn listed<V: View>(key: &Key, row: Option<&V::Row>) -> Vec<ListEntry> {
    let mut entries = row.map_or_else(Vec::new, |row| V::lists(key, row));
    entries.sort_unstable();
    entries.dedup();
    entries
}
