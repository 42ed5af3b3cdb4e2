//! The state of an audit, folded from its events.

use serde::{Deserialize, Serialize};

use super::Event;

/// What the events of an audit say now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    pub(super) recorded: bool,
}

impl Audit {
    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::AuditRecorded(_) => self.recorded = true,
        }
    }
}
