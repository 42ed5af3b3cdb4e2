//! The public keys of an issuer.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use concord_kernel::Instant;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use serde::Deserialize;

use crate::AuthError;

/// How long keys are relied on after they were fetched: an issuer that is away for longer cannot take a key back, so
/// nothing that it signed is believed any more.
pub const KEYS_KEPT: Duration = Duration::from_hours(12);

/// The least time between two fetches that unknown keys ask for: strangers can name as many as they like.
pub const KEYS_ASKED_EVERY: Duration = Duration::from_secs(30);

/// The most keys that are taken from one set.
const MOST_KEYS: usize = 64;

/// The smallest RSA modulus. Source: NIST SP 800-131A, 2048 bits.
const LEAST_MODULUS_BYTES: usize = 256;

/// What is fetched is no set of keys that can be used.
#[derive(Debug, thiserror::Error)]
pub enum KeySetError {
    /// It is no JWK set.
    #[error("it is no JSON Web Key Set")]
    Unreadable(#[source] serde_json::Error),
    /// No key in it can verify what is accepted here.
    #[error("it holds no key for RS256, ES256 or EdDSA with a key id")]
    Empty,
    /// It has more keys than are looked at.
    #[error("it holds more than {MOST_KEYS} keys")]
    TooMany,
}

/// A public key with the one algorithm that it is for: a token's header chooses neither.
pub(crate) struct Key {
    pub(crate) algorithm: Algorithm,
    pub(crate) verifying: DecodingKey,
    published: Jwk,
}

impl Key {
    /// Nothing when it is for another use or algorithm, has no id, or is too weak.
    fn read(published: Jwk) -> Option<(String, Self)> {
        let algorithm = match &published.algorithm {
            AlgorithmParameters::RSA(_) => Algorithm::RS256,
            AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => Algorithm::ES256,
            AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => Algorithm::EdDSA,
            AlgorithmParameters::EllipticCurve(_)
            | AlgorithmParameters::OctetKeyPair(_)
            | AlgorithmParameters::OctetKey(_)
            | AlgorithmParameters::Other(_)
            | _ => return None,
        };
        let common = &published.common;
        let signs = common.public_key_use.as_ref().is_none_or(|purpose| *purpose == PublicKeyUse::Signature);
        let named = common.key_algorithm.is_none_or(|named| named.to_string().parse() == Ok(algorithm));
        let id = common.key_id.clone().filter(|id| !id.is_empty())?;
        let verifying = DecodingKey::from_jwk(&published).ok()?;
        let strong = match verifying.kind() {
            DecodingKeyKind::RsaModulusExponent { n, .. } => {
                n.iter().skip_while(|byte| **byte == 0).count() >= LEAST_MODULUS_BYTES
            }
            DecodingKeyKind::SecretOrDer(_) => true,
        };
        (signs && named && strong).then_some((id, Self { algorithm, verifying, published }))
    }
}

/// The form of a set; a key that cannot be read is one that is not for us.
#[derive(Deserialize)]
struct Published {
    keys: Vec<serde_json::Value>,
}

/// Keys by their ids.
pub struct KeySet(HashMap<String, Key>);

impl KeySet {
    /// Reads a JSON Web Key Set (RFC 7517). Keys for other uses and algorithms are passed over.
    ///
    /// # Errors
    ///
    /// See [`KeySetError`].
    pub fn read(json: &[u8]) -> Result<Self, KeySetError> {
        let set: Published = serde_json::from_slice(json).map_err(KeySetError::Unreadable)?;
        if set.keys.len() > MOST_KEYS {
            return Err(KeySetError::TooMany);
        }
        let readable = set.keys.into_iter().filter_map(|key| serde_json::from_value(key).ok());
        let keys: HashMap<_, _> = readable.filter_map(Key::read).collect();
        if keys.is_empty() { Err(KeySetError::Empty) } else { Ok(Self(keys)) }
    }

