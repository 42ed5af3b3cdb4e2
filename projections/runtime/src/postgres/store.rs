//! The store of one ledger.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use concord_kernel::Token;
use concord_lease::Fence;
use concord_postgres::Line;
use uuid::Uuid;

use super::arrays::stored;
use super::database::PostgresViews;
use super::erase;
use super::read::{self, Asked};
use super::write::Writer;
use crate::store::{Layout, Place, Range, Standing, StoredCheckpoint, StoredEntry, StoredRow, Writes};
use crate::{
    Checkpoint, CrashPoint, Faults, Instance, Key, List, Sort, Stage, StoreError, ViewId, ViewStore,
};

/// The views of one ledger in PostgreSQL.
pub struct PostgresStore {
    views: PostgresViews,
    ledger: String,
    writer: Line,
    /// Under which what is written is written.
    fence: AtomicI64,
    faults: Option<Arc<dyn Faults>>,
}

impl PostgresStore {
    pub(super) const fn new(views: PostgresViews, ledger: String, writer: Line) -> Self {
        Self { views, ledger, writer, fence: AtomicI64::new(0), faults: None }
    }

    /// Has `faults` watch [`CrashPoint::Writing`]; for crash tests. Nothing is written yet then: rows and checkpoints are
    /// one statement.
    #[must_use]
    pub fn watched_by(mut self, faults: Arc<dyn Faults>) -> Self {
        self.faults = Some(faults);
        self
    }

    fn asked(&self) -> Asked<'_> {
        Asked { pool: self.views.readers(), ledger: &self.ledger }
    }

    fn writer(&self) -> Writer<'_> {
        let fence = self.fence.load(Ordering::SeqCst);
        Writer { line: &self.writer, ledger: &self.ledger, fence }
    }
}

impl ViewStore for PostgresStore {
    fn claim(&self, fence: Fence) -> Result<(), StoreError> {
        self.fence.store(stored(fence.number()), Ordering::SeqCst);
        self.views.wait(self.writer().claim())
    }

    fn standing(&self) -> Result<Vec<Standing>, StoreError> {
        self.views.wait(read::standing(self.asked()))
    }

    fn checkpoints(&self, name: &str) -> Result<Vec<(u32, StoredCheckpoint)>, StoreError> {
        let standing = self.standing()?;
        let of_it = standing.into_iter().filter(|standing| standing.view == name);
        Ok(of_it.map(|standing| (standing.version, standing.checkpoint)).collect())
    }

    fn begin(&self, view: ViewId, _: Layout, stage: Stage, epoch: Uuid) -> Result<Checkpoint, StoreError> {
        let generation = self.views.wait(self.writer().begin(view, stage, epoch))?;
        let instance = Instance { view, generation };
        Ok(Checkpoint { instance, stage, token: Token { epoch, position: 0 } })
    }

    fn load(&self, instance: Instance, keys: &[Key]) -> Result<Vec<StoredRow>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        self.views.wait(self.asked().load(instance, keys))
    }

    fn keys(&self, instance: Instance) -> Result<Vec<Key>, StoreError> {
        self.views.wait(self.asked().keys(instance))
    }

    fn commit(&self, batch: &[Writes]) -> Result<(), StoreError> {
        if let Some(faults) = &self.faults {
            faults.reached(CrashPoint::Writing);
        }
        if batch.iter().all(|writes| writes.erased.is_empty()) {
            return self.views.wait(self.writer().fold(batch));
        }
        for view in self.standing()?.iter().filter(|one| one.checkpoint.stage == Stage::Retired) {
            self.drop_retired(&view.view)?;
        }
        self.views.wait(async {
            let mut spelled_out = Vec::with_capacity(batch.len());
            for writes in batch {
                spelled_out.push(erase::spelled_out(self.asked(), writes).await?);
            }
            self.writer().fold(&spelled_out).await
        })
    }

    fn activate(&self, instance: Instance, at: Token) -> Result<(), StoreError> {
        self.views.wait(self.writer().activate(instance, at))
    }

    fn retire(&self, instance: Instance) -> Result<(), StoreError> {
        self.views.wait(self.writer().retire(instance))
    }

    fn drop_retired(&self, name: &str) -> Result<usize, StoreError> {
        self.views.wait(self.writer().drop_retired(name))
    }

    fn row(&self, instance: Instance, key: &Key) -> Result<Option<Vec<u8>>, StoreError> {
        let rows = self.views.wait(self.asked().load(instance, std::slice::from_ref(key)))?;
        Ok(rows.into_iter().next().map(|row| row.doc))
    }

    fn rows(&self, instance: Instance, range: Range, limit: usize) -> Result<Vec<StoredRow>, StoreError> {
        self.views.wait(self.asked().rows_of(instance, range, limit))
    }

    fn list(
        &self,
        instance: Instance,
        list: &List,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        self.views.wait(self.asked().list(instance, list, after, limit))
    }

    fn upto(
        &self,
        instance: Instance,
        list: &List,
        until: &Sort,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, StoreError> {
        self.views.wait(self.asked().upto(instance, list, until, limit))
    }

    fn outline(
        &self,
        instance: Instance,
        list: &List,
        until: &Sort,
        limit: usize,
    ) -> Result<Vec<(Key, Vec<u8>)>, StoreError> {
        self.views.wait(self.asked().outline(instance, list, until, limit))
    }
}
