//! How a patient takes what is ordered: doses taken and missed, what keeps them from it, reminders, check-ins, and
//! family who help with their consent. One stream a patient, because a dose belongs to an order and orders belong to
//! the chart, which outlasts a stay; a resumption names no stay and must know of missed doses all the same.

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
mod tests;
mod words;

pub use command::Command;
pub use error::Error;
pub use event::{AdherenceLine, Event};
pub use state::Adherence;
pub use words::{
    BarrierKind, Channel, Doing, MissReason, MissedDecision, OutreachCause, OutreachOutcome, Shared, Wording,
};

crate::aggregate!(Adherence, "adherence", crate::InEpisode<Command>, Event, Error);
