//! Where to go on: a pure function of what the stream holds and what the ledger has.

use concord_kernel::Token;

use crate::RelayError;

/// The end of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tail {
    /// The last sequence that was given out, also if that message is gone; 0 for none.
    pub(crate) sequence: u64,
    /// The event in the last message that is still there.
    pub(crate) last: Option<Token>,
}

/// What is published next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// The event after this position.
    After(u64),
    /// The events that the stream would still hold: it holds nothing of this history.
    Recent,
}

/// Decides where a ledger that stands at `head` goes on in a stream that ends with `tail`.
///
/// Epochs are ordered by time, as their identifiers are. A later one takes the stream over and begins anew; an earlier one is that
/// of a process that has not heard of a restore or a promotion.
pub(crate) fn resume(tail: &Tail, head: Token) -> Result<Start, RelayError> {
    let Some(last) = tail.last else { return Ok(Start::Recent) };
    if last.epoch > head.epoch {
        return Err(RelayError::Superseded { stream: last.epoch, own: head.epoch });
    }
    if last.epoch < head.epoch {
        return Ok(Start::Recent);
    }
    if last.position > head.position {
        return Err(RelayError::Ahead { stream: last.position, ledger: head.position });
    }
    Ok(Start::After(last.position))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn token(epoch: u128, position: u64) -> Token {
        Token { epoch: Uuid::from_u128(epoch), position }
    }

    fn after(last: Option<Token>, head: Token) -> Result<Start, RelayError> {
        resume(&Tail { sequence: 90, last }, head)
    }

    #[test]
    fn the_last_message_says_where_to_go_on_whatever_the_sequence_is() {
        assert!(matches!(after(Some(token(2, 7)), token(2, 9)), Ok(Start::After(7))));
        assert!(matches!(after(Some(token(2, 9)), token(2, 9)), Ok(Start::After(9))));
        assert!(matches!(after(None, token(2, 9)), Ok(Start::Recent)));
    }

    #[test]
    fn a_later_history_takes_over_and_an_earlier_one_does_not() {
        assert!(matches!(after(Some(token(1, 7)), token(2, 3)), Ok(Start::Recent)));
        assert!(matches!(after(Some(token(3, 1)), token(2, 9)), Err(RelayError::Superseded { .. })));
    }

    #[test]
    fn a_ledger_that_lacks_what_was_published_publishes_nothing() {
        let refused = after(Some(token(2, 10)), token(2, 9));
        assert!(matches!(refused, Err(RelayError::Ahead { stream: 10, ledger: 9 })));
    }
}
