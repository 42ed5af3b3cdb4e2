//! Fixtures that own the servers which Concord stands on, each in a temporary folder.
//!
//! A server goes away with the process that started it, however that ends: a shell stands beside it and reads from a pipe
//! that only this process holds. Whatever else runs on the machine is left alone.

mod account;
mod authority;
mod beside;
mod dump;
mod nats;
mod pgbouncer;
mod postgres;
mod standby;

pub use account::{Account, unprivileged};
pub use authority::{Authority, Identity};
pub use nats::{Nats, NatsSettings, NatsStartError};
pub use pgbouncer::PgBouncer;
pub use postgres::{Postgres, StartError};
