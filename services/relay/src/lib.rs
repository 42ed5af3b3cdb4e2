//! The log on NATS JetStream: every event of a ledger, in order, at least once.
//!
//! The ledger is the outbox: nothing is kept beside it. Where to go on follows from the last message that the stream holds, so
//! a stream that lost its end, was deleted or comes from an older copy is made whole again. Each publication says which
//! sequence it follows, so JetStream refuses whoever is behind: two relays of one ledger never mix.
//!
//! Delivery is no part of the record: while NATS is away, commands go on and the relay falls behind.

mod connect;
mod error;
mod flight;
mod message;
mod options;
mod progress;
mod recent;
mod relay;
mod resume;
mod stream;

pub use async_nats::Client;

pub use connect::{Nats, NatsError, connect};
pub use error::RelayError;
pub use message::publication;
pub use options::Options;
pub use progress::{Lag, Progress, State, Watch};
pub use relay::Relay;
pub use stream::{exists, last, remove};
