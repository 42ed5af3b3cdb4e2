//! How everything but the ledger speaks to PostgreSQL: connections that come back, migrations that only go forward, and
//! errors that tell nothing of what is stored.
//!
//! No statement has a name and nothing is left in a session, so that PgBouncer may stand between in transaction mode.

mod database;
mod line;
mod migrations;
mod trouble;

pub use database::{Connection, Database};
pub use line::{Line, Parameter};
pub use migrations::{MigrateError, Migrations};
pub use trouble::Trouble;
