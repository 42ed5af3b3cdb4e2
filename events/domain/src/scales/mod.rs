//! One patient's scores, what they say against baseline, and the risks they raise.

mod command;
mod decide;
mod error;
mod event;
mod scoring;
mod state;
#[cfg(test)]
mod tests;

pub use command::{AdministrationMode, Command};
pub use error::Error;
pub use event::{Event, RiskLevel};
pub use state::{Scales, Withdrawal};

crate::aggregate!(Scales, "scales", Command, Event, Error);
