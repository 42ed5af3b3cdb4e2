//! A data key in memory.

use std::fmt;

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{AeadInPlace, KeyInit};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::KeyError;

/// Bytes of a key, of either kind.
pub(crate) const KEY_BYTES: usize = 32;
/// Bytes that are different each time something is sealed. They are random: one key seals some thousand values, and after
/// 2^32 of them two would be alike with a probability of 2^-33.
pub(crate) const NONCE_BYTES: usize = 12;
/// Bytes that show that nothing was altered.
pub(crate) const TAG_BYTES: usize = 16;

/// The bytes of a key; overwritten when dropped.
pub type Secret = Zeroizing<[u8; KEY_BYTES]>;

/// What seals and opens. The expanded key is overwritten when this is dropped.
pub(crate) struct DataKey {
    pub(crate) id: Uuid,
    cipher: Aes256Gcm,
}

impl DataKey {
    pub(crate) fn new(id: Uuid, secret: &Secret) -> Self {
        Self { id, cipher: cipher(secret) }
    }

    /// Encrypts `buffer` in place; gives what it can be opened with, beside the key.
    pub(crate) fn seal(
        &self,
        bound: &[u8],
        buffer: &mut [u8],
    ) -> Result<([u8; NONCE_BYTES], [u8; TAG_BYTES]), KeyError> {
        seal(&self.cipher, bound, buffer)
    }

    /// Decrypts `buffer` in place; `false` when it is not what was sealed there.
    pub(crate) fn open(
        &self,
        bound: &[u8],
        nonce: &[u8; NONCE_BYTES],
        buffer: &mut [u8],
        tag: &[u8; TAG_BYTES],
    ) -> bool {
        open(&self.cipher, bound, nonce, buffer, tag)
    }
}

impl fmt::Debug for DataKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A new secret.
pub(crate) fn generate() -> Result<Secret, KeyError> {
    let mut secret = Zeroizing::new([0; KEY_BYTES]);
    getrandom::fill(secret.as_mut_slice()).map_err(|_| KeyError::Random)?;
    Ok(secret)
}

pub(crate) fn cipher(secret: &Secret) -> Aes256Gcm {
    let secret: &[u8; KEY_BYTES] = secret;
    Aes256Gcm::new(secret.into())
}

pub(crate) fn seal(
    cipher: &Aes256Gcm,
    bound: &[u8],
    buffer: &mut [u8],
) -> Result<([u8; NONCE_BYTES], [u8; TAG_BYTES]), KeyError> {
    let mut nonce = [0; NONCE_BYTES];
    getrandom::fill(&mut nonce).map_err(|_| KeyError::Random)?;
    let tag = cipher.encrypt_in_place_detached((&nonce).into(), bound, buffer);
    Ok((nonce, tag.map_err(|_| KeyError::TooLong)?.into()))
}

pub(crate) fn open(
    cipher: &Aes256Gcm,
    bound: &[u8],
    nonce: &[u8; NONCE_BYTES],
    buffer: &mut [u8],
    tag: &[u8; TAG_BYTES],
) -> bool {
    cipher.decrypt_in_place_detached(nonce.into(), bound, buffer, tag.into()).is_ok()
}
