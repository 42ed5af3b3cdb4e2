//! What happens when a time has come: the service records it, sends it or starts it itself, once.
//!
//! A timer is a row of the view `timers`, so it is as durable as the log that the view is folded from. When its time has
//! come, the timekeeper issues the command that records it, under an identifier that is derived from what the timer is
//! about. So whatever happens between the command and the row that leaves the view (a crash, a view that is behind, a
//! second timekeeper that takes over or never went away) the command is the same command, and takes effect once. No lease
//! is needed for that; one saves work, and notices that come twice. The domain judges each command anew, so a timer that wakes up late changes nothing any more.
//!
//! A reminder goes out through a [`Notifier`] before it is recorded as sent: it may be delivered twice, under one
//! identifier, and is never lost.

mod command;
mod meter;
mod notifier;
mod outbox;
#[cfg(test)]
mod tests;
mod timekeeper;

pub use notifier::{Notice, Notifier, NotifyError, Recipient};
pub use outbox::Outbox;
pub use timekeeper::{Timekeeper, TimekeeperError};
