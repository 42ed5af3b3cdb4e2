//! The port through which reminders reach people.

use async_trait::async_trait;
use concord_domain::adherence::Channel;
use concord_kernel::{Instant, PatientId, PersonId};
use uuid::Uuid;

/// Who is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recipient {
    /// The patient.
    Patient(PatientId),
    /// Somebody whom the patient allows to be reminded.
    Person(PersonId),
}

/// What is sent. It names nobody but whom it goes to, and its words are those of a fixed wording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The same for the same reminder and time, for ever: who delivers it knows by this what was delivered before.
    pub id: Uuid,
    /// To whom.
    pub to: Recipient,
    /// Which way.
    pub channel: Channel,
    /// The whole text.
    pub text: &'static str,
    /// When it was due.
    pub due_at: Instant,
}

/// Why a notice was not taken; it is sent again.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    /// What takes notices cannot be reached, or not be written to.
    #[error("notices cannot be handed on")]
    Unavailable(#[source] std::io::Error),
}

/// Takes notices and has them delivered. One that was taken may come again, under the same id.
#[async_trait]
pub trait Notifier: Send + Sync + 'static {
    /// Takes one: when this returns, it is not lost any more.
    ///
    /// # Errors
    ///
    /// See [`NotifyError`]; it is asked again.
    async fn send(&self, notice: &Notice) -> Result<(), NotifyError>;
}
