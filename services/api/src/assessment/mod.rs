//! The assessment of a stay.

mod decode;
mod handler;
