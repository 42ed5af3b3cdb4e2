//! The plan of a stay.

mod decode;
mod handler;
mod words;
