//! What happens when a deadline passes: the service records it itself, once.
//!
//! A timer is a row of the view `timers`, so it is as durable as the log that the view is folded from. When its
//! deadline has passed, the timekeeper issues the command that records it, under an identifier that is derived from what
//! the deadline is about. So whatever happens between the command and the row that leaves the view (a crash, a view that
//! is behind, a second timekeeper that takes over or never went away) the command is the same command, and takes effect
//! once. No lease is needed for that.

mod command;
#[cfg(test)]
mod tests;
mod timekeeper;

pub use timekeeper::{Timekeeper, TimekeeperError};
