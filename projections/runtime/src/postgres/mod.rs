//! Views in a schema of a PostgreSQL database, shared by all processes of a ledger.
//!
//! What changes rows is one statement, a function that the server runs to its end: a process that is stopped in the
//! middle of its work leaves no transaction lying, and no lock. The function looks first whether the writer is still the
//! one who may write, by its fence, and whether each checkpoint is where the writer left it.
//!
//! A question names a build, and the answer says whether that build is still there: one that was dropped meanwhile is an
//! error, never an empty list.

mod arrays;
mod database;
mod erase;
mod read;
mod store;
mod write;

pub use database::PostgresViews;
pub use store::PostgresStore;
