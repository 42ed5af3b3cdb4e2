//! What a partner takes: the terms of a subscription, and what was disclosed on it.
//!
//! Terms are in the clinical ledger, where they stand beside the consents that they are judged by. What was disclosed
//! is in the ledger of access, as events of the same stream: 42 CFR 2.25, 45 CFR 164.528.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
pub(crate) mod tests;

pub use command::Command;
pub use error::Error;
pub use event::{Delivery, Event, PayloadChoice, Subscription, ToldEnd};
pub use state::Feed;

crate::aggregate!(Feed, "feed", Command, Event, Error);
