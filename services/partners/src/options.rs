//! What can be set about partners' streams.

use concord_relay::Options as Streams;

/// Whose accounts partners' streams are in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Accounts {
    /// Each partner's own, which lets this service do what `concord partners` prints.
    Own,
    /// The service's: no partner can be let in. For development.
    Shared,
}

/// How streams are declared, and how much may be on its way to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// In which accounts they are.
    pub accounts: Accounts,
    /// The rest is as for the log.
    pub streams: Streams,
}
