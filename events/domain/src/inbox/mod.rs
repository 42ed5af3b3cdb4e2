//! What partners told about a patient, until somebody of the program has looked at it.
//!
//! Nothing of it is on the chart: whoever reviews it records there what they take over, by the commands of the chart.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
pub(crate) mod tests;

pub use command::Command;
pub use error::Error;
pub use event::{Contribution, Event, Outcome, Topic};
pub use state::Inbox;

crate::aggregate!(Inbox, "inbox", Command, Event, Error);
