//! Fixtures that own real servers, and the words in which tests speak to them.

mod intake;
mod process;

pub use intake::{Intake, episode, fresh, now, today};
pub use process::{Concord, Ended, Person, run};
