//! Deterministic synthetic cohorts, played through the public gRPC API.
//!
//! [`Cohort::generate`] writes the whole history of a made-up program as a script: clients with diagnoses and
//! courses, clinicians who answer them, in order of time. [`play`] has the script happen over a [`Gateway`]: it sets the
//! clock before each step, and answers a typed refusal as a clinician would (acknowledge, override and have it
//! co-signed, choose another drug, ask a colleague, wait). The same seed gives the same script, and played on an empty
//! ledger the same history, byte for byte. Nobody in it exists.

mod admit;
mod body;
mod cohort;
mod gateway;
mod mistakes;
mod play;
mod script;

pub use admit::{Admission, Found, admit};
pub use cohort::{Cohort, Course, PROGRAM, Profile, START, Staff};
pub use gateway::{Answered, Gateway, Refused, Remote};
pub use play::{Answer, Failed, Played, Player, Progress, Surprise, Tally, play};
pub use script::{Body, Deed, Exactly, Person, Sees, Step};

/// The names of all commands, as the API calls them.
pub use body::COMMANDS;

#[cfg(test)]
mod tests;
