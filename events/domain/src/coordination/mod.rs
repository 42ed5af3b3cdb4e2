//! How those who treat one patient in different places keep in step: what of the plan was passed on and on what basis,
//! what came from outside, who was asked and what they said, which decisions stood against each other and who changes
//! what, and up to where each has seen what changed.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod words;

pub use command::Command;
pub use error::Error;
pub use event::Event;
pub use state::Coordination;
pub use words::{ConflictResolution, SharedPart, SharingBasis, UpdateKind, Urgency};

crate::aggregate!(Coordination, "coordination", Command, Event, Error);
