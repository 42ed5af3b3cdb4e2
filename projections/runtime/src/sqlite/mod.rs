//! Views in one SQLite file beside the ledger's.
//!
//! WAL with `synchronous=NORMAL` is right here, though it may lose the last commits when power fails: rows and
//! checkpoint commit together, so that what is lost is lost together, and the runner folds it again from the
//! ledger, which is `synchronous=FULL`.

mod read;
mod schema;
mod scrub;
mod store;
mod write;

pub use store::SqliteStore;
