//! A thin client of the gRPC API.
//!
//! [`Client`] carries a token to every call and sends a command again, with the same command id, when it may or may
//! not have arrived; the server makes sure that it takes effect once. [`CommandStream`] keeps many commands in flight
//! on one stream. What the server refuses is told as [`Fault`], with the rule and what would make it acceptable.
//!
//! ```no_run
//! use concord_client::{Client, treatment};
//! use concord_proto::concord::chart::v1::ConfirmNoKnownAllergiesRequest;
//!
//! # async fn example(token: &str, command: uuid::Uuid, patient: uuid::Uuid) -> Result<(), concord_client::Error> {
//! let client = Client::connect("http://127.0.0.1:7400", token).await?;
//! let asked = ConfirmNoKnownAllergiesRequest { header: Some(treatment(command, patient)) };
//! let receipt = client.send(asked).await?;
//! # let _ = receipt;
//! # Ok(())
//! # }
//! ```

mod asks;
mod bearer;
mod client;
mod connect;
#[cfg(feature = "consumer")]
pub mod consumer;
mod fault;
mod header;
mod retry;
mod stream;
#[cfg(test)]
mod tests;

pub use asks::Asks;
pub use bearer::{Authorised, Bearer, InvalidToken, TokenFileError};
pub use client::Client;
pub use connect::Connect;
pub use fault::{EpochChanged, Error, Fault, Field};
pub use header::{operations, treatment};
pub use retry::Retry;
pub use stream::{Answer, CommandStream};
