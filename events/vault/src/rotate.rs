//! Changing the key-encryption key under services that run. What is sealed stays as it is: only data keys are wrapped anew.

use crate::store::{fits, take_over};
use crate::{Kek, KeyError, KeyStore};

/// Data keys that are looked at together.
const PAGE: usize = 256;

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    /// The key-encryption key that wraps all of them now.
    pub kek: String,
    /// Data keys that were wrapped anew.
    pub rewrapped: u64,
}

/// Makes another key-encryption key the current one and wraps every data key with it; then gives the one before up. Cut off
/// anywhere, it is done again: nothing is lost, because the old one is given up last.
///
/// From the moment at which the store knows the new one, no service adds a key that the old one wrapped.
///
/// # Errors
///
/// See [`KeyError`].
pub async fn rotate(store: &dyn KeyStore, kek: &dyn Kek) -> Result<Rotated, KeyError> {
    fits(store, kek).await?;
    kek.renew().await?;
    let current = take_over(store, kek).await?;
    let mut rewrapped = 0;
    loop {
        let outdated = store.outdated(&current, PAGE).await?;
        if outdated.is_empty() {
            break;
        }
        for key in outdated {
            let Some(was) = &key.wrapped else { continue };
            let bound = key.owner.bound(key.id);
            let secret = kek.unwrap(&bound, was).await?;
            store.rewrap(key.id, was, &kek.wrap(&bound, &secret).await?).await?;
            rewrapped += 1;
        }
    }
    kek.give_up().await?;
    Ok(Rotated { kek: current, rewrapped })
}
