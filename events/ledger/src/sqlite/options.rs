//! How a SQLite ledger behaves: every limit by name.

use std::fmt;
use std::sync::Arc;

use crate::{ClearVault, Limits, Seen, Vault};

/// Limits and seams of a [`crate::SqliteLedger`].
#[derive(Clone)]
pub struct SqliteOptions {
    /// Appends that may wait; one more is answered [`crate::AppendError::Overloaded`].
    pub queue: usize,
    /// The most appends that share a transaction.
    pub batch_commands: usize,
    /// The most bytes of events and replies that share a transaction; a single larger append has its own.
    pub batch_bytes: usize,
    /// How large one append may be.
    pub limits: Limits,
    /// Streams whose end the writer remembers.
    pub cached_streams: usize,
    /// Events after which the ends of the streams that they moved are written: as many are read when a ledger is opened
    /// that was not closed, and as many ends at most are kept in memory, and some more while they are being written.
    pub moved_ends: u64,
    /// The most ends that are written between two transactions of appends, which wait for it.
    pub ends_slice: usize,
    /// Connections that read at the same time; further reads wait.
    pub readers: usize,
    /// The most positions that one [`crate::Ledger::read`] searches, whatever was asked.
    pub page: usize,
    /// After about so many bytes in the write-ahead log, a thread of its own moves them into the database file.
    pub checkpoint_bytes: u64,
    /// At about so many bytes in the write-ahead log, the writer itself finishes that work and starts it afresh.
    pub restart_bytes: u64,
    /// The writer's page cache in KiB.
    pub writer_cache_kib: u32,
    /// Each reader's page cache in KiB.
    pub reader_cache_kib: u32,
    /// What encrypts payloads.
    pub vault: Arc<dyn Vault>,
    /// How far the ledger was served before, when somebody outside of the file remembers: it must still be there.
    pub seen: Option<Seen>,
    /// When an append is answered; anything but the default loses acknowledged appends.
    pub durability: Durability,
    /// Told when a batch passes a point where a crash is interesting; for crash tests.
    pub faults: Option<Arc<dyn Faults>>,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self {
            queue: 4_096,
            batch_commands: 256,
            batch_bytes: 1024 * 1024,
            limits: Limits::default(),
            cached_streams: 65_536,
            moved_ends: 16_384,
            ends_slice: 1_024,
            readers: 4,
            page: 10_000,
            checkpoint_bytes: 64 * 1024 * 1024,
            restart_bytes: 256 * 1024 * 1024,
            writer_cache_kib: 8 * 1024,
            reader_cache_kib: 4 * 1024,
            vault: Arc::new(ClearVault),
            seen: None,
            durability: Durability::Full,
            faults: None,
        }
    }
}

impl fmt::Debug for SqliteOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteOptions")
            .field("queue", &self.queue)
            .field("batch_commands", &self.batch_commands)
            .field("batch_bytes", &self.batch_bytes)
            .field("limits", &self.limits)
            .field("durability", &self.durability)
            .finish_non_exhaustive()
    }
}

/// When an append is answered. The mutations are there so that the crash suite can show that it sees them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Durability {
    /// After the commit has reached the disk.
    #[default]
    Full,
    /// Mutation for tests: answers before the transaction commits, so a crash between the two loses the append.
    MutationAckBeforeCommit,
    /// Mutation for tests: commits without waiting for the disk, so a power cut loses the append.
    MutationNormalSync,
}

/// Where a batch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashPoint {
    /// The write transaction has begun.
    AfterBegin,
    /// The rows of every command are in the transaction, the head is still the old one.
    AfterInsert,
    /// Everything is in the transaction.
    BeforeCommit,
    /// The commit has returned, nobody has been answered.
    AfterCommit,
    /// A slice of the ends of streams is in a transaction of its own.
    BeforeEnds,
    /// That transaction has committed.
    AfterEnds,
}

/// Watches batches pass; a crash test ends the process here.
pub trait Faults: Send + Sync + 'static {
    /// The writer has come to `point`; it goes on when this returns.
    fn reached(&self, point: CrashPoint);
}
