//! Fixtures that own the servers which Concord stands on, each in a temporary folder.
//!
//! A server goes away with the process that started it, however that ends: a shell stands beside it and reads from a pipe
//! that only this process holds. Whatever else runs on the machine is left alone.

mod account;
mod nats;
mod postgres;

pub use account::{Account, unprivileged};
pub use nats::{Nats, NatsSettings, NatsStartError};
pub use postgres::{Postgres, StartError};
