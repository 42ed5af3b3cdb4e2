//! The assessment of a stay and the decision whether medication is indicated.

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
pub use state::Assessment;
pub use words::Section;

crate::aggregate!(Assessment, "assessment", crate::InEpisode<Command>, Event, Error);
