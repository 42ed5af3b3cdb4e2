//! Connections to PostgreSQL: where a server is and how one speaks to it, a connection that finds its way back, the few
//! connections that questions share, schemas that only go forward, and errors that tell nothing of what is stored. What is
//! asked, and of which tables, is not known here.
//!
//! No statement has a name and nothing is left in a session, so that PgBouncer may stand between in transaction mode.

mod line;
mod link;
mod migrations;
mod pool;
mod server;
mod tls;
mod trouble;

pub use line::Line;
pub use link::{Link, Unfit};
pub use migrations::{Brought, MigrateError, Migrations};
pub use pool::{Parameter, Pool, QueryError};
pub use server::{Client, Messages, Server, is_lost};
pub use tls::{Tls, TlsError};
pub use trouble::Trouble;
