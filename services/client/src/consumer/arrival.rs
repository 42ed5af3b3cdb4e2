//! What a message is to somebody who stands at a cursor: a pure decision.

use async_nats::HeaderMap;
use bytes::Bytes;
use concord_proto::concord::ledger::v1::StoredEvent;
use concord_proto::feed;
use prost::Message;
use uuid::Uuid;

/// Up to where effects are made: a place in a history of the ledger. Epochs of later histories are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Which history.
    pub epoch: Uuid,
    /// Last event whose effects are made; 0 before the first.
    pub position: u64,
}

/// An event that JetStream delivered.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arrival {
    pub(super) at: Cursor,
    /// Position of the event before it.
    pub(super) previous: u64,
    pub(super) event: StoredEvent,
}

/// What an arrival is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Its effects are made, or it is of a history that is over.
    Past,
    /// Its effects are made next.
    Next,
    /// Events up to this position come before it and have not arrived.
    Gap(u64),
    /// It is of a later history, or the first of any.
    NewHistory,
}

/// Which event a message holds, and which was before it.
pub(super) fn mark(headers: &HeaderMap) -> Option<(Cursor, u64)> {
    let epoch = headers.get(feed::EPOCH)?.as_str().parse().ok()?;
    let position = headers.get(feed::POSITION)?.as_str().parse().ok()?;
    let previous = headers.get(feed::PREVIOUS)?.as_str().parse().ok()?;
    (previous < position).then_some((Cursor { epoch, position }, previous))
}

impl Arrival {
    /// Reads a message; `None` when it is not the relay's.
    pub(super) fn read(headers: Option<&HeaderMap>, payload: Bytes) -> Option<Self> {
        let (at, previous) = mark(headers?)?;
        let event = StoredEvent::decode(payload).ok()?;
        (event.position == at.position).then_some(Self { at, previous, event })
    }

    /// Whether the message does not say what happened: it is sealed, and read from the ledger by who may.
    pub(super) fn is_withheld(&self) -> bool {
        self.event.payload.is_empty() && !self.event.sealed.is_empty()
    }

    /// Decides what it is to somebody at `cursor`.
    pub(super) fn place(&self, cursor: Option<Cursor>) -> Place {
        let Some(cursor) = cursor else { return Place::NewHistory };
        if self.at.epoch > cursor.epoch {
            return Place::NewHistory;
        }
        if self.at.epoch < cursor.epoch || self.at.position <= cursor.position {
            return Place::Past;
        }
        if self.previous > cursor.position { Place::Gap(self.previous) } else { Place::Next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(epoch: u128, position: u64) -> Cursor {
        Cursor { epoch: Uuid::from_u128(epoch), position }
    }

    fn arrival(epoch: u128, position: u64, previous: u64) -> Arrival {
        Arrival { at: at(epoch, position), previous, event: StoredEvent::default() }
    }

    #[test]
    fn what_was_seen_is_past_and_what_follows_is_next() {
        assert_eq!(arrival(1, 5, 4).place(Some(at(1, 4))), Place::Next);
        assert_eq!(arrival(1, 5, 4).place(Some(at(1, 5))), Place::Past);
        assert_eq!(arrival(1, 5, 4).place(Some(at(1, 900))), Place::Past);
    }

    #[test]
    fn a_hole_is_seen_by_the_position_before() {
        assert_eq!(arrival(1, 5, 4).place(Some(at(1, 2))), Place::Gap(4));
        assert_eq!(arrival(1, 9, 4).place(Some(at(1, 4))), Place::Next, "a feed may leave out positions");
    }

    #[test]
    fn a_later_history_begins_and_an_earlier_one_is_over() {
        assert_eq!(arrival(2, 1, 0).place(Some(at(1, 7))), Place::NewHistory);
        assert_eq!(arrival(1, 8, 7).place(Some(at(2, 0))), Place::Past);
        assert_eq!(arrival(1, 1, 0).place(None), Place::NewHistory);
    }

    #[test]
    fn what_is_not_the_relays_is_not_read() {
        let mut headers = HeaderMap::new();
        assert_eq!(Arrival::read(Some(&headers), Bytes::new()), None);
        headers.insert(feed::EPOCH, Uuid::from_u128(1).to_string());
        headers.insert(feed::POSITION, "5");
        headers.insert(feed::PREVIOUS, "4");
        let event = StoredEvent { position: 5, ..StoredEvent::default() };
        let read = |position| {
            let event = StoredEvent { position, ..event.clone() };
            Arrival::read(Some(&headers), event.encode_to_vec().into())
        };
        assert!(read(5).is_some());
        assert_eq!(read(6), None, "the header and the event contradict each other");
        headers.insert(feed::PREVIOUS, "5");
        assert_eq!(Arrival::read(Some(&headers), event.encode_to_vec().into()), None);
    }
}
