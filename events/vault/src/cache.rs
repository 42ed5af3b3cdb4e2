//! Data keys in memory: a bounded number, overwritten when they leave.

use std::sync::{Arc, PoisonError, RwLock};

use concord_kernel::PatientId;
use quick_cache::sync::Cache;
use uuid::Uuid;

use crate::KeyClass;
use crate::data_key::DataKey;

/// The most keys in memory for each ledger, about a kilobyte each.
const KEYS: usize = 16_384;

/// What is known of a key by its name.
#[derive(Clone, Debug)]
pub(crate) enum Held {
    /// The key.
    Key(Arc<DataKey>),
    /// It was destroyed.
    Destroyed,
}

/// Keys of one ledger.
pub(crate) struct KeyCache {
    /// How often everything was forgotten: what was read from the store before that is not kept after it.
    cleared: RwLock<u64>,
    named: Cache<Uuid, Held>,
    owned: Cache<(PatientId, KeyClass), Arc<DataKey>>,
}

impl KeyCache {
    pub(crate) fn new() -> Self {
        Self { cleared: RwLock::new(0), named: Cache::new(KEYS), owned: Cache::new(KEYS) }
    }

    pub(crate) fn of(&self, patient: PatientId, class: KeyClass) -> Option<Arc<DataKey>> {
        self.owned.get(&(patient, class))
    }

    pub(crate) fn named(&self, id: Uuid) -> Option<Held> {
        self.named.get(&id)
    }

    /// To be asked before the store is.
    pub(crate) fn age(&self) -> u64 {
        *self.cleared.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn keep(&self, age: u64, patient: PatientId, class: KeyClass, key: Arc<DataKey>) {
        let cleared = self.cleared.read().unwrap_or_else(PoisonError::into_inner);
        if *cleared != age {
            return;
        }
        self.named.insert(key.id, Held::Key(Arc::clone(&key)));
        self.owned.insert((patient, class), key);
    }

    pub(crate) fn keep_destroyed(&self, id: Uuid) {
        self.named.insert(id, Held::Destroyed);
    }

    /// Forgets everything: what is still needed is asked for again.
    pub(crate) fn clear(&self) {
        let mut cleared = self.cleared.write().unwrap_or_else(PoisonError::into_inner);
        *cleared += 1;
        self.named.clear();
        self.owned.clear();
    }
}
