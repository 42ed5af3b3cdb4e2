//! TLS before the API.
//!
//! [`ServerTls`] holds what callers are shown, read from files and read again when these change; [`accept`] gives the
//! connections of a listener once each has proven itself, with the names in the certificate that the caller has shown.

mod accept;
mod certificate;
mod files;
mod server;
#[cfg(test)]
mod tests;

pub use accept::{Secured, accept};
pub use files::{Files, Oldest, TlsError};
pub use server::ServerTls;
