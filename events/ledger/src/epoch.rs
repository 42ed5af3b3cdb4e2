//! Epochs: when a history has gone back, what is recorded next belongs to a new one, so that no place means two things.

use concord_kernel::{Instant, Token};
use uuid::Uuid;

use crate::merkle::Hash;
use crate::{Ledger, ReadError};

/// A stretch of a ledger's history in which it never went back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch {
    /// Which.
    pub id: Uuid,
    /// The position after which it began: up to here it shares its history with the one before it. 0 for the first.
    pub after: u64,
    /// When it began.
    pub began_at: Instant,
}

/// The epochs of a ledger, oldest first; the last one is the present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Epochs {
    before: Vec<Epoch>,
    now: Epoch,
}

/// A place is not, or not any more, in the ledger's history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the place is of another history, which is the same as this one up to position {at} at most")]
pub struct Diverged {
    /// The present epoch.
    pub now: Uuid,
    /// How far the history that was named is the present one; 0 when nothing is known of it.
    pub at: u64,
}

/// Why a place cannot be found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LocateError {
    /// It is of another history.
    #[error(transparent)]
    Diverged(#[from] Diverged),
    /// The ledger cannot be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// How far a ledger was served, as somebody outside of its store remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The last place that is remembered.
    pub token: Token,
    /// Leaf hash of the event there; [`crate::NO_LEAF`] for an empty ledger.
    pub leaf: Hash,
}

/// What beginning an epoch came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Where the history ended before, in its epoch.
    pub was: Token,
    /// The same place in the new epoch.
    pub now: Token,
}

impl Epochs {
    /// Takes up epochs in their order; `None` when they cannot be those of one ledger: there is at least one, the first
    /// begins at 0, none begins before the one before it, and none stands twice.
    pub fn of(epochs: Vec<Epoch>) -> Option<Self> {
        let ordered = epochs.is_sorted_by_key(|epoch| epoch.after) && epochs.first()?.after == 0;
        let mut ids: Vec<_> = epochs.iter().map(|epoch| epoch.id).collect();
        ids.sort_unstable();
        ids.dedup();
        let differ = ids.len() == epochs.len();
        let mut before = epochs;
        let now = before.pop()?;
        (ordered && differ).then_some(Self { before, now })
    }

    /// The epochs of a ledger whose history never went back.
    pub const fn only(now: Epoch) -> Self {
        Self { before: Vec::new(), now }
    }

    /// The present one.
    pub const fn now(&self) -> Epoch {
        self.now
    }

    /// All of them, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Epoch> {
        self.before.iter().chain(std::iter::once(&self.now))
    }

    /// These and one more that begins where the history ends now.
    #[must_use]
    pub fn followed_by(self, next: Epoch) -> Self {
        let mut before = self.before;
        before.push(self.now);
        Self { before, now: next }
    }

    /// Up to which position the history of `epoch` is the present one: all of it for the present one, `None` for one
    /// that nobody knows.
    pub fn shared(&self, epoch: Uuid) -> Option<u64> {
        let mut later = self.iter().skip_while(|known| known.id != epoch);
        later.next()?;
        Some(later.next().map_or(u64::MAX, |next| next.after))
    }

    /// Whether `token` is a place in the history that ends at `head` now.
    ///
    /// # Errors
    ///
    /// [`Diverged`] when it is after the place where its epoch ended, after the end of the history, or of an epoch that
    /// nobody knows.
    pub fn judge(&self, token: Token, head: u64) -> Result<(), Diverged> {
        let shared = self.shared(token.epoch).map_or(0, |shared| shared.min(head));
        let known = self.iter().any(|epoch| epoch.id == token.epoch);
        if known && token.position <= shared {
            Ok(())
        } else {
            Err(Diverged { now: self.now.id, at: shared })
        }
    }
}

/// Finds a place that somebody was given once, in the present history of `ledger`.
///
/// # Errors
///
/// See [`LocateError`]. A place after the end of the history is [`LocateError::Diverged`] as well: it was given when the
/// history went further.
pub async fn locate(ledger: &dyn Ledger, token: Token) -> Result<Token, LocateError> {
    let known = *ledger.watch().borrow();
    if token.epoch == known.epoch && token.position <= known.position {
        return Ok(token);
    }
    // Another process may have been further on: this asks the store.
    let head = ledger.head().await?.token;
    ledger.epochs().await?.judge(token, head.position)?;
    Ok(Token { epoch: head.epoch, ..token })
}