    fn same(&self, other: &Self) -> bool {
        let twin =
            |id: &String, key: &Key| other.0.get(id).is_some_and(|twin| twin.published == key.published);
        self.0.len() == other.0.len() && self.0.iter().all(|(id, key)| twin(id, key))
    }
}

/// The keys of an issuer as they were last fetched. Clones share them: whoever fetches replaces them for whoever verifies.
#[derive(Clone)]
pub struct IssuerKeys(Arc<Shared>);

struct Shared {
    held: RwLock<Arc<KeySet>>,
    /// Counts the sets that differed.
    generation: AtomicU64,
    /// Microseconds until when the keys are relied on.
    until: AtomicI64,
    /// Microseconds when a fetch was last asked for because of an unknown key.
    asked: AtomicI64,
    /// Whether that fetch is under way.
    fetching: AtomicBool,
    ask: Box<dyn Fn() + Send + Sync>,
}

impl IssuerKeys {
    /// No keys yet. `ask` is called when they should be fetched now; it must not wait.
    pub fn unknown(ask: impl Fn() + Send + Sync + 'static) -> Self {
        Self(Arc::new(Shared {
            held: RwLock::new(Arc::new(KeySet(HashMap::new()))),
            generation: AtomicU64::new(0),
            until: AtomicI64::new(i64::MIN),
            asked: AtomicI64::new(i64::MIN),
            fetching: AtomicBool::new(false),
            ask: Box::new(ask),
        }))
    }

    /// What was fetched at `now`. What was verified with keys of another set is verified again.
    pub fn replace(&self, keys: KeySet, now: Instant) {
        let mut held = self.0.held.write().unwrap_or_else(PoisonError::into_inner);
        if !held.same(&keys) {
            *held = Arc::new(keys);
            self.0.generation.fetch_add(1, Ordering::Release);
        }
        drop(held);
        self.0.until.store(now.plus(KEYS_KEPT).micros(), Ordering::Release);
        self.0.fetching.store(false, Ordering::Release);
    }

    /// Nothing could be fetched: what is held is relied on for as long as before.
    pub fn failed(&self) {
        self.0.fetching.store(false, Ordering::Release);
    }

    /// Which set is held; refused when it is too old.
    pub(crate) fn generation(&self, now: Instant) -> Result<u64, AuthError> {
        if now.micros() < self.0.until.load(Ordering::Acquire) {
            return Ok(self.0.generation.load(Ordering::Acquire));
        }
        Err(AuthError::KeysUnknown)
    }

    /// Does `with` with the key of that id. One that is not known is fetched, and the caller told to come again; when
    /// that was tried a moment ago, there is no such key.
    pub(crate) fn with<T>(
        &self,
        id: &str,
        now: Instant,
        with: impl FnOnce(&Key) -> Result<T, AuthError>,
    ) -> Result<T, AuthError> {
        let held = Arc::clone(&self.0.held.read().unwrap_or_else(PoisonError::into_inner));
        let Some(key) = held.0.get(id) else { return Err(self.ask(now)) };
        with(key)
    }

    fn ask(&self, now: Instant) -> AuthError {
        let Shared { asked, fetching, ask, .. } = &*self.0;
        if fetching.load(Ordering::Acquire) {
            return AuthError::KeysUnknown;
        }
        let (now, last) = (now.micros(), asked.load(Ordering::Acquire));
        let pause = i64::try_from(KEYS_ASKED_EVERY.as_micros()).unwrap_or(i64::MAX);
        let due = last == i64::MIN || now.saturating_sub(last) >= pause;
        // Of several that come at once, one asks; the others find it fetching.
        if due && asked.compare_exchange(last, now, Ordering::AcqRel, Ordering::Acquire).is_ok() {
            fetching.store(true, Ordering::Release);
            ask();
            return AuthError::KeysUnknown;
        }
        AuthError::Invalid
    }
}
