//! The log itself.

mod decode;
mod encode;
mod handler;
mod read;

pub(crate) use decode::{filter, same_history};
pub(crate) use encode::event;
pub(crate) use handler::Ledgers;
