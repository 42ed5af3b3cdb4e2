//! Who looked at whose record, and what was disclosed to whom.

mod encode;
mod handler;

pub(crate) use handler::AccessLogs;
