//! One command at a time touches a stream in this process.

use std::hash::{BuildHasher, RandomState};

use concord_kernel::StreamRef;
use tokio::sync::{Mutex, MutexGuard};

/// Locks that streams are spread over. Two streams on one lock only wait for each other; with some hundred
/// commands in flight that is rare.
const GATES: usize = 16_384;

/// The locks.
pub(crate) struct Gates {
    locks: Box<[Mutex<()>]>,
    hasher: RandomState,
}

impl Gates {
    /// All open.
    pub(crate) fn new() -> Self {
        Self { locks: (0..GATES).map(|_| Mutex::new(())).collect(), hasher: RandomState::new() }
    }

    /// Waits until nobody in this process touches `stream`.
    pub(crate) async fn enter(&self, stream: StreamRef) -> MutexGuard<'_, ()> {
        self.of(stream).lock().await
    }

    /// Enters when nobody touches `stream` now.
    pub(crate) fn try_enter(&self, stream: StreamRef) -> Option<MutexGuard<'_, ()>> {
        self.of(stream).try_lock().ok()
    }

    fn of(&self, stream: StreamRef) -> &Mutex<()> {
        let hash = self.hasher.hash_one(stream);
        let index = usize::try_from(hash % GATES as u64).expect("less than GATES");
        &self.locks[index]
    }
}
