//! Who reached a patient's record in an emergency without being on the care team, what for, and what came of it.
//!
//! Source: 45 CFR 164.312(a)(2)(ii) (emergency access procedure); 42 CFR 2.51 (medical emergencies).

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::Command;
pub use error::Error;
pub use event::{BrokenGlass, Event, Finding};
pub use state::Access;

crate::aggregate!(Access, "access", Command, Event, Error);
