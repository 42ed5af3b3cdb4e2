//! A ledger and a store that do what they should, except where a test says otherwise.

use std::sync::Arc;

use async_trait::async_trait;
use concord_kernel::{CommandId, LedgerId, StreamRef, Token};
use concord_lease::Fence;
use concord_ledger::{Append, AppendError, Appended, Entry, Filter, Head, Ledger, Page, ReadError, Receipt};
use tokio::sync::watch;
use uuid::Uuid;

use crate::store::{Layout, Place, Range, Standing, StoredCheckpoint, StoredEntry, StoredRow, Writes};
use crate::{Checkpoint, Instance, Key, List, Sort, SqliteStore, Stage, StoreError, ViewId, ViewStore};

type Read = dyn Fn(u64, Page) -> Result<Page, ReadError> + Send + Sync;

/// A ledger whose pages come changed.
pub(super) struct DoctoredLedger {
    ledger: Arc<dyn Ledger>,
    read: Box<Read>,
    heads: watch::Receiver<Token>,
}

impl DoctoredLedger {
    /// `read` is given what was asked for (the events after a position) and what the ledger has.
    pub(super) fn reading(
        ledger: &Arc<dyn Ledger>,
        read: impl Fn(u64, Page) -> Result<Page, ReadError> + Send + Sync + 'static,
    ) -> Arc<dyn Ledger> {
        Arc::new(Self { ledger: Arc::clone(ledger), read: Box::new(read), heads: ledger.watch() })
    }

    /// One that tells of its head later than it lets read.
    pub(super) fn telling(ledger: &Arc<dyn Ledger>, heads: watch::Receiver<Token>) -> Arc<dyn Ledger> {
        Arc::new(Self { ledger: Arc::clone(ledger), read: Box::new(|_, page| Ok(page)), heads })
    }

    /// The same that tells of other heads.
    pub(super) fn with_heads(ledger: Arc<dyn Ledger>, heads: watch::Receiver<Token>) -> Arc<dyn Ledger> {
        Arc::new(Self { ledger, read: Box::new(|_, page| Ok(page)), heads })
    }

    /// One whose history seems to end at `end`, and that says nothing of it.
    pub(super) fn truncated(ledger: &Arc<dyn Ledger>, end: u64) -> Arc<dyn Ledger> {
        Self::reading(ledger, move |after, page| {
            let entries: Vec<_> = page.entries.into_iter().filter(|entry| entry.position <= end).collect();
            let through = entries.last().map_or(after, |entry| entry.position);
            Ok(Page { entries, through })
        })
    }
}

#[async_trait]
impl Ledger for DoctoredLedger {
    fn id(&self) -> &LedgerId {
        self.ledger.id()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.ledger.append(append).await
    }

    async fn receipt(&self, command: CommandId) -> Result<Option<([u8; 32], Receipt)>, ReadError> {
        self.ledger.receipt(command).await
    }

    async fn read_stream(
        &self,
        stream: StreamRef,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        self.ledger.read_stream(stream, after, limit).await
    }

    async fn read(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, ReadError> {
        (self.read)(after, self.ledger.read(after, filter, limit).await?)
    }

    async fn head(&self) -> Result<Head, ReadError> {
        self.ledger.head().await
    }

    fn watch(&self) -> watch::Receiver<Token> {
        self.heads.clone()
    }
}

type Begun = dyn Fn() + Send + Sync;
type Load = dyn Fn(&SqliteStore, Instance, &[Key]) -> Result<Vec<StoredRow>, StoreError> + Send + Sync;
type Commit = dyn Fn(&SqliteStore, &[Writes]) -> Result<(), StoreError> + Send + Sync;
type Activate = dyn Fn(&SqliteStore, Instance, Token) -> Result<(), StoreError> + Send + Sync;

/// A store that reads, writes or flips in another way.
pub(super) struct DoctoredStore {
    pub(super) store: Arc<SqliteStore>,
    /// What happens when a build has just begun.
    pub(super) begun: Box<Begun>,
    pub(super) load: Box<Load>,
    pub(super) commit: Box<Commit>,
    pub(super) activate: Box<Activate>,
}

impl DoctoredStore {
    /// One that does everything as it should.
    pub(super) fn over(store: &Arc<SqliteStore>) -> Self {
        Self {
            store: Arc::clone(store),
            begun: Box::new(|| {}),
            load: Box::new(SqliteStore::load),
            commit: Box::new(SqliteStore::commit),
            activate: Box::new(SqliteStore::activate),
        }
    }
}

impl ViewStore for DoctoredStore {
    fn claim(&self, fence: Fence) -> Result<(), StoreError> {
        self.store.claim(fence)
    }

    fn standing(&self) -> Result<Vec<Standing>, StoreError> {
        self.store.standing()
    }

    fn checkpoints(&self, name: &str) -> Result<Vec<(u32, StoredCheckpoint)>, StoreError> {
        self.store.checkpoints(name)
    }

    fn begin(
        &self,
        view: ViewId,
        layout: Layout,
        stage: Stage,
        epoch: Uuid,
    ) -> Result<Checkpoint, StoreError> {
        let begun = self.store.begin(view, layout, stage, epoch);
        (self.begun)();
        begun
    }

    fn load(&self, instance: Instance, keys: &[Key]) -> Result<Vec<StoredRow>, StoreError> {
        (self.load)(&self.store, instance, keys)
    }

    fn keys(&self, instance: Instance) -> Result<Vec<Key>, StoreError> {
        self.store.keys(instance)
    }

    fn commit(&self, batch: &[Writes]) -> Result<(), StoreError> {
        (self.commit)(&self.store, batch)
    }

    fn activate(&self, instance: Instance, at: Token) -> Result<(), StoreError> {
        (self.activate)(&self.store, instance, at)
    }

    fn retire(&self, instance: Instance) -> Result<(), StoreError> {
        self.store.retire(instance)
    }

    fn drop_retired(&self, name: &str) -> Result<usize, StoreError> {
        self.store.drop_retired(name)
    }

    fn row(&self, instance: Instance, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.row(instance, key)
    }

    fn rows(&self, instance: Instance, range: Range, limit: usize) -> Result<Vec<StoredRow>, StoreError> {
        self.store.rows(instance, range, limit)
    }

    fn list(
        &self,
        instance: Instance,
        list: &List,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        self.store.list(instance, list, after, limit)
    }

    fn upto(
        &self,
        instance: Instance,
        list: &List,
        until: &Sort,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        self.store.upto(instance, list, until, limit)
    }

    fn outline(
        &self,
        instance: Instance,
        list: &List,
        until: &Sort,
        limit: usize,
    ) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
        self.store.outline(instance, list, until, limit)
    }
}
