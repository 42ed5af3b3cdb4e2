//! The state of the inbox, folded from its events.

use std::collections::BTreeMap;

use concord_kernel::ContributionId;
use serde::{Deserialize, Serialize};

use super::Event;

/// What the events of an inbox say now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// Each contribution, and whether it was looked at.
    pub(super) reviewed: BTreeMap<ContributionId, bool>,
}

impl Inbox {
    /// Takes in one more event.
    #[expect(clippy::needless_pass_by_value, reason = "in the form in which every aggregate folds")]
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::ContributionReceived { contribution, .. } => {
                self.reviewed.insert(contribution, false);
            }
            Event::ContributionReviewed { contribution, .. } => {
                self.reviewed.insert(contribution, true);
            }
        }
    }
}
