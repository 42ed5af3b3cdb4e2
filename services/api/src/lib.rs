//! The gRPC services: authenticate, decode, permit, execute or query, encode.
//!
//! [`Api`] puts all services together. Each area is a folder: `handler` names its calls, `decode` turns messages into
//! domain types and `encode` turns answers into messages; nothing else knows both. What goes wrong anywhere becomes a
//! [`Failure`], and `status` is the one place that says which code and which reason that is.

mod access;
mod access_log;
mod adherence;
mod api;
mod arrival;
mod asked;
mod assessment;
mod audit;
mod care_team;
mod chart;
mod command;
mod common;
mod consent;
mod coordination;
mod door;
mod episode;
mod failure;
mod feed;
mod field;
mod follow_up;
mod gather;
mod ledger;
mod liaison;
mod limits;
mod looking;
mod observe;
mod outcomes;
mod oversize;
mod plan;
mod prescriber;
mod prescription;
mod program;
mod query;
mod rates;
mod recovery;
mod ruleset;
mod scales;
mod side_effects;
mod status;
mod tenants;
#[cfg(test)]
mod tests;
mod therapist;
mod timeline;

pub use api::{Api, ApiParts};
pub use door::{Door, Usage};
pub use failure::Failure;
pub use feed::told;
pub use field::Invalid;
pub use limits::Limits;
pub use rates::Rate;
pub use tenants::{Proofs, Tenant, Tenants};
