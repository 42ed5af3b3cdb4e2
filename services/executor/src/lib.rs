//! The command path: load, decide, append.
//!
//! A command is decided on the folded state of its stream and on facts from other streams; the append names all of
//! them as conditions, so that what was decided still holds when it commits. A lost race is decided again, a
//! bounded number of times.

mod answer;
mod cache;
mod error;
mod executor;
mod gates;
mod load;
mod metadata;
mod meter;
mod prepare;
mod request;
mod rulebook;
mod standing;
mod states;
#[cfg(test)]
mod tests;

pub use cache::CacheSize;
pub use error::ExecuteError;
pub use executor::{Executor, ExecutorOptions};
pub use metadata::{By, Metadata};
pub use request::{Receipt, Request};
pub use standing::Standing;
