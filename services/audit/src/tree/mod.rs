//! The tree over a ledger's leaf hashes, kept so that a proof costs two small reads however long the log is.

mod blocks;
mod log;
mod ranges;
#[cfg(test)]
mod tests;

pub(crate) use log::Grown;
pub use log::Log;
