//! Visits of one stay and how often they come.

mod command;
mod decide;
mod error;
mod event;
mod stability;
mod state;
#[cfg(test)]
mod tests;
mod words;

pub use command::Command;
pub use error::Error;
pub use event::Event;
pub use stability::Condition;
pub use state::FollowUp;
pub use words::{Cadence, Modality, VisitKind};

crate::aggregate!(FollowUp, "follow_up", crate::InEpisode<Command>, Event, Error);
