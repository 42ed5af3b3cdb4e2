//! What is on record about looking after records: who looked for an audit or evaluation, what for, and what becomes of what
//! they took with them; and whose record was destroyed.
//!
//! Source: 42 CFR 2.53 (audit and evaluation), 2.16 (security of what was taken), 45 CFR 164.512(d).

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
pub(crate) mod tests;

pub use command::Command;
pub use error::Error;
pub use event::{Basis, Event, Inquiry, Record};
pub use state::Audit;

crate::aggregate!(Audit, "audit", Command, Event, Error);
