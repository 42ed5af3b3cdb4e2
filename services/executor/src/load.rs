//! Folds a stream from the ledger.

use concord_domain::{DomainEvent, State};
use concord_kernel::StreamRef;
use concord_ledger::{Entry, Ledger};

use crate::ExecuteError;
use crate::cache::Folded;

/// Events read at once.
pub(crate) const PAGE: usize = 500;

/// Reads all of `stream` and folds it.
pub(crate) async fn load(ledger: &dyn Ledger, stream: StreamRef) -> Result<Folded, ExecuteError> {
    load_on(ledger, stream, Folded { version: 0, state: State::empty(stream.kind) }).await
}

/// Reads what `stream` has after what is `folded`, and folds it as well.
pub(crate) async fn load_on(
    ledger: &dyn Ledger,
    stream: StreamRef,
    mut folded: Folded,
) -> Result<Folded, ExecuteError> {
    loop {
        let page = ledger.read_stream(stream, folded.version, PAGE).await?;
        let last = page.len() < PAGE;
        for entry in page {
            take_in(&mut folded, &entry)?;
        }
        if last {
            return Ok(folded);
        }
    }
}

pub(crate) fn take_in(folded: &mut Folded, entry: &Entry) -> Result<(), ExecuteError> {
    if entry.version != folded.version + 1 {
        return Err(ExecuteError::Corrupt("a stream has a hole"));
    }
    if entry.is_shredded() {
        return Err(ExecuteError::Shredded);
    }
    folded.state.apply(DomainEvent::decode(entry.stream.kind, &entry.payload)?);
    folded.version = entry.version;
    Ok(())
}
