//! What other processes append, for who remembers what streams hold.
//!
//! The writer sees where others have been; what they wrote is read here, after the lock, in as few questions as there is
//! time for. Nobody depends on it: whoever remembers something older finds out at the next append.

use std::ops::Range;
use std::sync::Arc;

use futures::{StreamExt, stream};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::failure::Failure;
use super::reader::Readers;
use crate::{Entry, Filter, Others};

/// Stretches that may wait to be read; the oldest are left out when more do.
pub(super) const WAITING: usize = 1_024;
/// Positions that are read at once at most. Of what is further apart, only the newest is read.
const MOST: u64 = 4_096;

/// The events of others as the writer comes across them, until it ends: in order, some of this process's own among them.
pub(super) fn follow(spans: broadcast::Receiver<Range<u64>>, readers: Arc<Readers>) -> Others {
    let following = Following { spans, readers };
    stream::unfold(following, |mut following| async { Some((following.next().await?, following)) }).boxed()
}

struct Following {
    spans: broadcast::Receiver<Range<u64>>,
    readers: Arc<Readers>,
}

impl Following {
    async fn next(&mut self) -> Option<Vec<Entry>> {
        loop {
            let Range { start, end } = self.span().await?;
            let after = start.max(end.saturating_sub(MOST));
            match self.read(after, end).await {
                Ok(entries) if entries.is_empty() => {}
                Ok(entries) => return Some(entries),
                // Whoever decides on what it remembers will be told so, by a ledger that answers.
                Err(_) => tracing::debug!("what other processes have appended is not read ahead"),
            }
        }
    }

    /// The first position before, and the last of, what others have written: everything that waits, as one stretch.
    async fn span(&mut self) -> Option<Range<u64>> {
        let mut all = loop {
            match self.spans.recv().await {
                Ok(span) => break span,
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        };
        loop {
            match self.spans.try_recv() {
                Ok(next) => all.end = all.end.max(next.end),
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Some(all),
            }
        }
    }

    async fn read(&self, after: u64, through: u64) -> Result<Vec<Entry>, Failure> {
        let most = usize::try_from(through - after).unwrap_or(usize::MAX);
        Ok(self.readers.page(after, &Filter::default(), most).await?.entries)
    }
}
