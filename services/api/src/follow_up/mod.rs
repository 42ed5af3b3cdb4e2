//! The visits of a stay.

mod decode;
mod handler;
