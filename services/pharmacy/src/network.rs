//! The port to pharmacies.

use async_trait::async_trait;
use concord_kernel::MessageId;

use crate::{Incoming, Outgoing};

/// Why a network does not do what it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// It is away: ask again with the same message.
    #[error("the pharmacy network is unavailable")]
    Unavailable,
    /// It knows no such pharmacy.
    #[error("the network knows no such pharmacy")]
    UnknownPharmacy,
}

/// Carries messages to and from pharmacies. It may lose, repeat and delay them; it never alters them.
#[async_trait]
pub trait PharmacyNetwork: Send + Sync + 'static {
    /// Takes a message. That it is taken says nothing of its arrival: a pharmacy says so itself. The same id again is the
    /// same message.
    ///
    /// # Errors
    ///
    /// See [`NetworkError`].
    async fn send(&self, message: &Outgoing) -> Result<(), NetworkError>;

    /// What pharmacies have said and nobody has acknowledged, oldest first, at most `most`.
    ///
    /// # Errors
    ///
    /// See [`NetworkError`].
    async fn receive(&self, most: usize) -> Result<Vec<Incoming>, NetworkError>;

    /// Says that what a pharmacy said is recorded and need not be said again.
    ///
    /// # Errors
    ///
    /// See [`NetworkError`].
    async fn acknowledge(&self, message: MessageId) -> Result<(), NetworkError>;
}
