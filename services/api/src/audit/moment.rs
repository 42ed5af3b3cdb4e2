//! Moments to positions.

use concord_kernel::Instant;
use concord_ledger::{Filter, Ledger, ReadError};
use concord_proto::concord::audit::v1 as pb;
use concord_proto::concord::audit::v1::moment::Moment;

use crate::field::{instant, required};
use crate::{Failure, Invalid};

/// A moment as it was asked for.
pub(super) enum At {
    Position(u64),
    Time(Instant),
}

/// Reads a moment that must be there.
pub(super) fn moment(field: &str, moment: Option<pb::Moment>) -> Result<At, Invalid> {
    let pb::Moment { moment } = required(field, moment)?;
    match required(field, moment)? {
        Moment::Position(position) => Ok(At::Position(position)),
        Moment::At(at) => instant(field, Some(at)).map(At::Time),
    }
}

/// Reads a moment that may be absent.
pub(super) fn optional_moment(field: &str, moment: Option<pb::Moment>) -> Result<Option<At>, Invalid> {
    moment.map(|moment| self::moment(field, Some(moment))).transpose()
}

impl At {
    /// The position of the last event that was recorded by then, among the first `head`; 0 before the first.
    pub(super) async fn position(self, ledger: &dyn Ledger, head: u64) -> Result<u64, Failure> {
        match self {
            Self::Position(position) => Ok(position.min(head)),
            Self::Time(at) => last_by(ledger, at, head).await,
        }
    }
}

/// Times rise with positions, so the way there is halved with each look.
async fn last_by(ledger: &dyn Ledger, at: Instant, head: u64) -> Result<u64, Failure> {
    let (mut by_then, mut later) = (0, head + 1);
    while later - by_then > 1 {
        let middle = by_then + (later - by_then) / 2;
        let page = ledger.read(middle - 1, &Filter::default(), 1).await?;
        let entry = page.entries.first().ok_or(ReadError::Corrupt("the ledger ended before its head"))?;
        if entry.recorded_at <= at {
            by_then = middle;
        } else {
            later = middle;
        }
    }
    Ok(by_then)
}
