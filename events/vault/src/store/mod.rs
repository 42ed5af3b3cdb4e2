//! Where wrapped data keys are kept, apart from the ledgers and from their backups.

mod postgres;
mod sqlite;

use async_trait::async_trait;
use concord_kernel::{Instant, LedgerId, PatientId};
use uuid::Uuid;

pub use postgres::PostgresKeys;
pub use sqlite::SqliteKeys;

use crate::data_key::generate;
use crate::shred::Shred;
use crate::{Kek, KekError, KeyClass, KeyError, StoreError, Wrapped};

/// What the sample is bound to, by which a wrong key-encryption key is told from the right one.
const SAMPLE: &[u8] = b"sample";

/// Whose key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    /// In which ledger.
    pub ledger: LedgerId,
    /// Of whom.
    pub patient: PatientId,
    /// For what.
    pub class: KeyClass,
}

impl Owner {
    /// What a wrapped key of this owner is bound to.
    pub(crate) fn bound(&self, id: Uuid) -> Vec<u8> {
        let Self { ledger, patient, class } = self;
        format!("{ledger}\n{}\n{}\n{id}", patient.uuid(), class.as_str()).into_bytes()
    }
}

/// A data key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredKey {
    /// Its name, which stands in everything that it sealed.
    pub id: Uuid,
    /// Whose it is.
    pub owner: Owner,
    /// The key; `None` once it was destroyed.
    pub wrapped: Option<Wrapped>,
}

/// What the store says of the key that seals for an owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It is there.
    Key(StoredKey),
    /// There is none yet.
    Nothing,
    /// There is none any more, and there will be none.
    Shredded,
}

/// How many there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Data keys that seal.
    pub keys: u64,
    /// Of these, wrapped with another key-encryption key than the current one.
    pub outdated: u64,
    /// Data keys that were destroyed.
    pub destroyed: u64,
    /// Shreds that were asked for and are not done.
    pub unfinished: u64,
}

/// The one store of keys of a service. Several processes may use it.
#[async_trait]
pub trait KeyStore: Send + Sync + 'static {
    /// The sample that the current key-encryption key has wrapped; `None` before the store was begun.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn sample(&self) -> Result<Option<Wrapped>, StoreError>;

    /// Makes the key-encryption key of `sample` the current one, from now on: keys that another one has wrapped are not
    /// added any more.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn make_current(&self, sample: &Wrapped) -> Result<(), StoreError>;

    /// Finds the keys that seal for `owners`, in their order.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn find(&self, owners: &[Owner]) -> Result<Vec<Found>, StoreError>;

    /// Adds keys, durably, and says which are the owners' then: another process may have been faster.
    ///
    /// # Errors
    ///
    /// [`StoreError::Stale`] when the key-encryption key that wrapped them is not the current one; nothing is added then.
    async fn add(&self, keys: &[StoredKey], now: Instant) -> Result<Vec<Found>, StoreError>;

    /// Finds keys by their names, in their order.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn load(&self, ids: &[Uuid]) -> Result<Vec<Option<StoredKey>>, StoreError>;

    /// Keys that another key-encryption key than `kek` has wrapped, at most `limit`.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn outdated(&self, kek: &str, limit: usize) -> Result<Vec<StoredKey>, StoreError>;

    /// Puts `wrapped` in the place of what stands there, if that is `was`.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn rewrap(&self, id: Uuid, was: &Wrapped, wrapped: &Wrapped) -> Result<(), StoreError>;

    /// How many there are.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn count(&self) -> Result<Counted, StoreError>;

    /// Puts on record, durably, that a patient is to be shredded; from now on they get no new key. The first record of a
    /// patient stays; it is given back.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn ask(&self, shred: &Shred, now: Instant) -> Result<Shred, StoreError>;

    /// Everything that was asked in a ledger, oldest first.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn shreds(&self, ledger: &LedgerId) -> Result<Vec<Shred>, StoreError>;

    /// Destroys the keys of a patient, durably, so that no byte of them is left in the store; gives how many there were.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn destroy(&self, ledger: &LedgerId, patient: PatientId, now: Instant) -> Result<u64, StoreError>;

    /// Puts on record that a shred is done, and how many events of the patient stay in the clear.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn done(&self, shred: Uuid, clear_events: u64, now: Instant) -> Result<(), StoreError>;

    /// A number that grows whenever keys of a ledger were destroyed.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    async fn destructions(&self, ledger: &LedgerId) -> Result<u64, StoreError>;
}

/// Begins an empty store under `kek`; says whether it was empty.
///
/// # Errors
///
/// See [`KeyError`]; a store that was begun under another key-encryption key is refused.
pub async fn begin(store: &dyn KeyStore, kek: &dyn Kek) -> Result<bool, KeyError> {
    if store.sample().await?.is_some() {
        fits(store, kek).await?;
        return Ok(false);
    }
    store.make_current(&kek.wrap(SAMPLE, &generate()?).await?).await?;
    Ok(true)
}

/// Insists that `kek` is what the store was begun or last rotated with.
pub(crate) async fn fits(store: &dyn KeyStore, kek: &dyn Kek) -> Result<(), KeyError> {
    let sample = store.sample().await?.ok_or(StoreError::Absent)?;
    kek.unwrap(SAMPLE, &sample).await?;
    Ok(())
}

/// Makes `kek`'s current key the store's.
pub(crate) async fn take_over(store: &dyn KeyStore, kek: &dyn Kek) -> Result<String, KeyError> {
    let sample = kek.wrap(SAMPLE, &generate()?).await?;
    if sample.kek != kek.current().await? {
        return Err(KekError::Answer.into());
    }
    store.make_current(&sample).await?;
    Ok(sample.kek)
}
