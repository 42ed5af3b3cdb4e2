//! Moving the write-ahead log into the database file, off the commit path.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::options::SqliteOptions;
use super::schema::PAGE_BYTES;
use crate::OpenError;
use crate::meter::CheckpointMeter;

/// Pages that a commit writes whatever is in it: the head, the file's first page, and the right edges of the trees.
const PAGES_PER_COMMIT: u64 = 8;
/// Commands that together write one page more than their rows fill, for a stream or a receipt that is put elsewhere.
const COMMANDS_PER_PAGE: u64 = 4;
/// Ends of streams in the order of the table that together write a page of it.
const ENDS_PER_PAGE: u64 = 8;
/// How long the writer waits for readers when it starts the log afresh; they go on with the next page soon.
const RESTART_WAIT: Duration = Duration::from_millis(20);
/// How long the writer waits for another connection otherwise.
const WRITER_WAIT: Duration = Duration::from_secs(5);

/// The pause between two attempts to move the log while another connection is at it.
const SETTLE_PAUSE: Duration = Duration::from_millis(20);

/// The writer's view of the write-ahead log.
pub(super) struct Checkpointer {
    nudge: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    /// Pages in the log: what the last checkpoint found.
    found: Arc<AtomicU64>,
    /// Pages written since the last nudge, estimated.
    fresh: u64,
    checkpoint_pages: u64,
    restart_pages: u64,
    meter: CheckpointMeter,
}

impl Checkpointer {
    pub(super) fn start(
        path: &Path,
        options: &SqliteOptions,
        meter: CheckpointMeter,
    ) -> Result<Self, OpenError> {
        let connection = Connection::open(path).map_err(super::failure::opening)?;
        let synchronous = if options.durability == super::Durability::MutationNormalSync { 1 } else { 2 };
        connection.pragma_update(None, "synchronous", synchronous).map_err(super::failure::opening)?;
        let found = Arc::new(AtomicU64::new(0));
        let (nudge, nudged) = sync_channel(1);
        let thread = thread::Builder::new()
            .name("ledger-checkpoint".to_owned())
            .spawn({
                let (found, meter) = (Arc::clone(&found), meter.clone());
                move || work(&connection, &nudged, &found, &meter)
            })
            .map_err(|error| OpenError::Store(Box::new(error)))?;
        Ok(Self {
            nudge: Some(nudge),
            thread: Some(thread),
            found,
            fresh: 0,
            checkpoint_pages: options.checkpoint_bytes / u64::from(PAGE_BYTES),
            restart_pages: options.restart_bytes / u64::from(PAGE_BYTES),
            meter,
        })
    }

    /// Counts what a commit wrote: rows of so many bytes, one after the other, and what lies elsewhere.
    pub(super) fn written(&mut self, bytes: usize, commands: usize) {
        let [bytes, commands] = [bytes, commands].map(|count| u64::try_from(count).unwrap_or(u64::MAX));
        let pages = bytes / u64::from(PAGE_BYTES) + commands / COMMANDS_PER_PAGE + PAGES_PER_COMMIT;
        self.fresh = self.fresh.saturating_add(pages);
    }

    /// Counts what a slice of ends wrote, which may lie far apart.
    pub(super) fn written_ends(&mut self, ends: usize) {
        let ends = u64::try_from(ends).unwrap_or(u64::MAX);
        self.fresh = self.fresh.saturating_add(ends / ENDS_PER_PAGE + 1);
    }

    /// Between two commits: has the log moved when it is long, starts it afresh when it is too long.
    pub(super) fn tend(&mut self, connection: &Connection) {
        if self.fresh < self.checkpoint_pages {
            return;
        }
        let found = self.found.load(Ordering::Relaxed);
        if found.saturating_add(self.fresh) >= self.restart_pages {
            let _ = connection.busy_timeout(RESTART_WAIT);
            let left = checkpoint(connection, "RESTART", &self.meter);
            let _ = connection.busy_timeout(WRITER_WAIT);
            // When readers were in the way, the next round tries again.
            self.found.store(left.unwrap_or(found), Ordering::Relaxed);
        } else if let Some(nudge) = &self.nudge {
            // A nudge that already waits is as good as this one.
            let _ = nudge.try_send(());
        }
        self.fresh = 0;
    }

    /// Ends the thread and leaves a short log behind.
    pub(super) fn close(&mut self, connection: &Connection) {
        self.nudge = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        checkpoint(connection, "TRUNCATE", &self.meter);
    }
}

/// Moves what the log holds into the database file and waits for the disk. A process that ended badly may have left
/// commits that the operating system has not written; until it has, nobody may be told of them.
///
/// SQLite does not wait for whoever is at it already, such as a ledger that is just being closed: this does.
pub(super) fn settle(connection: &Connection, meter: &CheckpointMeter) -> Result<(), OpenError> {
    let end = Instant::now() + WRITER_WAIT;
    while checkpoint(connection, "TRUNCATE", meter).is_none() {
        if Instant::now() >= end {
            return Err(OpenError::Store("the write-ahead log cannot be moved into the file".into()));
        }
        thread::sleep(SETTLE_PAUSE);
    }
    Ok(())
}

fn work(connection: &Connection, nudged: &Receiver<()>, found: &AtomicU64, meter: &CheckpointMeter) {
    while nudged.recv().is_ok() {
        if let Some(pages) = checkpoint(connection, "PASSIVE", meter) {
            found.store(pages, Ordering::Relaxed);
        }
    }
}

/// Runs a checkpoint and gives the pages that the log holds then; `None` when it failed, which loses nothing.
fn checkpoint(connection: &Connection, mode: &str, meter: &CheckpointMeter) -> Option<u64> {
    let began = Instant::now();
    let row = connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    });
    meter.took(mode, began.elapsed());
    match row {
        // A restarted log is overwritten from its beginning, although its pages are still counted.
        Ok((0, _)) if mode != "PASSIVE" => Some(0),
        Ok((_, pages)) => u64::try_from(pages).ok(),
        Err(error) => {
            meter.failed();
            tracing::warn!(code = ?error.sqlite_error_code(), mode, "checkpoint failed");
            None
        }
    }
}
