//! What may be asked of the inbox.

use concord_kernel::{ContributionId, Text};

use super::{Contribution, Outcome};

/// A request about what partners tell.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Take in what a partner tells.
    Receive {
        /// The new contribution; must never have been used.
        contribution: ContributionId,
        /// What they tell.
        told: Box<Contribution>,
    },
    /// Say what the program made of it.
    Review {
        /// Which.
        contribution: ContributionId,
        /// Whether it was taken over.
        outcome: Outcome,
        /// What follows from it.
        note: Text,
    },
}
