//! Benchmarks of the real service beside its baselines, in one run on one machine.
//!
//! Absolute figures depend on the machine and on the minute; the ratios to what was measured beside them do not.

mod baseline;
pub mod commands;
mod echo;
mod error;
pub mod feed;
mod fill;
mod lag;
mod load;
pub mod looks;
mod mix;
pub mod proofs;
pub mod relay;
pub mod replay;
pub mod safety;
pub mod scale;
mod server;
mod stream;
mod unary;
pub mod views;

pub use echo::serve as serve_echo;
pub use error::BenchError;
pub use server::Launch;

pub use concord_relay::Nats;
