//! One prescription: drafted by anybody of the team, signed by the prescriber, sent to a pharmacy, answered, filled,
//! cancelled or expired. Source: 21 CFR part 1311 for controlled substances; NCPDP SCRIPT for what pharmacies say.
//!
//! Each prescription is a stream of its own. What it hands out comes from the order on the patient's chart, which it
//! reads when it is drafted, made ready and signed; after signing nothing of it alters.

mod command;
mod decide;
mod error;
mod event;
mod explain;
mod factors;
mod fold;
mod message;
mod state;
#[cfg(test)]
mod tests;
mod words;

pub use command::{Command, NewPrescription, VisitRef};
pub use error::Error;
pub use event::{Contents, Event, Fill, Resting};
pub use factors::NotShown;
pub(crate) use factors::two_kinds;
pub use message::{MessageKind, message_id};
pub use state::Prescription;
pub use words::{
    Answer, CancelCause, CancelRefusal, ChangeKind, Factor, FactorKind, FillStatus, InvalidPharmacy,
    PharmacyId, PharmacyStatus, TransmissionFailure,
};

crate::aggregate!(Prescription, "prescription", crate::OfPrescription<Command>, Event, Error);
