//! What partners take, in streams of their own on NATS JetStream.
//!
//! A subscription that is delivered there is taken by this process in its partner's place: by the same steps, each decided when
//! it is made and on record before a byte leaves, and put into the partner's stream. Where to go on is read from the stream:
//! every message bears its number on the subscription. Before anything else a publisher puts `Started` directly behind what it
//! has read, and each message names the sequence that it follows and waits for the one before; so whoever published before
//! cannot put anything in between any more, and no step is decided while somebody could.
//!
//! What may be told of somebody no more leaves the stream: once the end of their consent, or of their record, is told, all that
//! was told of them before is overwritten and removed.

mod erase;
mod error;
mod message;
mod names;
mod options;
mod partner;
mod publisher;
mod stream;
mod writer;

pub use options::{Accounts, Options};
pub use publisher::{Encode, Parts, Publisher};
