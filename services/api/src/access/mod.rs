//! Emergency access to a record, and the review of it.

mod decode;
mod encode;
mod handler;

pub(crate) use handler::Accesses;
