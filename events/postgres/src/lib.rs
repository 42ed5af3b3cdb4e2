//! Connections to PostgreSQL: where a server is and how one speaks to it, a connection that finds its way back, and the few
//! connections that questions share. What is asked, and of which tables, is not known here.

mod link;
mod pool;
mod server;
mod tls;

pub use link::{Link, Unfit};
pub use pool::{Parameter, Pool, QueryError};
pub use server::{Client, Messages, Server, is_lost};
pub use tls::{Tls, TlsError};
