//! The record encrypted per patient and class of data.
//!
//! What is recorded of a patient is sealed with a data key of that patient and class before it reaches a ledger. Data keys
//! are kept wrapped by a key-encryption key, in a store that is backed up apart from the ledgers. Without the data keys, what
//! is stored is noise that still proves the log; so a patient is forgotten by destroying theirs, and nothing in any ledger,
//! export or backup has to change.

mod cache;
mod class;
mod data_key;
mod envelope;
mod error;
mod keeper;
mod kek;
mod rotate;
mod shred;
mod store;
mod vault;

pub use class::KeyClass;
pub use data_key::Secret;
pub use error::{KekError, KeyError, StoreError};
pub use kek::{Kek, Keyring, KeyringFile, Transit, Wrapped};
pub use rotate::{Rotated, rotate};
pub use shred::{Shred, Shreds};
pub use store::{Counted, Found, KeyStore, Owner, PostgresKeys, SqliteKeys, StoredKey, begin};
pub use vault::PatientVault;
