//! Where stored payloads are encrypted and decrypted.

use async_trait::async_trait;
use bytes::Bytes;
use concord_kernel::{CommandId, LedgerId, PatientId, StreamRef};
use serde::Deserialize;
use uuid::Uuid;

use crate::{Append, AppendError, Entry, ReadError};

/// How often a key is asked for again that was dropped before it was used.
const ATTEMPTS: usize = 3;

/// What every sealed value begins with. A sealed value is a JSON string, so that a database can keep it as JSON; nothing
/// that is stored in the clear begins so, because events are JSON objects or names without a colon.
pub const SEALED: &[u8] = b"\"c1:";

/// Whether stored bytes are a sealed value.
pub fn is_sealed(stored: &[u8]) -> bool {
    stored.starts_with(SEALED)
}

/// A key that is not in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The one that seals what is recorded of a patient in a stream; made when there is none.
    Of {
        /// Whose record.
        patient: PatientId,
        /// Where.
        stream: StreamRef,
    },
    /// The one that something was sealed with.
    Key(Uuid),
}

/// Why something is not sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// Ask for the key with [`Vault::provide`], then again.
    #[error("the key is not in memory")]
    NotAtHand(Wanted),
    /// The store of keys, or what unwraps them, does not answer.
    #[error("the keys are away")]
    Away,
    /// Nobody has the key: no keys are configured, or not those of this ledger.
    #[error("nobody has the key")]
    Unknown,
    /// The patient's keys were destroyed.
    #[error("the patient's keys were destroyed")]
    Shredded,
    /// What is to be sealed names no patient.
    #[error("the metadata name no patient")]
    Nobody,
    /// What is stored is not what was sealed.
    #[error("what is stored is not what was sealed")]
    Tampered,
}

/// What sealed bytes belong to; moved elsewhere, they cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// An event's payload.
    Payload {
        /// Its stream.
        stream: StreamRef,
        /// Its stored name.
        event_type: &'a str,
    },
    /// What a command was answered.
    Reply(CommandId),
}

/// What was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It was never sealed.
    Clear,
    /// What was sealed.
    Sealed(Bytes),
    /// Its key was destroyed: nobody can read it any more.
    Shredded,
}

/// Turns what an append stores into what only whoever has a key can read, and back. Hashes are over what is stored.
///
/// `seal` and `open` are made on async threads and do not block; `provide` may wait.
#[async_trait]
pub trait Vault: Send + Sync + 'static {
    /// Seals the payloads and the reply of `append`, all or none of them.
    ///
    /// # Errors
    ///
    /// See [`VaultError`].
    fn seal(&self, ledger: &LedgerId, append: &mut Append) -> Result<(), VaultError>;

    /// Opens what is stored at `place`.
    ///
    /// # Errors
    ///
    /// See [`VaultError`].
    fn open(&self, ledger: &LedgerId, place: Place<'_>, stored: &[u8]) -> Result<Opened, VaultError>;

    /// Brings a key into memory.
    ///
    /// # Errors
    ///
    /// See [`VaultError`].
    async fn provide(&self, ledger: &LedgerId, wanted: Wanted) -> Result<(), VaultError>;
}

/// Does not encrypt: stores payloads as they are. Whoever reads the file reads the record.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClearVault;

#[async_trait]
impl Vault for ClearVault {
    fn seal(&self, _: &LedgerId, _: &mut Append) -> Result<(), VaultError> {
        Ok(())
    }

    fn open(&self, _: &LedgerId, _: Place<'_>, stored: &[u8]) -> Result<Opened, VaultError> {
        if is_sealed(stored) { Err(VaultError::Unknown) } else { Ok(Opened::Clear) }
    }

    async fn provide(&self, _: &LedgerId, _: Wanted) -> Result<(), VaultError> {
        Err(VaultError::Unknown)
    }
}

/// The part of an event's metadata that says whose record it is.
#[derive(Deserialize)]
struct Whose {
    patient: PatientId,
}

/// Whose record an event with such `metadata` is of; `None` when they do not say.
pub fn patient_of(metadata: &[u8]) -> Option<PatientId> {
    serde_json::from_slice(metadata).ok().map(|Whose { patient }| patient)
}

/// Seals what `append` stores.
pub(crate) async fn seal(
    vault: &dyn Vault,
    ledger: &LedgerId,
    append: &mut Append,
) -> Result<(), AppendError> {
    for _ in 0..ATTEMPTS {
        match vault.seal(ledger, append) {
            Err(VaultError::NotAtHand(wanted)) => vault.provide(ledger, wanted).await?,
            sealed => return Ok(sealed?),
        }
    }
    Err(AppendError::Unavailable)
}

/// Opens entries as they were read from the store.
pub(crate) async fn open(
    vault: &dyn Vault,
    ledger: &LedgerId,
    entries: &mut [Entry],
) -> Result<(), ReadError> {
    for entry in entries {
        let place = Place::Payload { stream: entry.stream, event_type: &entry.event_type };
        match open_one(vault, ledger, place, &entry.payload).await? {
            Opened::Clear => {}
            Opened::Sealed(payload) => {
                entry.at_rest = AtRest::Sealed(std::mem::replace(&mut entry.payload, payload));
            }
            Opened::Shredded => entry.at_rest = AtRest::Shredded(std::mem::take(&mut entry.payload)),
        }
    }
    Ok(())
}

/// Opens what a command was answered.
pub(crate) async fn open_reply(
    vault: &dyn Vault,
    ledger: &LedgerId,
    command: CommandId,
    reply: &mut Bytes,
) -> Result<(), ReadError> {
    match open_one(vault, ledger, Place::Reply(command), reply).await? {
        Opened::Clear => Ok(()),
        Opened::Sealed(opened) => {
            *reply = opened;
            Ok(())
        }
        Opened::Shredded => Err(ReadError::Shredded),
    }
}

async fn open_one(
    vault: &dyn Vault,
    ledger: &LedgerId,
    place: Place<'_>,
    stored: &[u8],
) -> Result<Opened, ReadError> {
    for _ in 0..ATTEMPTS {
        match vault.open(ledger, place, stored) {
            Err(VaultError::NotAtHand(wanted)) => vault.provide(ledger, wanted).await?,
            opened => return Ok(opened?),
        }
    }
    Err(ReadError::Unavailable)
}

/// How an event's payload is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AtRest {
    /// As it is.
    #[default]
    Clear,
    /// Sealed: these bytes are what is stored, and what the leaf binds.
    Sealed(Bytes),
    /// Sealed with a key that was destroyed. The payload is empty and nobody can tell what it was; these bytes are what is
    /// stored, and prove the leaf.
    Shredded(Bytes),
}

impl From<VaultError> for AppendError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::NotAtHand(_) | VaultError::Away => Self::Unavailable,
            VaultError::Shredded => Self::Shredded,
            VaultError::Unknown => Self::Corrupt("nobody has the key of a payload"),
            VaultError::Nobody => Self::Corrupt("an event that is to be sealed names no patient"),
            VaultError::Tampered => Self::Corrupt("a payload is not what was sealed"),
        }
    }
}

impl From<VaultError> for ReadError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::NotAtHand(_) | VaultError::Away => Self::Unavailable,
            VaultError::Shredded => Self::Shredded,
            VaultError::Unknown => Self::Keyless,
            VaultError::Nobody => Self::Corrupt("an event that was sealed names no patient"),
            VaultError::Tampered => Self::Corrupt("a payload is not what was sealed"),
        }
    }
}
