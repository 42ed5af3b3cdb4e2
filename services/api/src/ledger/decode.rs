//! Messages to filters.

use std::str::FromStr;

use concord_kernel::{StreamKind, Token};
use concord_ledger::{Filter, Ledger, locate};
use uuid::Uuid;

use crate::field::{list, optional_id, token};
use crate::limits::FILTER_NAMES;
use crate::{Failure, Invalid};

/// Longest stored name of an event.
const NAME_LENGTH: usize = 80;

pub(crate) fn filter(stream_types: Vec<String>, event_types: Vec<String>) -> Result<Filter, Invalid> {
    let kind = |text: String| {
        StreamKind::from_str(&text).map_err(|_| Invalid::new("", "must be a kind of stream, such as episode"))
    };
    Ok(Filter {
        kinds: list("stream_types", stream_types, StreamKind::ALL.len(), kind)?,
        event_types: list("event_types", event_types, FILTER_NAMES, |name| token("", name, NAME_LENGTH))?,
    })
}

/// Insists that a position is of the history of `ledger`, when it is said which one it is of.
pub(crate) async fn same_history(ledger: &dyn Ledger, epoch: &str, position: u64) -> Result<(), Failure> {
    if let Some(epoch) = optional_id::<Uuid>("epoch", epoch, |id| id)? {
        locate(ledger, Token { epoch, position }).await?;
    }
    Ok(())
}
