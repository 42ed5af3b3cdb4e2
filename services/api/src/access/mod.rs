//! Emergency access to a record, and the review of it; who may sign controlled prescriptions.

mod decode;
mod encode;
mod handler;
mod signing;

pub(crate) use handler::Accesses;
