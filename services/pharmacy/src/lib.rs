//! Between prescriptions and pharmacies.
//!
//! The ledger is the outbox: [`Outbox`] folds the events of prescriptions into the messages that are owed, [`Relay`] hands
//! them to a [`PharmacyNetwork`] and records what comes back. Nothing is kept beside the ledger, so nothing can disagree
//! with it: after a restart at any point, what was not recorded is sent again. That is safe because a message has one id
//! for ever, and everything that is recorded is a command whose id follows from the message.

mod message;
mod meter;
mod network;
mod outbox;
mod relay;
mod test_network;
#[cfg(test)]
mod tests;

pub use message::{Body, Decision, Incoming, NewRx, Outgoing, Said};
pub use network::{NetworkError, PharmacyNetwork};
pub use outbox::Outbox;
pub use relay::{Fault, Options, Relay};
pub use test_network::{Conduct, Point, TestNetwork};
