//! The state of an audit, folded from its events.

use serde::{Deserialize, Serialize};

use super::{Event, Record};

/// What the events of an audit say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    pub(super) record: Option<Record>,
    #[serde(default)]
    pub(super) shredded: bool,
}

impl Audit {
    /// Takes in one more event.
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::AuditRecorded(record) => self.record = Some(record),
            Event::SubjectShredded { .. } => self.shredded = true,
        }
    }
}
