//! Where checkpoints are kept: the latest of each log, replaced by compare-and-swap, and what others have cosigned.

mod postgres;
mod sqlite;

use async_trait::async_trait;
use concord_ledger::merkle::Hash;

pub use postgres::PostgresCheckpoints;
pub use sqlite::SqliteCheckpoints;

/// The checkpoints cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The store is away, full or closing.
    #[error("the store of the checkpoints is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// What is stored contradicts itself.
    #[error("the store of the checkpoints is corrupt: {0}")]
    Corrupt(&'static str),
    /// A newer Concord wrote it.
    #[error("the checkpoints have schema {found}, this program knows up to {known}")]
    NewerSchema {
        /// What the store has.
        found: u32,
        /// The most this program knows.
        known: u32,
    },
}

/// A checkpoint as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// How many events it is of.
    pub size: u64,
    /// The signed note.
    pub note: String,
}

/// What became of a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Swap {
    /// The new checkpoint is durable.
    Done,
    /// Another signer was faster; nothing was written.
    Overtaken,
}

/// The latest checkpoint that somebody has cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// The name of the cosigner's key.
    pub cosigner: String,
    /// How many events the checkpoint is of.
    pub size: u64,
    /// The note with both signatures.
    pub note: String,
}

/// Keeps checkpoints. Logs are named by their origin.
#[async_trait]
pub trait CheckpointStore: Send + Sync + 'static {
    /// The latest checkpoint of the log.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn latest(&self, origin: &str) -> Result<Option<Stored>, StoreError>;

    /// The roots of the log's complete blocks of 256 leaves, in order, as far as they are kept.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn blocks(&self, origin: &str) -> Result<Vec<Hash>, StoreError>;

    /// Replaces the checkpoint of `previous` events (`None`: there is none yet) by `next`, and keeps `roots` as those of
    /// the blocks from number `first` on. Durable when it answers [`Swap::Done`].
    ///
    /// # Errors
    ///
    /// See [`StoreError`]; it may then have happened or not.
    async fn replace(
        &self,
        origin: &str,
        previous: Option<u64>,
        next: &Stored,
        first: u64,
        roots: &[Hash],
    ) -> Result<Swap, StoreError>;

    /// Keeps what somebody has cosigned, unless something longer by the same cosigner is kept.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn keep_cosigned(&self, origin: &str, cosigned: &Cosigned) -> Result<(), StoreError>;

    /// What each cosigner has signed last, by name.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn cosigned(&self, origin: &str) -> Result<Vec<Cosigned>, StoreError>;
}
