//! The bounds of feeds, all in one place.

use std::time::Duration;

/// Events that one step of a subscription searches.
pub(crate) const SEARCHED: usize = 1_024;

/// Events that are read at once while consents are folded.
pub(crate) const FOLDED: usize = 2_000;

/// Events that are searched in vain before the cursor is put on record all the same: what a restart searches again.
pub(crate) const SEARCHED_IN_VAIN: u64 = 100_000;

/// Events of a subscription that are read at once when somebody begins to take it.
pub(crate) const PAST: usize = 500;

/// Contributions that are kept at hand until somebody has looked at them.
pub(crate) const WAITING: usize = 10_000;

/// Messages leave at these times and at no other, counted from when somebody subscribed: how long it took to search past
/// what is withheld does not show.
pub const TICK: Duration = Duration::from_millis(20);

/// A checkpoint leaves this often, counted from when somebody subscribed, whatever else happens.
pub const CHECKPOINT_EVERY: Duration = Duration::from_secs(5);
