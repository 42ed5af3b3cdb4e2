//! The log itself.

mod decode;
mod encode;
mod handler;
mod read;

pub(crate) use handler::Ledgers;
