//! Keys that are held here: the first wraps, all of them unwrap.

use aes_gcm::Aes256Gcm;
use async_trait::async_trait;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{Kek, Wrapped};
use crate::KekError;
use crate::data_key::{KEY_BYTES, NONCE_BYTES, Secret, TAG_BYTES, cipher, generate, open, seal};

const WRAPPED_BYTES: usize = NONCE_BYTES + KEY_BYTES + TAG_BYTES;
/// What a key's name is made of: bytes of the hash of the key.
const NAME_BYTES: usize = 8;
/// Keeps the hash that names a key from being one of anything else.
const NAMED: &[u8] = b"concord key-encryption key";

struct Held {
    name: String,
    cipher: Aes256Gcm,
}

/// Keys, newest first.
pub struct Keyring(Vec<Held>);

impl Keyring {
    /// Reads keys, each 32 bytes in base64, parted by commas or lines; the first is the current one.
    ///
    /// # Errors
    ///
    /// [`KekError::Malformed`] when there is none, or something else stands there.
    pub fn parse(text: &str) -> Result<Self, KekError> {
        let keys = text.split([',', '\n']).map(str::trim).filter(|key| !key.is_empty());
        let held = keys.map(held).collect::<Result<Vec<_>, _>>()?;
        if held.is_empty() { Err(KekError::Malformed) } else { Ok(Self(held)) }
    }

    /// A new key as it is written.
    ///
    /// # Errors
    ///
    /// [`KekError::Random`].
    pub fn generate() -> Result<Zeroizing<String>, KekError> {
        let secret = generate().map_err(|_| KekError::Random)?;
        Ok(Zeroizing::new(STANDARD.encode(secret.as_slice())))
    }

    pub(crate) fn name(&self) -> &str {
        &self.0[0].name
    }

    pub(crate) fn wrapped(&self, bound: &[u8], secret: &Secret) -> Result<Wrapped, KekError> {
        let Held { name, cipher } = &self.0[0];
        let mut body = Zeroizing::new(**secret);
        let (nonce, tag) = seal(cipher, bound, body.as_mut_slice()).map_err(|_| KekError::Random)?;
        Ok(Wrapped { kek: name.clone(), bytes: [&nonce, body.as_slice(), &tag].concat() })
    }

    pub(crate) fn unwrapped(&self, bound: &[u8], wrapped: &Wrapped) -> Result<Secret, KekError> {
        let held = self.0.iter().find(|held| held.name == wrapped.kek);
        let held = held.ok_or_else(|| KekError::Missing(wrapped.kek.clone()))?;
        let wrong = || KekError::Wrong(wrapped.kek.clone());
        let bytes: &[u8; WRAPPED_BYTES] = wrapped.bytes.as_slice().try_into().map_err(|_| wrong())?;
        let (nonce, rest) = bytes.split_first_chunk().ok_or_else(wrong)?;
        let (body, tag) = rest.split_last_chunk().ok_or_else(wrong)?;
        let mut secret = Zeroizing::new([0; KEY_BYTES]);
        secret.copy_from_slice(body);
        if open(&held.cipher, bound, nonce, secret.as_mut_slice(), tag) { Ok(secret) } else { Err(wrong()) }
    }
}

fn held(text: &str) -> Result<Held, KekError> {
    let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| KekError::Malformed)?);
    let secret: [u8; KEY_BYTES] = bytes.as_slice().try_into().map_err(|_| KekError::Malformed)?;
    let secret = Zeroizing::new(secret);
    let hash = Sha256::new().chain_update(NAMED).chain_update(secret.as_slice()).finalize();
    Ok(Held { name: format!("local:{}", hex::encode(&hash[..NAME_BYTES])), cipher: cipher(&secret) })
}

/// Keys that were given once, as by the environment.
#[async_trait]
impl Kek for Keyring {
    async fn current(&self) -> Result<String, KekError> {
        Ok(self.name().to_owned())
    }

    async fn wrap(&self, bound: &[u8], secret: &Secret) -> Result<Wrapped, KekError> {
        self.wrapped(bound, secret)
    }

    async fn unwrap(&self, bound: &[u8], wrapped: &Wrapped) -> Result<Secret, KekError> {
        self.unwrapped(bound, wrapped)
    }

    /// Whoever gave two has renewed it already.
    async fn renew(&self) -> Result<(), KekError> {
        if self.0.len() > 1 { Ok(()) } else { Err(KekError::Elsewhere) }
    }

    async fn give_up(&self) -> Result<(), KekError> {
        Ok(())
    }

    async fn look_again(&self) -> Result<(), KekError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ring(keys: &[&str]) -> Keyring {
        Keyring::parse(&keys.join(",")).unwrap()
    }

    #[test]
    fn a_key_before_the_current_one_still_unwraps() {
        let (old, new) = (Keyring::generate().unwrap(), Keyring::generate().unwrap());
        let secret = generate().unwrap();
        let wrapped = ring(&[&old]).wrapped(b"x", &secret).unwrap();
        let both = ring(&[&new, &old]);
        assert_eq!(both.unwrapped(b"x", &wrapped).unwrap(), secret);
        assert_ne!(both.name(), wrapped.kek);
        assert!(matches!(ring(&[&new]).unwrapped(b"x", &wrapped), Err(KekError::Missing(_))));
    }

    #[test]
    fn what_was_wrapped_for_one_is_not_unwrapped_for_another() {
        let (ring, secret) = (ring(&[&Keyring::generate().unwrap()]), generate().unwrap());
        let wrapped = ring.wrapped(b"ada", &secret).unwrap();
        assert!(matches!(ring.unwrapped(b"ben", &wrapped), Err(KekError::Wrong(_))));
        for at in 0..WRAPPED_BYTES {
            let mut altered = wrapped.clone();
            altered.bytes[at] ^= 1;
            assert!(matches!(ring.unwrapped(b"ada", &altered), Err(KekError::Wrong(_))), "byte {at}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let short = STANDARD.encode([1; 31]);
        for text in ["", "\n", "not base64!", short.as_str()] {
            assert!(matches!(Keyring::parse(text), Err(KekError::Malformed)), "{text}");
        }
    }
}
