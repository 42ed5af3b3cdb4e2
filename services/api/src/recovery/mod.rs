//! A patient's recovery.

mod decode;
pub(crate) mod encode;
mod handler;
mod words;
