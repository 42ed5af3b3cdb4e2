//! Who may do what to whom, decided by policies that people can read.
//!
//! The policies of `deploy/policies` are Cedar. They are checked against their schema and evaluated once, for every role,
//! act or question, purpose and relationship, into a table; a decision is a look into it. What no policy permits is denied,
//! and a policy that forbids stands above those that permit.

mod cells;
mod classes;
mod decision;
mod fault;
mod files;
mod matrix;
mod policies;
#[cfg(test)]
mod tests;

pub use classes::DataClass;
pub use decision::{Denied, Granted, Ruling};
pub use fault::PolicyFault;
pub use files::{PolicyFile, SCHEMA_FILE};
pub use policies::{Policies, PolicyVersion};
