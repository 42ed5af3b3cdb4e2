//! Who may sign controlled prescriptions: a right that two people give, and one takes away.
//!
//! Whoever runs the program proposes it; a DEA registrant confirms it with two factors. The registrant may be the one whom
//! it is for, because a program may have no other; whoever proposed it never is. It ends with the registration that it rests
//! on, and at once when somebody revokes it.
//!
//! It is one stream a ledger and concerns no patient. A signature reads it, so that a right that is revoked signs nothing
//! more, and of a signature and a revocation that race one comes first.
//!
//! Source: 21 CFR 1311.125 (access control is set by two individuals, one a registrant with two factors; when it is
//! revoked), 1311.130 (the same in institutions).

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;

pub use command::Command;
pub use error::Error;
pub use event::{Cause, Event, Proposal};
pub use state::{InForce, SigningRights};

crate::aggregate!(SigningRights, "signing_rights", Command, Event, Error);