/// What of a remembered place is there again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// All of it, or somebody has acknowledged that it is not.
    Yes,
    /// The history ends before it, is another one there, or is of an epoch that came before.
    No,
}

impl Seen {
    /// Whether what was served is still there. `leaf` is the hash of the event at the remembered position now, if there is
    /// one.
    pub(crate) fn kept(&self, epochs: &Epochs, head: u64, leaf: Option<Hash>) -> Kept {
        let present = epochs.now().id == self.token.epoch;
        let there = self.token.position == 0 || leaf == Some(self.leaf);
        let acknowledged = !present && epochs.shared(self.token.epoch).is_some();
        if acknowledged || (present && self.token.position <= head && there) { Kept::Yes } else { Kept::No }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Uuid = Uuid::from_u128(1);
    const SECOND: Uuid = Uuid::from_u128(2);
    const THIRD: Uuid = Uuid::from_u128(3);

    fn epoch(id: Uuid, after: u64) -> Epoch {
        Epoch { id, after, began_at: Instant::parse("2026-01-05T08:00:00Z").unwrap() }
    }

    fn went_back() -> Epochs {
        Epochs::of(vec![epoch(FIRST, 0), epoch(SECOND, 100), epoch(THIRD, 100)]).unwrap()
    }

    fn at(epoch: Uuid, position: u64) -> Token {
        Token { epoch, position }
    }

    #[test]
    fn a_place_holds_up_to_where_the_next_epoch_began() {
        let epochs = went_back();
        for (place, judged) in [
            (at(FIRST, 100), Ok(())),
            (at(FIRST, 101), Err(Diverged { now: THIRD, at: 100 })),
            (at(SECOND, 100), Ok(())),
            (at(SECOND, 101), Err(Diverged { now: THIRD, at: 100 })),
            (at(THIRD, 130), Ok(())),
        ] {
            assert_eq!(epochs.judge(place, 130), judged, "{place:?}");
        }
    }

    #[test]
    fn a_place_after_the_end_is_of_a_history_that_went_further() {
        assert_eq!(went_back().judge(at(THIRD, 131), 130), Err(Diverged { now: THIRD, at: 130 }));
    }

    #[test]
    fn nothing_is_known_of_an_unknown_epoch() {
        let unknown = at(Uuid::from_u128(9), 0);
        assert_eq!(went_back().judge(unknown, 130), Err(Diverged { now: THIRD, at: 0 }));
    }

    #[test]
    fn epochs_that_cannot_be_of_one_ledger_are_refused() {
        assert_eq!(Epochs::of(Vec::new()), None);
        assert_eq!(Epochs::of(vec![epoch(FIRST, 1)]), None);
        assert_eq!(Epochs::of(vec![epoch(FIRST, 0), epoch(FIRST, 4)]), None);
        assert_eq!(Epochs::of(vec![epoch(FIRST, 0), epoch(SECOND, 4), epoch(THIRD, 3)]), None);
    }

    #[test]
    fn what_was_served_is_kept_only_with_the_same_event_at_its_end() {
        let epochs = went_back();
        let seen = |epoch, position| Seen { token: at(epoch, position), leaf: [7; 32] };
        assert_eq!(seen(THIRD, 120).kept(&epochs, 130, Some([7; 32])), Kept::Yes);
        assert_eq!(seen(THIRD, 120).kept(&epochs, 130, Some([8; 32])), Kept::No, "others went on instead");
        assert_eq!(seen(THIRD, 131).kept(&epochs, 130, None), Kept::No, "it went back");
        assert_eq!(seen(FIRST, 120).kept(&epochs, 130, None), Kept::Yes, "somebody has acknowledged it");
        let unknown = seen(Uuid::from_u128(9), 1);
        assert_eq!(unknown.kept(&epochs, 130, Some([7; 32])), Kept::No, "a copy from before that epoch");
    }
}
