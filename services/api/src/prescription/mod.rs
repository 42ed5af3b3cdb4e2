//! Prescriptions.

mod decode;
mod handler;
pub(crate) mod words;
