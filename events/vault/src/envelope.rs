//! How something sealed is stored: a JSON string that holds `c1:` and, in base64, the key's identifier, the nonce, the
//! ciphertext and the tag. `c1` names the cipher (AES-256-GCM) and this layout; another one gets another name.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use concord_kernel::LedgerId;
use concord_ledger::{Place, SEALED};
use uuid::Uuid;

use crate::KeyError;
use crate::data_key::{DataKey, NONCE_BYTES, TAG_BYTES};

const ID_BYTES: usize = 16;
const CIPHERTEXT: usize = ID_BYTES + NONCE_BYTES;
const LEAST: usize = CIPHERTEXT + TAG_BYTES;
const END: u8 = b'"';

/// Places of one ledger as the bytes that a sealed value is bound to. The place in the stream is not among them, because it
/// is not known when something is sealed; the leaf binds it.
pub(crate) fn bound(ledger: &LedgerId, place: Place<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    part(&mut out, ledger.to_string().as_bytes());
    match place {
        Place::Payload { stream, event_type } => {
            out.push(b'p');
            part(&mut out, stream.kind.as_str().as_bytes());
            out.extend_from_slice(stream.id.as_bytes());
            part(&mut out, event_type.as_bytes());
        }
        Place::Reply(command) => {
            out.push(b'r');
            out.extend_from_slice(command.uuid().as_bytes());
        }
    }
    out
}

fn part(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u16::try_from(bytes.len()).expect("names of ledgers, streams and events are short");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(bytes);
}

/// Seals `plaintext`.
pub(crate) fn seal(key: &DataKey, bound: &[u8], plaintext: &[u8]) -> Result<Bytes, KeyError> {
    let mut raw = Vec::with_capacity(LEAST + plaintext.len());
    raw.extend_from_slice(key.id.as_bytes());
    raw.extend_from_slice(&[0; NONCE_BYTES]);
    raw.extend_from_slice(plaintext);
    let (nonce, tag) = key.seal(bound, &mut raw[CIPHERTEXT..])?;
    raw[ID_BYTES..CIPHERTEXT].copy_from_slice(&nonce);
    raw.extend_from_slice(&tag);
    let mut stored = String::with_capacity(SEALED.len() + raw.len() * 4 / 3 + 4);
    stored.push_str(std::str::from_utf8(SEALED).expect("the beginning is ASCII"));
    URL_SAFE_NO_PAD.encode_string(&raw, &mut stored);
    stored.push(char::from(END));
    Ok(Bytes::from(stored))
}

/// A sealed value that has been taken apart.
pub(crate) struct Sealed(Vec<u8>);

impl Sealed {
    /// Takes stored bytes apart; `None` when they are no sealed value.
    pub(crate) fn parse(stored: &[u8]) -> Option<Self> {
        let text = stored.strip_prefix(SEALED)?.strip_suffix(&[END])?;
        let raw = URL_SAFE_NO_PAD.decode(text).ok()?;
        (raw.len() >= LEAST).then_some(Self(raw))
    }

    /// Which key sealed it.
    pub(crate) fn key(&self) -> Uuid {
        Uuid::from_bytes(array(&self.0[..ID_BYTES]))
    }

    /// What was sealed; `None` when it was altered, moved, or sealed with another key.
    pub(crate) fn open(mut self, key: &DataKey, bound: &[u8]) -> Option<Bytes> {
        let nonce = array(&self.0[ID_BYTES..CIPHERTEXT]);
        let end = self.0.len() - TAG_BYTES;
        let tag = array(&self.0[end..]);
        self.0.truncate(end);
        key.open(bound, &nonce, &mut self.0[CIPHERTEXT..], &tag)
            .then(|| Bytes::from(self.0).slice(CIPHERTEXT..))
    }
}

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().expect("the parts have the lengths that they were cut at")
}

#[cfg(test)]
mod tests {
    use concord_kernel::{CommandId, StreamKind, StreamRef, TenantId};

    use super::*;
    use crate::data_key::generate;

    const TEXT: &[u8] = br#"{"ScaleTaken":{"score":17}}"#;

    fn ledger(tenant: &str) -> LedgerId {
        LedgerId::clinical(TenantId::parse(tenant).unwrap())
    }

    fn payload(id: u128, event_type: &str) -> Place<'_> {
        Place::Payload { stream: StreamRef { kind: StreamKind::Scales, id: Uuid::from_u128(id) }, event_type }
    }

    fn key() -> DataKey {
        DataKey::new(Uuid::from_u128(7), &generate().unwrap())
    }

    #[test]
    fn what_is_sealed_is_json_without_a_word_of_it_and_opens_again() {
        let (key, bound) = (key(), bound(&ledger("a"), payload(1, "ScaleTaken")));
        let sealed = seal(&key, &bound, TEXT).unwrap();
        assert!(serde_json::from_slice::<String>(&sealed).is_ok());
        assert!(!sealed.windows(5).any(|part| part == b"Scale"));
        let parsed = Sealed::parse(&sealed).unwrap();
        assert_eq!(parsed.key(), key.id);
        assert_eq!(parsed.open(&key, &bound).as_deref(), Some(TEXT));
        assert_ne!(seal(&key, &bound, TEXT).unwrap(), sealed, "each has a nonce of its own");
    }

    #[test]
    fn no_byte_of_it_can_be_another() {
        let (key, bound) = (key(), bound(&ledger("a"), payload(1, "ScaleTaken")));
        let sealed = seal(&key, &bound, TEXT).unwrap();
        let raw = URL_SAFE_NO_PAD.decode(&sealed[SEALED.len()..sealed.len() - 1]).unwrap();
        for at in ID_BYTES..raw.len() {
            let mut changed = raw.clone();
            changed[at] ^= 1;
            assert_eq!(Sealed(changed).open(&key, &bound), None, "byte {at}");
        }
    }

    #[test]
    fn it_opens_nowhere_else() {
        let (key, here) = (key(), bound(&ledger("a"), payload(1, "ScaleTaken")));
        let sealed = seal(&key, &here, TEXT).unwrap();
        let elsewhere = [
            bound(&ledger("b"), payload(1, "ScaleTaken")),
            bound(&ledger("a"), payload(2, "ScaleTaken")),
            bound(&ledger("a"), payload(1, "RiskRaised")),
            bound(&ledger("a"), Place::Reply(CommandId::new(Uuid::from_u128(1)))),
        ];
        for bound in elsewhere {
            assert_eq!(Sealed::parse(&sealed).unwrap().open(&key, &bound), None);
        }
        let other = self::key();
        assert_eq!(Sealed::parse(&sealed).unwrap().open(&other, &here), None);
    }

    #[test]
    fn what_is_clear_is_not_taken_for_sealed() {
        for clear in [TEXT, b"\"Paused\"", b"\"c1:short\"", b"", b"[]"] {
            assert!(Sealed::parse(clear).is_none());
        }
    }
}
