//! What may be asked about timers.

use concord_kernel::Instant;
use concord_projection::{Cursor, List, Reader, ViewReadError};

use super::{Timer, Timers};

/// Timers whose time has come.
#[derive(Debug)]
pub struct Due {
    /// They, earliest first.
    pub timers: Vec<Timer>,
    /// Where the list goes on; absent when the next one's time has not come, or there is none.
    pub after: Option<Cursor>,
}

/// Reads timers whose time has come at `now`, earliest first, at most `limit`, from `after` on.
///
/// # Errors
///
/// See [`ViewReadError`].
pub async fn due(
    reader: &Reader,
    now: Instant,
    after: Option<&Cursor>,
    limit: usize,
) -> Result<Due, ViewReadError> {
    let page = reader.list::<Timers>(List::all(), after, limit).await?;
    let mut timers = Vec::new();
    for entry in page.items {
        let mut found = None;
        entry.row.each(|deadline, ring| {
            if ring.item().as_bytes() == entry.item {
                found = Some(Timer { patient: entry.key.as_patient(), deadline, ring });
            }
        });
        timers.extend(found);
    }
    let all = timers.iter().all(|timer: &Timer| timer.deadline < now);
    timers.retain(|timer| timer.deadline < now);
    let after = page.next.filter(|_| all);
    Ok(Due { timers, after })
}
