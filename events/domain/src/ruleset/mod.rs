//! The rules that decisions are judged by, as a program publishes them: proposed with every row, signed by a pharmacist
//! and by a prescriber, published by the second signature.
//!
//! It is one stream a ledger and concerns no patient.

mod archive;
mod calendar;
mod command;
mod decide;
mod error;
mod event;
mod in_force;
mod parts;
mod state;
#[cfg(test)]
mod tests;

pub use archive::{Archive, Edition, Status, Unusable};
pub use calendar::Calendar;
pub use command::Command;
pub use error::Error;
pub use event::{Event, Signatory, Signature};
pub use in_force::InForce;
pub use state::Rulesets;

crate::aggregate!(Rulesets, "ruleset", Command, Event, Error);
