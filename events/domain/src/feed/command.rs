//! What may be asked of a subscription.

use concord_kernel::{SubscriptionId, Text};

use super::Subscription;

/// A request about what a partner takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Let a partner subscribe.
    Open {
        /// The new subscription; must never have been used.
        subscription: SubscriptionId,
        /// What they take, and what for.
        terms: Box<Subscription>,
    },
    /// Let nothing more go to them on it.
    Close {
        /// Which.
        subscription: SubscriptionId,
        /// Why.
        reason: Text,
    },
}

impl Command {
    /// Which subscription it is about.
    pub const fn subscription(&self) -> SubscriptionId {
        match self {
            Self::Open { subscription, .. } | Self::Close { subscription, .. } => *subscription,
        }
    }
}
