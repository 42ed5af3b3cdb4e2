//! The log itself.

mod decode;
mod encode;
mod handler;
mod read;

pub(crate) use decode::filter;
pub(crate) use encode::event;
pub(crate) use handler::Ledgers;
