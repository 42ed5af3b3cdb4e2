//! What may happen in medication management, and nothing else.
//!
//! A decision is pure: `(state, command, context) -> events | refusal`. The context carries the actor, the time,
//! the ruleset and the facts looked up in other streams; the executor names those streams as conditions of the
//! append, so that a decision still holds when it commits.
//!
//! Each aggregate is a folder: `command` (what may be asked), `event` (what may have happened, for ever),
//! `state` (what the events say now), `decide` (the rules), `error` (the refusals).

pub mod access;
pub mod adherence;
pub mod assessment;
pub mod audit;
pub mod care_team;
pub mod chart;
pub mod classes;
pub mod consent;
pub mod coordination;
pub mod episode;
pub mod feed;
pub mod follow_up;
pub mod inbox;
pub mod prescription;
pub mod recovery;
pub mod ruleset;
pub mod scales;
pub mod side_effects;
pub mod signing_rights;
pub mod treatment_plan;

mod aggregate;
mod command;
mod context;
mod event;
mod facts;
mod going_on;
mod law;
mod place;
mod refusal;
mod relationship;
mod reporter;
mod share;
mod state;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub(crate) use aggregate::aggregate;
pub use command::{Command, EpisodeRef, InEpisode, InProgram, OfPrescription, Target};
pub use context::{Context, Issued};
pub use event::{DomainEvent, UnreadableEvent};
pub use facts::{
    AdherenceFacts, CareTeamFacts, ChartFacts, EpisodeFacts, Facts, IndicationFacts, MeasuredAdherence,
    MissedVisits, OrderFacts, PastStay, PlanFacts, PrescribableFacts, PrescriptionFacts, RecoveryFacts,
    ScaleFacts, SideEffectFacts, VisitFacts,
};
pub use going_on::{Bridge, Continuing};
pub use place::{UnknownState, UsState};
pub use refusal::{Explain, Refusal};
pub use relationship::{Relationship, Relationships};
pub use state::State;
