//! The state of a follow-up plan, folded from its events.

use serde::{Deserialize, Serialize};

use super::Event;
/// What the events of a follow-up plan say now.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FollowUp {}

impl FollowUp {
    /// Takes in one more event.
    #[expect(clippy::needless_pass_by_value, reason = "the fold owns what it takes in")]
    pub(crate) fn fold(&mut self, event: Event) {
        let _ = event;
    }
}
