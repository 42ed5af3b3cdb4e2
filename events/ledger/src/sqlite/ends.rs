//! Where the streams end: the table `ends`, and in memory what has moved since it was written.
//!
//! Written at every commit, the ends would cost a page of the table for nearly every event, because the streams that
//! are worked on lie anywhere in it. So they are gathered, and written in the order of the table, many to a page.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, params};

use super::failure::Failure;
use super::options::SqliteOptions;

pub(super) const FIND_END: &str = "SELECT position FROM ends WHERE stream = ?";
const MOVED_SINCE: &str = "SELECT stream, position FROM entries WHERE position > ? ORDER BY position";
const WRITE_END: &str = "INSERT INTO ends (stream, position) VALUES (?, ?)
    ON CONFLICT (stream) DO UPDATE SET position = excluded.position";
const MOVE_THROUGH: &str = "UPDATE head SET ends_through = ?";

/// How many times the limit the events may become that the table does not know of, when it cannot be written, before
/// appends are refused.
const MOST_LIMITS: u64 = 4;

/// Position of the last event by number of stream, for the streams whose row in the table may be older or missing.
///
/// An end is here from just after the commit of the event until the commit of its row. Whoever looks here first and then
/// into the table, in a snapshot that is begun afterwards, finds the last event up to [`Known::through`]; what the
/// snapshot has after that was committed a moment ago, or by another process.
#[derive(Debug, Default)]
pub(super) struct Fresh(Mutex<Known>);

/// The ends that are known here.
#[derive(Debug, Default)]
struct Known {
    ends: BTreeMap<i64, u64>,
    /// The last position that was looked at.
    through: u64,
}

impl Fresh {
    /// The end of a stream, when it has moved, and up to which position that is known.
    pub(super) fn get(&self, stream: i64) -> (Option<u64>, u64) {
        let known = self.lock();
        (known.ends.get(&stream).copied(), known.through)
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The writer's side: when the table is written, and what of it.
pub(super) struct Ends {
    fresh: Arc<Fresh>,
    /// The last position that is committed.
    position: u64,
    /// The table knows every stream's last event up to here.
    through: u64,
    sweep: Option<Sweep>,
    limit: u64,
    slice: usize,
}

/// A pass over the fresh ends, in the order of the table. What it has passed and moves again waits for the next.
#[derive(Clone, Copy)]
struct Sweep {
    /// The last position when it began: when it is done, the table is complete up to here.
    through: u64,
    /// The number of the first stream that is still to be written.
    next: i64,
}

/// What one transaction writes of a sweep.
pub(super) struct Slice {
    ends: Vec<(i64, u64)>,
    sweep: Sweep,
    done: bool,
}

impl Ends {
    /// Reads the entries that the table does not know of.
    pub(super) fn load(connection: &Connection, options: &SqliteOptions) -> Result<Self, Failure> {
        let mut ends = Self {
            fresh: Arc::default(),
            position: 0,
            through: 0,
            sweep: None,
            limit: options.moved_ends.max(1),
            slice: options.ends_slice.max(1),
        };
        ends.reload(connection)?;
        Ok(ends)
    }

    /// Reads them again, when another connection has written. A sweep goes on, unless the table is complete further on
    /// than it would make it: begun anew each time, it would not end while two take turns.
    pub(super) fn reload(&mut self, connection: &Connection) -> Result<(), Failure> {
        let head = connection.query_row("SELECT position, ends_through FROM head", [], |row| {
            Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?))
        });
        let (position, through) = head?;
        if through > position {
            return Err(Failure::Corrupt("the ends of streams are ahead of the head"));
        }
        let mut moved = BTreeMap::new();
        let mut statement = connection.prepare(MOVED_SINCE)?;
        let mut rows = statement.query(params![through])?;
        while let Some(row) = rows.next()? {
            moved.insert(row.get(0)?, row.get(1)?);
        }
        *self.fresh.lock() = Known { ends: moved, through: position };
        (self.position, self.through) = (position, through);
        self.sweep = self.sweep.filter(|sweep| sweep.through > through);
        Ok(())
    }

    pub(super) fn fresh(&self) -> &Arc<Fresh> {
        &self.fresh
    }

    /// Takes in the ends that a commit has moved; the last position is now `position`.
    pub(super) fn moved(&mut self, ends: BTreeMap<i64, u64>, position: u64) {
        let mut known = self.fresh.lock();
        known.ends.extend(ends);
        known.through = position;
        drop(known);
        self.position = position;
    }

    /// Whether a slice is to be written now.
    pub(super) fn due(&self) -> bool {
        self.sweep.is_some() || self.behind() >= self.limit
    }

    /// Whether the table has been left behind so far that nothing may be appended before it is written.
    pub(super) fn overdue(&self) -> bool {
        self.behind() >= self.limit.saturating_mul(MOST_LIMITS)
    }

    /// Whether the table knows every event.
    pub(super) fn complete(&self) -> bool {
        self.behind() == 0
    }

    fn behind(&self) -> u64 {
        self.position - self.through
    }

    /// What to write next; [`Ends::written`] when it is committed.
    pub(super) fn slice(&self) -> Slice {
        let mut sweep = self.sweep.unwrap_or(Sweep { through: self.position, next: i64::MIN });
        let ends: Vec<(i64, u64)> = {
            let known = self.fresh.lock();
            known
                .ends
                .range(sweep.next..)
                .take(self.slice)
                .map(|(stream, position)| (*stream, *position))
                .collect()
        };
        let done = ends.len() < self.slice;
        if let Some((last, _)) = ends.last() {
            sweep.next = last.saturating_add(1);
        }
        Slice { ends, sweep, done }
    }

    /// Takes out what the table now has. Nothing has been committed since the slice was cut.
    pub(super) fn written(&mut self, slice: &Slice) {
        let mut known = self.fresh.lock();
        for (stream, _) in &slice.ends {
            known.ends.remove(stream);
        }
        drop(known);
        if slice.done {
            self.through = slice.sweep.through;
            self.sweep = None;
        } else {
            self.sweep = Some(slice.sweep);
        }
    }
}

impl Slice {
    /// Writes it, inside a transaction.
    pub(super) fn write(&self, connection: &Connection) -> Result<(), Failure> {
        let mut statement = connection.prepare_cached(WRITE_END)?;
        for (stream, position) in &self.ends {
            statement.execute(params![stream, position])?;
        }
        if self.done {
            connection.prepare_cached(MOVE_THROUGH)?.execute(params![self.sweep.through])?;
        }
        Ok(())
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}
