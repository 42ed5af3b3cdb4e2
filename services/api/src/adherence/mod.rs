//! How a patient takes what is ordered.

mod decode;
mod handler;
mod words;
