//! Reads ahead of the client, a bounded number of batches.

use std::sync::Arc;

use concord_ledger::{Filter, Ledger, Page};
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

/// Sends what `range` wants, in batches; ends early when the reader has left.
pub(super) async fn range(ledger: Arc<dyn Ledger>, mut range: Range, batches: Sender<Result<Page, Status>>) {
    while range.after < range.through && range.limit > 0 {
        let next = step(&*ledger, &mut range).await;
        let failed = next.is_err();
        if batches.send(next.map_err(Status::from)).await.is_err() || failed {
            return;
        }
    }
}

/// Sends what `range` wants and then whatever comes, until the reader has left.
pub(super) async fn follow(ledger: Arc<dyn Ledger>, mut range: Range, batches: Sender<Result<Page, Status>>) {
    let mut head = ledger.watch();
    loop {
        range.through = head.borrow_and_update().position;
        while range.after < range.through {
            let next = step(&*ledger, &mut range).await;
            let failed = next.is_err();
            if batches.send(next.map_err(Status::from)).await.is_err() || failed {
                return;
            }
        }
        tokio::select! {
            changed = head.changed() => if changed.is_err() { return },
            () = batches.closed() => return,
        }
    }
}

async fn step(ledger: &dyn Ledger, range: &mut Range) -> Result<Page, Failure> {
    let wanted = (range.through - range.after).min(RANGE_BATCH as u64);
    let searched = if range.filter == Filter::default() { wanted.min(range.limit) } else { wanted };
    let searched = usize::try_from(searched).expect("no more than a batch");
    let mut page = ledger.read(range.after, &range.filter, searched).await?;
    // Past the end of the range lies what was recorded since; the caller did not ask for it.
    let most = usize::try_from(range.limit).unwrap_or(usize::MAX);
    if page.entries.len() > most {
        page.entries.truncate(most);
        page.through = page.entries.last().map_or(page.through, |entry| entry.position);
    }
    range.limit -= page.entries.len() as u64;
    range.after = page.through.max(range.after + 1);
    Ok(page)
}
