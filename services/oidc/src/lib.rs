//! The signing keys of an OpenID Connect issuer.
//!
//! [`follow`] gives the keys, which whoever verifies tokens reads without waiting, and a [`Follower`], which fetches them:
//! every few minutes, and when a token names a key that is not among them. What was fetched is kept while the issuer is
//! away, for [`concord_access::KEYS_KEPT`] at most.

mod fetch;
mod follow;
mod source;
#[cfg(test)]
mod tests;

pub use fetch::{FetchError, Fetches, TrustError};
pub use follow::{Follower, follow};
pub use source::{InvalidSource, Source};
