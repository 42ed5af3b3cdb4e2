//! What auditors ask: proofs of the log, and the record as it was. Whoever looks at records is put on record first.

mod decode;
mod export;
mod handler;
mod known;
mod moment;
mod proofs;
mod record;
mod replay;

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use tokio::sync::Semaphore;

use crate::Door;
use crate::limits::AUDITS;

/// Answers the calls of `AuditService`.
pub(crate) struct Audits {
    door: Door,
    /// Audits that may run at once.
    places: Arc<Semaphore>,
    /// How many looks this process was asked for.
    looks: AtomicU64,
}

impl Audits {
    pub(crate) fn new(door: Door) -> Self {
        Self { door, places: Arc::new(Semaphore::new(AUDITS)), looks: AtomicU64::new(0) }
    }
}
