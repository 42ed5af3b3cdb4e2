//! What a patient consented to disclose outside, whom the program agreed not to tell, and what was taken back.
//!
//! Source: 42 CFR 2.31 (consent), 2.26 and 45 CFR 164.522 (restrictions), 2.31(a)(6) and 164.508(b)(5) (revocation).
//! A consent to share with one person of the care team is another matter: see [`crate::coordination`].

mod command;
mod decide;
mod error;
mod event;
mod state;
#[cfg(test)]
pub(crate) mod tests;
mod words;

pub use command::Command;
pub use error::Error;
pub use event::Event;
pub use state::Consents;
pub use words::{
    Expiry, Form, Kind, Participants, Recipient, RecipientClass, Restriction, Signature, Signer, Statements,
    Terms,
};

crate::aggregate!(Consents, "consent", Command, Event, Error);
