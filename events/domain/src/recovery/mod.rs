//! One patient's recovery from a substance use disorder: what they used, relapses and overdoses, drug screens, the way
//! onto medication with its withdrawal gate, doses that were watched, naloxone, and how long they stay in treatment.

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
pub use state::{Evidence, Recovery};
pub use words::{
    Checkpoint, InductionEnd, NaloxoneOffer, OverdoseOutcome, ScreenLine, ScreenMethod, Setting, Source,
};

crate::aggregate!(Recovery, "recovery", Command, Event, Error);
