//! Injections that act for weeks: given, late, begun anew.
//!
//! An injection is judged before it is given. One that was given is a fact: it is recorded whatever stands against it,
//! and what does is said beside it.

mod decide;
mod due;
mod error;
mod objection;
mod state;
mod words;

pub use error::InjectionError;
pub use objection::Objection;
pub(in crate::chart) use state::Depots;
pub use words::{
    GivenInjection, InjectionPlace, InjectionSite, InvalidLot, LateDecision, Lot, NewInjection,
    NextInjection, PlanStep, Side, ToldInjection, TolerabilityBasis,
};
