//! Where rows live. The runtime writes the SQL once for all views; a store for another database implements this.

use std::sync::Arc;

use concord_kernel::{PatientId, Token};
use concord_lease::Fence;
use uuid::Uuid;

use crate::{Key, List, ListEntry, Sort, ViewId};

/// One build of a view's rows. A rebuild makes a new one beside the one that answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Instance {
    /// Which view and version.
    pub view: ViewId,
    /// Which build, from 1.
    pub generation: u32,
}

/// What a build is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Being built aside; answers nobody.
    Building,
    /// Answers questions.
    Active,
    /// Was replaced; kept until it is dropped.
    Retired,
}

/// How the rows of a build come to be; a store may lay them out accordingly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Written again and again: neighbours by key belong together.
    Kept,
    /// Written once, under ever new keys, see [`View::INSERT_ONLY`](crate::View::INSERT_ONLY).
    Added,
}

/// How far a build is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which build.
    pub instance: Instance,
    /// What it is for.
    pub stage: Stage,
    /// The history and how much of it is in the rows.
    pub token: Token,
}

/// What one batch of facts does to one build; taken with all others of the batch or not at all.
#[derive(Debug)]
pub struct Writes {
    /// Which build.
    pub instance: Instance,
    /// Where its checkpoint must be; else another runner is at work.
    pub from: Token,
    /// Where its checkpoint goes.
    pub to: u64,
    /// Rows to write (document) or to remove (`None`), by key.
    pub rows: Vec<(Key, Option<Arc<[u8]>>)>,
    /// Appearances that end.
    pub unlisted: Vec<(Key, ListEntry)>,
    /// Appearances that begin.
    pub listed: Vec<(Key, ListEntry)>,
    /// What the keys of rows are made of that are removed with all their appearances, so that not a byte of them is left in
    /// the store's files.
    pub erased: Vec<PatientId>,
}

/// A stored row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRow {
    /// Its key.
    pub key: Key,
    /// Its document.
    pub doc: Vec<u8>,
}

/// A stored appearance on a list, with its row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEntry {
    /// Where on the list.
    pub sort: Sort,
    /// Whose.
    pub key: Key,
    /// What of it.
    pub item: Vec<u8>,
    /// The row's document.
    pub doc: Vec<u8>,
}

/// A place in a list: the next page starts after it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where on the list.
    pub sort: Sort,
    /// Whose.
    pub key: Key,
    /// What of it.
    pub item: Vec<u8>,
}

/// Which rows of a history, and in which direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// Lowest key, included.
    pub from: Key,
    /// Highest key, included.
    pub to: Key,
    /// Highest first.
    pub descending: bool,
}

/// Why a store refuses.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another runner has moved the checkpoint; this one must stop.
    #[error("another runner moved the checkpoint of {}", .0.view)]
    Fenced(Instance),
    /// Somebody else has taken the writing over; this one must stop.
    #[error("another process writes the views")]
    Superseded,
    /// The build that was asked was replaced and its rows are gone.
    #[error("the rows of {} that were asked are gone", .0.view)]
    Dropped(Instance),
    /// A flip was asked for where the builds are not level.
    #[error("the builds of {} are not level", .0.view)]
    NotLevel(Instance),
    /// What is stored is of no known shape.
    #[error("a stored {0} is damaged")]
    Corrupt(&'static str),
    /// A newer Concord wrote it.
    #[error(
        "the views have schema {found}, this program knows up to {known}; remove views.db, or the schema views of the database, to have them built anew"
    )]
    NewerSchema {
        /// What the store has.
        found: u32,
        /// The most this program knows.
        known: u32,
    },
    /// The database refused or is away.
    #[error("the store of views is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Keeps rows, lists and checkpoints of all views of one tenant.
///
/// Calls block; the runtime makes them on threads of its own.
pub trait ViewStore: Send + Sync + 'static {
    /// Begins to write under `fence`. A store that several processes share refuses from then on whoever writes under a
    /// lower one.
    ///
    /// # Errors
    ///
    /// [`StoreError::Superseded`] when somebody with a higher one has begun to.
    fn claim(&self, fence: Fence) -> Result<(), StoreError>;

    /// Lists every build of every view.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    fn standing(&self) -> Result<Vec<Standing>, StoreError>;

    /// Lists every build of a view, of any version, newest last.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    fn checkpoints(&self, name: &str) -> Result<Vec<(u32, StoredCheckpoint)>, StoreError>;

    /// Begins a build at position 0 of the history `epoch`; its generation follows the last one's.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    fn begin(
        &self,
        view: ViewId,
        layout: Layout,
        stage: Stage,
        epoch: Uuid,
    ) -> Result<Checkpoint, StoreError>;

    /// Reads the documents of those of `keys` that have one, in any order.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    fn load(&self, instance: Instance, keys: &[Key]) -> Result<Vec<StoredRow>, StoreError>;

    /// Names every row of a build, in any order.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    fn keys(&self, instance: Instance) -> Result<Vec<Key>, StoreError>;

    /// Writes rows, lists and checkpoints of all `batch` in one transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError::Fenced`] when a checkpoint is not where its writer left it: nothing is written then.
    fn commit(&self, batch: &[Writes]) -> Result<(), StoreError>;

    /// Makes `instance` the build that answers and retires the others, if its checkpoint is at `at` and no answering
    /// build of the same history is ahead of it; one transaction.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotLevel`] when it is not so: nothing changes then.
    fn activate(&self, instance: Instance, at: Token) -> Result<(), StoreError>;

    /// Takes a build out of use without replacing it.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    fn retire(&self, instance: Instance) -> Result<(), StoreError>;

    /// Removes the retired builds of a view; says how many there were.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    fn drop_retired(&self, name: &str) -> Result<usize, StoreError>;

    /// Reads one row.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    fn row(&self, instance: Instance, key: &Key) -> Result<Option<Vec<u8>>, StoreError>;

    /// Reads rows by key, at most `limit`; both ends of the range are entries of one history, or of one time axis.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    fn rows(&self, instance: Instance, range: Range, limit: usize) -> Result<Vec<StoredRow>, StoreError>;

    /// Reads a list after `after`, at most `limit` entries.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    fn list(
        &self,
        instance: Instance,
        list: &List,
        after: Option<&Place>,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, StoreError>;

    /// Reads a list up to `until`, which is not part of it, in one look: at most `limit` entries.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    fn upto(
        &self,
        instance: Instance,
        list: &List,
        until: &Sort,
        limit: usize,
    ) -> Result<Vec<StoredEntry>, StoreError>;

    /// The same without the rows: whose entries they are, and what of the row each is about.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    fn outline(
        &self,
        instance: Instance,
        list: &List,
        until: &Sort,
        limit: usize,
    ) -> Result<Vec<(Key, Vec<u8>)>, StoreError>;
}

/// A build as it is stored, of any view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The view's name.
    pub view: String,
    /// The version of its rows.
    pub version: u32,
    /// How far the build is.
    pub checkpoint: StoredCheckpoint,
}

/// A checkpoint as it is stored, for any version of a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoredCheckpoint {
    /// Which build.
    pub generation: u32,
    /// What it is for.
    pub stage: Stage,
    /// How far it is.
    pub token: Token,
}
