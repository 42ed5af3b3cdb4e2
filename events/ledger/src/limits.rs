//! How large one append may be.

use crate::{Append, AppendError};

/// The most that one append may hold; more is [`AppendError::TooLarge`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Events.
    pub events_per_append: usize,
    /// Bytes of one event's payload.
    pub bytes_per_event: usize,
    /// Bytes of the metadata that goes with each event.
    pub metadata_bytes: usize,
    /// Bytes of the reply.
    pub reply_bytes: usize,
    /// Streams that the append depends on besides its own.
    pub conditions: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            events_per_append: 256,
            bytes_per_event: 64 * 1024,
            metadata_bytes: 16 * 1024,
            reply_bytes: 64 * 1024,
            conditions: 64,
        }
    }
}

impl Limits {
    /// Refuses an append that is larger than these.
    pub(crate) fn check(&self, append: &Append) -> Result<(), AppendError> {
        let fits = append.events.len() <= self.events_per_append
            && append.events.iter().all(|event| event.payload.len() <= self.bytes_per_event)
            && append.metadata.len() <= self.metadata_bytes
            && append.reply.len() <= self.reply_bytes
            && append.conditions.len() <= self.conditions;
        if fits { Ok(()) } else { Err(AppendError::TooLarge) }
    }
}
