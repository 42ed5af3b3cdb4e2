//! The state of a subscription, folded from its events.

use serde::{Deserialize, Serialize};

use super::Event;

/// What the events of a subscription say now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    pub(super) stage: Stage,
}

/// How far it has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Stage {
    /// Nobody has opened it.
    #[default]
    None,
    /// A partner may subscribe.
    Open,
    /// It is over.
    Closed,
}

impl Feed {
    /// Takes in one more event.
    #[expect(clippy::needless_pass_by_value, reason = "in the form in which every aggregate folds")]
    pub(crate) fn fold(&mut self, event: Event) {
        match event {
            Event::SubscriptionOpened { .. } => self.stage = Stage::Open,
            Event::SubscriptionClosed { .. } => self.stage = Stage::Closed,
            // They stand in another ledger and bear on no rule of this one.
            Event::MessagesDecided { .. } | Event::DisclosuresAcknowledged { .. } => {}
        }
    }
}
