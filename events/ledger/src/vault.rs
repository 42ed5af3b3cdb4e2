//! Where stored payloads are encrypted and decrypted.

use bytes::Bytes;
use concord_kernel::{LedgerId, StreamRef};

/// The keys of a stream are away or destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the stream's keys are not at hand")]
pub struct VaultError;

/// Turns payloads into what is stored, and back. Hashes are over what is stored. Both calls are made outside the
/// ledger's write transaction, possibly on an async thread, so they must not block.
pub trait Vault: Send + Sync + 'static {
    /// Gives the bytes to store.
    ///
    /// # Errors
    ///
    /// [`VaultError`] when the stream's keys are not at hand; the append is answered as unavailable.
    fn seal(&self, ledger: &LedgerId, stream: StreamRef, plaintext: Bytes) -> Result<Bytes, VaultError>;

    /// Gives the bytes that were sealed.
    ///
    /// # Errors
    ///
    /// [`VaultError`] when the stream's keys are not at hand; the read is answered as unavailable.
    fn open(&self, ledger: &LedgerId, stream: StreamRef, sealed: Bytes) -> Result<Bytes, VaultError>;
}

/// Does not encrypt: stores payloads as they are. Whoever reads the file reads the record.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClearVault;

impl Vault for ClearVault {
    fn seal(&self, _: &LedgerId, _: StreamRef, plaintext: Bytes) -> Result<Bytes, VaultError> {
        Ok(plaintext)
    }

    fn open(&self, _: &LedgerId, _: StreamRef, sealed: Bytes) -> Result<Bytes, VaultError> {
        Ok(sealed)
    }
}
