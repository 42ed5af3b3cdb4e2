//! One client's history on the time axis.

mod decode;
mod encode;
mod handler;
mod words;

pub(crate) use encode::entry;
