//! Which events a stream would hold that had been there all along.

use concord_kernel::Instant;
use concord_ledger::{Filter, Ledger, ReadError};

/// The last position before `since`: the events after it are those that are recent. Times follow positions, so it is found by
/// halving.
pub(crate) async fn before(ledger: &dyn Ledger, since: Instant, head: u64) -> Result<u64, ReadError> {
    let (mut old, mut young) = (0, head + 1);
    while young - old > 1 {
        let middle = old + (young - old) / 2;
        let page = ledger.read(middle - 1, &Filter::default(), 1).await?;
        let entry = page.entries.first().ok_or(ReadError::Corrupt("an event below the head is missing"))?;
        if entry.recorded_at < since {
            old = middle;
        } else {
            young = middle;
        }
    }
    Ok(old)
}
