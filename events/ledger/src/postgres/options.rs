//! How a PostgreSQL ledger behaves: every limit by name.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::{ClearVault, Limits, Seen, Vault};

/// Limits and seams of a [`crate::PostgresLedger`].
#[derive(Clone)]
pub struct PostgresOptions {
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
    /// The most events of other processes that the writer reads to keep that memory; after more it forgets it. They are
    /// read under the lock, so they must fit into the connection's buffers: a process that is stopped before it reads them
    /// would hold the lock otherwise.
    pub caught_up: usize,
    /// The most positions that one [`crate::Ledger::read`] searches, whatever was asked.
    pub page: usize,
    /// How long the writer tries to reach the server again before it answers [`crate::AppendError::Unavailable`].
    pub patience: Duration,
    /// After this long the server, or whoever waits for the lock, ends a transaction that its process has left lying, with the
    /// lock that it holds.
    pub longest_pause: Duration,
    /// How long the server may take for a batch before its connection is given up.
    pub longest_answer: Duration,
    /// How far the ledger was served before, when somebody outside of the database remembers: it must still be there.
    pub seen: Option<Seen>,
    /// What encrypts payloads. What it gives must be JSON.
    pub vault: Arc<dyn Vault>,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            queue: 4_096,
            batch_commands: 256,
            batch_bytes: 1024 * 1024,
            limits: Limits::default(),
            cached_streams: 65_536,
            caught_up: 500,
            page: 10_000,
            patience: Duration::from_secs(5),
            longest_pause: Duration::from_secs(5),
            longest_answer: Duration::from_secs(10),
            seen: None,
            vault: Arc::new(ClearVault),
        }
    }
}

impl fmt::Debug for PostgresOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresOptions")
            .field("queue", &self.queue)
            .field("batch_commands", &self.batch_commands)
            .field("batch_bytes", &self.batch_bytes)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
