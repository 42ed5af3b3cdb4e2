//! One patient's side effects, from the first word of them to what was decided.

mod command;
mod deadline;
mod decide;
mod error;
mod event;
mod reporter;
mod state;
#[cfg(test)]
mod tests;
mod words;

pub use command::Command;
pub use error::Error;
pub use event::Event;
pub use state::SideEffects;
pub use words::{Decision, Grade, Outcome};

crate::aggregate!(SideEffects, "side_effects", Command, Event, Error);
