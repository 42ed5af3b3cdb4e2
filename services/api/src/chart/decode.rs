//! Messages to commands of a medication chart, one file a topic, as in the contract.

pub(super) use super::history::*;
pub(super) use super::injections::*;
pub(super) use super::monitoring::*;
pub(super) use super::orders::*;
pub(super) use super::outside::*;
pub(super) use super::responses::*;
pub(super) use super::safety::*;
pub(super) use super::titration::*;
