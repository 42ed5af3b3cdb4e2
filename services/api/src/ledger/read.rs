//! Reads ahead of the client, a bounded number of batches.

use std::sync::Arc;

use concord_ledger::{Diverged, Filter, Ledger, Page, ReadError};
use tokio::sync::mpsc::Sender;
use tonic::Status;

use crate::Failure;
use crate::limits::RANGE_BATCH;

/// Which events are wanted.
pub(super) struct Range {
    /// The first event wanted has the next position.
    pub(super) after: u64,
    /// Nothing past it is wanted.
    pub(super) through: u64,
    /// Most events wanted.
    pub(super) limit: u64,
    pub(super) filter: Filter,
}

type Batches = Sender<Result<Page, Status>>;

/// Sends what `range` wants, in batches; ends early when the reader has left, and with a failure when the service
/// closes: a range that merely ends is whole.
pub(super) async fn range(
    ledger: Arc<dyn Ledger>,
    mut range: Range,
    batches: Batches,
    closed: impl Future<Output = ()>,
) {
    tokio::select! {
        _whole = through(&*ledger, &mut range, &batches) => {}
        () = closed => {
            // Nobody has to be there to hear it.
            let _unread = batches.send(Err(Failure::Closing.into())).await;
        }
    }
}

/// Sends what `range` wants and then whatever comes, until the reader has left or the service closes. When somebody begins
/// another epoch, what was sent may be of a history that has ended: the reader is told, and asks anew.
pub(super) fn follow(
    ledger: Arc<dyn Ledger>,
    mut range: Range,
    batches: Batches,
    closed: impl Future<Output = ()> + Send,
) -> impl Future<Output = ()> + Send {
    let mut head = ledger.watch();
    // Of this moment, and not of the one in which the work begins.
    let epoch = head.borrow().epoch;
    let follows = async move {
        loop {
            let now = *head.borrow_and_update();
            if now.epoch != epoch {
                let shared = ledger.epochs().await.ok().and_then(|epochs| epochs.shared(epoch));
                let at = shared.unwrap_or(0).min(now.position);
                let changed = Failure::EpochChanged(Diverged { now: now.epoch, at });
                // Nobody has to be there to hear it.
                let _unread = batches.send(Err(changed.into())).await;
                return;
            }
            range.through = now.position;
            if !through(&*ledger, &mut range, &batches).await {
                return;
            }
            tokio::select! {
                changed = head.changed() => if changed.is_err() { return },
                () = batches.closed() => return,
            }
        }
    };
    async move {
        tokio::select! {
            () = follows => {}
            () = closed => {}
        }
    }
}

/// Sends the batches up to the end of the range; `false` when nobody takes them or they cannot be read.
async fn through(ledger: &dyn Ledger, range: &mut Range, batches: &Batches) -> bool {
    while range.after < range.through && range.limit > 0 {
        let next = step(ledger, range).await;
        let failed = next.is_err();
        if batches.send(next.map_err(Status::from)).await.is_err() || failed {
            return false;
        }
    }
    true
}

async fn step(ledger: &dyn Ledger, range: &mut Range) -> Result<Page, Failure> {
    let wanted = (range.through - range.after).min(RANGE_BATCH as u64);
    let searched = if range.filter == Filter::default() { wanted.min(range.limit) } else { wanted };
    let searched = usize::try_from(searched).expect("no more than a batch");
    let mut page = ledger.read(range.after, &range.filter, searched).await?;
    if page.through <= range.after {
        // The range does not go beyond the head: a ledger that ends here has lost something.
        return Err(ReadError::Corrupt("the ledger ended before its head").into());
    }
    // Past the end of the range lies what was recorded since; the caller did not ask for it.
    let most = usize::try_from(range.limit).unwrap_or(usize::MAX);
    if page.entries.len() > most {
        page.entries.truncate(most);
        page.through = page.entries.last().map_or(page.through, |entry| entry.position);
    }
    range.limit -= page.entries.len() as u64;
    range.after = page.through;
    Ok(page)
}

#[cfg(test)]
mod tests {
    use concord_kernel::{Instant, LedgerId, ManualClock, SeededIds, TenantId};
    use concord_ledger::MemoryLedger;
    use tokio::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn a_range_that_closing_cut_short_does_not_look_whole() {
        let clock = Arc::new(ManualClock::starting_at(Instant::parse("2026-03-02T12:00:00Z").unwrap()));
        let id = LedgerId::clinical(TenantId::parse("demo").unwrap());
        let ledger = Arc::new(MemoryLedger::new(id, clock, Arc::new(SeededIds::new(1))));
        let (batches, mut read) = mpsc::channel(1);
        let first = ledger.read(0, &Filter::default(), 1).await.unwrap();
        batches.send(Ok(first)).await.unwrap();
        // The reader has not read yet, so the range waits to send, and then the service closes.
        let wanted = Range { after: 0, through: 9, limit: 9, filter: Filter::default() };
        let cut = range(ledger, wanted, batches, std::future::ready(()));
        let told = async {
            assert!(read.recv().await.unwrap().is_ok());
            let last = read.recv().await.unwrap().err().map(|status| status.code());
            (last, read.recv().await.is_none())
        };
        let ((), (last, ended)) = tokio::join!(cut, told);
        assert_eq!((last, ended), (Some(tonic::Code::Unavailable), true));
    }
}
