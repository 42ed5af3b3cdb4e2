//! Key-encryption keys: what wraps data keys, and where it is.

mod file;
mod ring;
mod transit;

use async_trait::async_trait;

pub use file::KeyringFile;
pub use ring::Keyring;
pub use transit::Transit;

use crate::KekError;
use crate::data_key::Secret;

/// A data key that was wrapped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapped {
    /// The name of the key-encryption key that did it.
    pub kek: String,
    /// What came of it.
    pub bytes: Vec<u8>,
}

/// Wraps data keys. `bound` is what a data key belongs to: unwrapped for something else, it is refused.
#[async_trait]
pub trait Kek: Send + Sync + 'static {
    /// The name of the key that wraps now.
    ///
    /// # Errors
    ///
    /// See [`KekError`].
    async fn current(&self) -> Result<String, KekError>;

    /// Wraps a data key.
    ///
    /// # Errors
    ///
    /// See [`KekError`].
    async fn wrap(&self, bound: &[u8], secret: &Secret) -> Result<Wrapped, KekError>;

    /// Unwraps a data key that the current key or one before it wrapped.
    ///
    /// # Errors
    ///
    /// [`KekError::Missing`] and [`KekError::Wrong`] when it cannot be; others when it cannot be now.
    async fn unwrap(&self, bound: &[u8], wrapped: &Wrapped) -> Result<Secret, KekError>;

    /// Makes another key the current one. Those before it unwrap until they are given up.
    ///
    /// # Errors
    ///
    /// [`KekError::Elsewhere`] where that is done by somebody else.
    async fn renew(&self) -> Result<(), KekError>;

    /// Gives up all but the current key: nothing is wrapped with them any more.
    ///
    /// # Errors
    ///
    /// See [`KekError`].
    async fn give_up(&self) -> Result<(), KekError>;

    /// Looks again for keys that somebody else has made.
    ///
    /// # Errors
    ///
    /// See [`KekError`].
    async fn look_again(&self) -> Result<(), KekError>;
}
