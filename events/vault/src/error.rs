//! What can go wrong with keys.

use concord_ledger::VaultError;

/// Why what wraps keys did not do it.
#[derive(Debug, thiserror::Error)]
pub enum KekError {
    /// Nobody here has the key-encryption key that a data key was wrapped with.
    #[error("key-encryption key {0} is not here")]
    Missing(String),
    /// What was unwrapped is not what was wrapped with this key.
    #[error(
        "key-encryption key {0} is another one than the data keys were wrapped with, or they were altered"
    )]
    Wrong(String),
    /// The file cannot be read or written.
    #[error("the file of the key-encryption key cannot be used")]
    File(#[source] std::io::Error),
    /// Others than its owner may read it.
    #[error("the file of the key-encryption key can be read by others than its owner: chmod 600 it")]
    Exposed,
    /// It holds something else.
    #[error("a key-encryption key is 32 bytes in base64, one a line")]
    Malformed,
    /// The remote service does not answer.
    #[error("the service that holds the key-encryption key does not answer")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It refuses.
    #[error("the service that holds the key-encryption key refuses: HTTP status {0}")]
    Refused(u16),
    /// It answers something else.
    #[error("the service that holds the key-encryption key answers what cannot be read")]
    Answer,
    /// This kind is made and changed elsewhere.
    #[error(
        "a key-encryption key from the environment is changed there: put the new one before the old one, with a comma"
    )]
    Elsewhere,
    /// The system gives no random bytes.
    #[error("no random bytes for a key")]
    Random,
}

/// Why the store of keys did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be read or written.
    #[error("the store of keys is unavailable")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// There is none.
    #[error(
        "there is no store of keys; bring back its backup, or make one with `concord keys init` if nothing was ever sealed"
    )]
    Absent,
    /// A newer Concord wrote it.
    #[error("the store of keys has schema {found}, this program knows up to {known}")]
    NewerSchema {
        /// What it has.
        found: u32,
        /// The most this program knows.
        known: u32,
    },
    /// What is stored contradicts itself.
    #[error("the store of keys is damaged: {0}")]
    Corrupt(&'static str),
    /// Another key-encryption key is current by now.
    #[error("the key-encryption key was changed meanwhile")]
    Stale,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What wraps them.
    #[error(transparent)]
    Kek(#[from] KekError),
    /// The patient's keys were destroyed, or are being.
    #[error("the patient's keys were destroyed")]
    Shredded,
    /// The store does not have it.
    #[error("the store does not hold the key")]
    Unknown,
    /// The system gives no random bytes.
    #[error("no random bytes")]
    Random,
    /// More bytes than the cipher takes.
    #[error("too much to seal at once")]
    TooLong,
}

impl From<KeyError> for VaultError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Shredded => Self::Shredded,
            KeyError::Unknown => Self::Unknown,
            KeyError::Store(_) | KeyError::Kek(_) | KeyError::Random | KeyError::TooLong => Self::Away,
        }
    }
}
