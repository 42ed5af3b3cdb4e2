//! Who may do what to whom.
//!
//! [`Authenticator`] turns a bearer token into an [`Identity`]; [`permit_command`] and [`permit_query`] decide what
//! that identity may do, as pure functions over a table of roles. What is not granted is denied.

mod act;
mod authenticator;
mod identity;
mod policy;
#[cfg(test)]
mod tests;
mod token;

pub use act::{Act, Question};
pub use authenticator::Authenticator;
pub use identity::{AuthError, Identity};
pub use policy::{Denied, permit_act, permit_command, permit_query};
pub use token::{InvalidKey, LocalTokens};
