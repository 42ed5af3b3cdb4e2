//! Who may do what to whom.
//!
//! [`Authenticator`] turns a bearer token or a certificate into an [`Identity`]; [`Policies`] decide what that identity may do. What no
//! policy permits is denied.

mod act;
mod action;
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
pub use action::Action;
pub use authenticator::{Authenticator, Tokens};
pub use claims::ClaimNames;
pub use client::{Client, Clients, InvalidName, NamedTwice, PresentedCertificate, SubjectName};
pub use concord_domain::{Relationship, Relationships};
pub use identity::{AuthError, Identity};
pub use issued::{CLOCK_SKEW, IssuedTokens, Issuer};
pub use keys::{IssuerKeys, KEYS_ASKED_EVERY, KEYS_KEPT, KeySet, KeySetError};
pub use policy::{
    DataClass, Denied, Granted, Policies, PolicyFault, PolicyFile, PolicyVersion, Ruling, SCHEMA_FILE,
};
pub use token::{InvalidKey, LocalTokens};
