//! Fixtures that own real servers, and the words in which tests speak to them.

mod intake;
mod issuer;
mod process;
mod raw;

pub use intake::{Intake, episode, fresh, now, today};
pub use issuer::{Issuer, SigningKey, key_set};
pub use process::{Concord, Ended, Person, run};
pub use raw::Raw;
