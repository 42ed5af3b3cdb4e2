//! A patient's stays in one program, from referral to discharge.

mod bridging;
mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod words;

pub use bridging::{BridgingDecision, BridgingLine};
pub use command::{Command, CriterionAnswer};
pub use error::Error;
pub use event::Event;
pub use state::Episode;
pub use words::{Criterion, Disposition, Exclusion, Interruption, Phase, Stage};

crate::aggregate!(Episode, "episode", crate::InProgram<Command>, Event, Error);
