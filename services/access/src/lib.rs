//! Who may do what to whom.
//!
//! [`Authenticator`] turns a bearer token or a certificate into an [`Identity`]; [`permit_command`] and [`permit_query`] decide what
//! that identity may do, as pure functions over a table of roles. What is not granted is denied.

mod act;
mod authenticator;
mod claims;
mod client;
#[cfg(test)]
mod confusion;
mod identity;
mod issued;
mod keys;
mod policy;
#[cfg(test)]
mod tests;
mod token;

pub use act::{Act, Question};
pub use authenticator::{Authenticator, Tokens};
pub use claims::ClaimNames;
pub use client::{Client, Clients, InvalidName, NamedTwice, PresentedCertificate, SubjectName};
pub use identity::{AuthError, Identity};
pub use issued::{CLOCK_SKEW, IssuedTokens, Issuer};
pub use keys::{IssuerKeys, KEYS_ASKED_EVERY, KEYS_KEPT, KeySet, KeySetError};
pub use policy::{Denied, permit_act, permit_command, permit_query};
pub use token::{InvalidKey, LocalTokens};
