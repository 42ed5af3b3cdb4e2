//! Who cares for one patient, inside the program and outside it.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::Command;
pub use error::Error;
pub use event::{Event, Member};
pub use state::CareTeam;

crate::aggregate!(CareTeam, "care_team", Command, Event, Error);
