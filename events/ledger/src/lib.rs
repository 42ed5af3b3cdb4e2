//! The log: every decision as an event, in one dense order, durable before it is acknowledged, provable afterwards.
//!
//! A ledger is the unit of order. Appends are grouped: whatever waits while one transaction commits goes into the
//! next. Positions come from the ledger's head, so every reader sees exactly the prefix `1..n` at every moment.

mod append;
mod entry;
mod error;
mod store;

pub use append::{Append, Appended, Condition, Expected, NewEvent, Receipt};
pub use entry::{Entry, Filter, Head, Page};
pub use error::{AppendError, OpenError, ReadError};
pub use store::Ledger;
