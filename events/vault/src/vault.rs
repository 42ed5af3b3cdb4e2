//! The vault of one ledger.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use concord_kernel::{Clock, IdSource, LedgerId};
use concord_ledger::{Append, Opened, Place, Vault, VaultError, Wanted, is_sealed, patient_of};

use crate::cache::{Held, KeyCache};
use crate::envelope::{self, Sealed};
use crate::keeper::{Keeper, Sources};
use crate::store::fits;
use crate::{Kek, KeyClass, KeyError, KeyStore, StoreError};

/// Seals what is recorded of patients, each with keys of their own.
pub struct PatientVault {
    ledger: LedgerId,
    store: Arc<dyn KeyStore>,
    cache: Arc<KeyCache>,
    keeper: Keeper,
    /// As [`KeyStore::destructions`] said last.
    destructions: AtomicU64,
}

impl PatientVault {
    /// The vault of `ledger`. Must be made within a runtime.
    ///
    /// # Errors
    ///
    /// See [`KeyError`]; when the key-encryption key is not the one that the store was begun or last rotated with, nothing of
    /// the ledger could be read.
    pub async fn open(
        ledger: LedgerId,
        store: Arc<dyn KeyStore>,
        kek: Arc<dyn Kek>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, KeyError> {
        fits(&*store, &*kek).await?;
        let cache = Arc::new(KeyCache::new());
        let destructions = AtomicU64::new(store.destructions(&ledger).await?);
        let sources = Sources {
            ledger: ledger.clone(),
            store: Arc::clone(&store),
            kek,
            clock,
            ids,
            cache: Arc::clone(&cache),
        };
        Ok(Self { ledger, store, cache, keeper: Keeper::start(sources), destructions })
    }

    /// Looks whether anybody has destroyed keys of the ledger; then forgets all that are in memory and says so.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn look(&self) -> Result<bool, StoreError> {
        let now = self.store.destructions(&self.ledger).await?;
        let changed = self.destructions.swap(now, Ordering::AcqRel) != now;
        if changed {
            self.cache.clear();
        }
        Ok(changed)
    }

    /// Forgets every key in memory.
    pub fn forget(&self) {
        self.cache.clear();
    }
}

#[async_trait]
impl Vault for PatientVault {
    fn seal(&self, ledger: &LedgerId, append: &mut Append) -> Result<(), VaultError> {
        if append.events.is_empty() && append.reply.is_empty() {
            return Ok(());
        }
        let patient = patient_of(&append.metadata).ok_or(VaultError::Nobody)?;
        let stream = append.stream;
        let Some((owner, class)) = KeyClass::of(patient, stream) else { return Ok(()) };
        let key = self.cache.of(owner, class);
        let key = key.ok_or(VaultError::NotAtHand(Wanted::Of { patient, stream }))?;
        let seal = |place, plaintext: &[u8]| {
            envelope::seal(&key, &envelope::bound(ledger, place), plaintext).map_err(VaultError::from)
        };
        for event in &mut append.events {
            let place = Place::Payload { stream, event_type: event.event_type };
            event.payload = seal(place, &event.payload)?;
        }
        if !append.reply.is_empty() {
            append.reply = seal(Place::Reply(append.command), &append.reply)?;
        }
        Ok(())
    }

    fn open(&self, ledger: &LedgerId, place: Place<'_>, stored: &[u8]) -> Result<Opened, VaultError> {
        if !is_sealed(stored) {
            return Ok(Opened::Clear);
        }
        let sealed = Sealed::parse(stored).ok_or(VaultError::Tampered)?;
        let id = sealed.key();
        match self.cache.named(id).ok_or(VaultError::NotAtHand(Wanted::Key(id)))? {
            Held::Destroyed => Ok(Opened::Shredded),
            Held::Key(key) => {
                let opened = sealed.open(&key, &envelope::bound(ledger, place));
                opened.map(Opened::Sealed).ok_or(VaultError::Tampered)
            }
        }
    }

    async fn provide(&self, _: &LedgerId, wanted: Wanted) -> Result<(), VaultError> {
        Ok(self.keeper.ask(wanted).await?)
    }
}
