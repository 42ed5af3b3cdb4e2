//! Who may do what to whom.
//!
//! [`Authenticator`] turns a bearer token into an [`Identity`]; [`Policies`] decide what that identity may do. What no
//! policy permits is denied.

mod act;
mod action;
mod authenticator;
mod identity;
mod policy;
#[cfg(test)]
mod tests;
mod token;

pub use act::{Act, Question};
pub use action::Action;
pub use authenticator::Authenticator;
pub use concord_domain::{Relationship, Relationships};
pub use identity::{AuthError, Identity};
pub use policy::{
    DataClass, Denied, Granted, Policies, PolicyFault, PolicyFile, PolicyVersion, Ruling, SCHEMA_FILE,
};
pub use token::{InvalidKey, LocalTokens};
