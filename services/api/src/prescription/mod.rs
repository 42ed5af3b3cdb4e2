//! Prescriptions.

mod decode;
mod handler;
mod words;
