//! Events on their way to their effects.

use std::collections::HashSet;

use concord_proto::concord::ledger::v1::StoredEvent;
use uuid::Uuid;

use super::settings::Interest;
use super::{Batch, Cursor, Deed};

/// Events that follow each other, and what is known of their streams.
#[derive(Debug)]
pub(super) struct Pending {
    from: Cursor,
    to: Cursor,
    wanted: Vec<StoredEvent>,
}

impl Pending {
    /// Nothing yet, behind `from`.
    pub(super) const fn after(from: Cursor) -> Self {
        Self { from, to: from, wanted: Vec::new() }
    }

    /// Where the cursor will be.
    pub(super) const fn to(&self) -> Cursor {
        self.to
    }

    pub(super) fn is_empty(&self) -> bool {
        self.from == self.to
    }

    /// Takes the next event; what nobody is interested in moves the cursor alone.
    pub(super) fn push(&mut self, event: StoredEvent, interest: &Interest) {
        self.to.position = event.position;
        if interest.wants(&event) {
            self.wanted.push(event);
        }
    }

    /// What is to be done, while events of `parked` streams are parked.
    pub(super) fn batch(&self, parked: &HashSet<Uuid>) -> Batch {
        let deed = |event: &StoredEvent| {
            if parked.contains(&stream(event)) {
                Deed::Park(event.clone())
            } else {
                Deed::Take(event.clone())
            }
        };
        Batch { from: self.from, events: self.wanted.iter().map(deed).collect(), to: self.to }
    }

    /// The events up to one that was refused, and what is to be tried when they are done: a refused event is parked by
    /// itself, so that those of its stream before it have their effects.
    pub(super) fn split(self, refused: u64) -> (Self, Self) {
        let edge = Cursor { position: refused.saturating_sub(1).max(self.from.position), ..self.from };
        let (before, from_it) = self.wanted.into_iter().partition(|event| event.position < refused);
        (
            Self { from: self.from, to: edge, wanted: before },
            Self { from: edge, to: self.to, wanted: from_it },
        )
    }

    /// Whether the event at `position` is one of these and its stream is not parked yet.
    pub(super) fn can_park(&self, position: u64, parked: &HashSet<Uuid>) -> bool {
        self.stream_of(position).is_some_and(|stream| !parked.contains(&stream))
    }

    /// The stream of the event at `position`, if it is one of these.
    pub(super) fn stream_of(&self, position: u64) -> Option<Uuid> {
        self.wanted.iter().find(|event| event.position == position).map(stream)
    }
}

/// The stream of an event. What is not a UUID is parked together.
fn stream(event: &StoredEvent) -> Uuid {
    Uuid::from_slice(&event.stream_id).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn event(position: u64, stream: u128, kind: &str) -> StoredEvent {
        let stream_id = Bytes::copy_from_slice(Uuid::from_u128(stream).as_bytes());
        StoredEvent { position, stream_id, stream_type: kind.to_owned(), ..StoredEvent::default() }
    }

    fn pending() -> Pending {
        let mut pending = Pending::after(Cursor { epoch: Uuid::nil(), position: 4 });
        let scales = Interest::streams(["scales"]);
        for (position, stream, kind) in
            [(5, 1, "scales"), (6, 2, "scales"), (7, 1, "scales"), (8, 1, "episode")]
        {
            pending.push(event(position, stream, kind), &scales);
        }
        pending
    }

    fn positions(batch: &Batch) -> (u64, Vec<u64>, Vec<u64>, u64) {
        let of = |park: bool| {
            let those = batch.events.iter().filter(|deed| matches!(deed, Deed::Park(_)) == park);
            those.map(|deed| deed.event().position).collect()
        };
        (batch.from.position, of(false), of(true), batch.to.position)
    }

    #[test]
    fn the_cursor_moves_over_what_nobody_is_interested_in() {
        assert_eq!(positions(&pending().batch(&HashSet::new())), (4, vec![5, 6, 7], vec![], 8));
        let nothing = Interest::streams(["ruleset"]);
        let mut none = Pending::after(Cursor { epoch: Uuid::nil(), position: 4 });
        none.push(event(5, 1, "scales"), &nothing);
        assert_eq!(positions(&none.batch(&HashSet::new())), (4, vec![], vec![], 5));
        assert!(!none.is_empty());
    }

    #[test]
    fn a_refused_event_parks_its_stream_from_there_on_and_no_other() {
        let (before, from_it) = pending().split(7);
        assert_eq!(positions(&before.batch(&HashSet::new())), (4, vec![5, 6], vec![], 6));
        let parked = HashSet::from([from_it.stream_of(7).unwrap()]);
        assert_eq!(positions(&from_it.batch(&parked)), (6, vec![], vec![7], 8));
        let (before, from_it) = pending().split(5);
        assert!(before.is_empty());
        let parked = HashSet::from([from_it.stream_of(5).unwrap()]);
        assert_eq!(positions(&from_it.batch(&parked)), (4, vec![6], vec![5, 7], 8));
    }
}
