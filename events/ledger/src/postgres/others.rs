//! What other processes append, for who remembers what streams hold.
//!
//! The writer sees where others have been; what they wrote is read here, after the lock, in as few questions as there is
//! time for. Nobody depends on it: whoever remembers something older finds out at the next append.

use std::ops::Range;
use std::sync::Arc;

use concord_kernel::LedgerId;
use futures::{StreamExt, stream};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};

use super::reader::Readers;
use crate::{Entry, Others, Vault, vault};

/// Stretches that may wait to be read; the oldest are left out when more do.
pub(super) const WAITING: usize = 1_024;
/// Events that are read at once at most. Of more that have come, only the newest are read.
const MOST: u64 = 4_096;

/// The events of others as the writer comes across them, in order, until it ends.
pub(super) fn follow(
    spans: broadcast::Receiver<Range<u64>>,
    readers: Arc<Readers>,
    (vault, id): (Arc<dyn Vault>, LedgerId),
) -> Others {
    let following = Following { spans, readers, vault, id };
    stream::unfold(following, |mut following| async { Some((following.next().await?, following)) }).boxed()
}

struct Following {
    spans: broadcast::Receiver<Range<u64>>,
    readers: Arc<Readers>,
    vault: Arc<dyn Vault>,
    id: LedgerId,
}

impl Following {
    async fn next(&mut self) -> Option<Vec<Entry>> {
        loop {
            let spans = newest(self.waiting().await?);
            if let Ok(mut entries) = self.readers.spans(&spans).await
                && vault::open(&*self.vault, &self.id, &mut entries).await.is_ok()
            {
                return Some(entries);
            }
            // Whoever decides on what it remembers will be told so, by a ledger that answers.
            tracing::debug!("what other processes have appended is not read ahead");
        }
    }

    /// Every stretch that waits, at least one: the positions after its start up to its end.
    async fn waiting(&mut self) -> Option<Vec<Range<u64>>> {
        let mut spans = loop {
            match self.spans.recv().await {
                Ok(span) => break vec![span],
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        };
        loop {
            match self.spans.try_recv() {
                Ok(span) => spans.push(span),
                Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty | TryRecvError::Closed) => return Some(spans),
            }
        }
    }
}

/// The last of `spans` that together hold no more than [`MOST`] events; of one that holds more by itself, its end.
fn newest(mut spans: Vec<Range<u64>>) -> Vec<Range<u64>> {
    let mut left = MOST;
    let mut first = spans.len();
    while left > 0 && first > 0 {
        first -= 1;
        let span = &mut spans[first];
        span.start = span.start.max(span.end.saturating_sub(left));
        left -= span.end - span.start;
    }
    spans.split_off(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_newest_events_are_read_when_many_have_come() {
        assert_eq!(newest(vec![0..3, 5..9]), [0..3, 5..9]);
        assert_eq!(newest(vec![0..MOST, MOST + 1..MOST + 3]), [2..MOST, MOST + 1..MOST + 3]);
        assert_eq!(newest(vec![0..3, 3..5, 5..5 + 2 * MOST]), vec![5 + MOST..5 + 2 * MOST; 1]);
    }
}
