//! Forgetting a patient for good.

use std::sync::Arc;

use concord_kernel::{Clock, ErasureReason, LedgerId, PatientId, PersonId};
use uuid::Uuid;

use crate::{KeyStore, StoreError};

/// One patient whose keys are to be destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shred {
    /// Names it for ever.
    pub id: Uuid,
    /// In which ledger.
    pub ledger: LedgerId,
    /// Whose.
    pub patient: PatientId,
    /// Why.
    pub reason: ErasureReason,
    /// Who asked.
    pub by: PersonId,
    /// Who else agreed.
    pub approved_by: PersonId,
    /// Whether everything has been done.
    pub done: bool,
    /// Events of the patient that were recorded before encryption was turned on: they are stored in the clear, and no key that
    /// is destroyed hides them. Known once it is done.
    pub clear_events: u64,
}

/// The shreds of one ledger.
#[derive(Clone)]
pub struct Shreds {
    store: Arc<dyn KeyStore>,
    ledger: LedgerId,
    clock: Arc<dyn Clock>,
}

impl Shreds {
    /// Those of `ledger`.
    pub fn new(store: Arc<dyn KeyStore>, ledger: LedgerId, clock: Arc<dyn Clock>) -> Self {
        Self { store, ledger, clock }
    }

    /// What was asked and is not done, oldest first.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn unfinished(&self) -> Result<Vec<Shred>, StoreError> {
        let all = self.store.shreds(&self.ledger).await?;
        Ok(all.into_iter().filter(|shred| !shred.done).collect())
    }

    /// Everything that was ever asked, oldest first.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn all(&self) -> Result<Vec<Shred>, StoreError> {
        self.store.shreds(&self.ledger).await
    }

    /// Destroys the keys of a patient whose erasure the ledger holds; does nothing the second time.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn destroy(&self, patient: PatientId) -> Result<u64, StoreError> {
        self.store.destroy(&self.ledger, patient, self.clock.now()).await
    }

    /// Puts on record that nothing is left to do, and how many events of the patient stay in the clear.
    ///
    /// # Errors
    ///
    /// See [`StoreError`].
    pub async fn done(&self, shred: &Shred, clear_events: u64) -> Result<(), StoreError> {
        self.store.done(shred.id, clear_events, self.clock.now()).await
    }
}
