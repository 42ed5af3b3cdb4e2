//! Keys that sign notes, and their public halves.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use concord_kernel::Instant;
use ed25519_dalek::Signer as _;
use sha2::{Digest, Sha256};

use super::{Note, NoteError, Signature};

const MICROS_PER_SECOND: i64 = 1_000_000;

/// What a key's signature says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// The log itself stands for the text.
    Log,
    /// A witness has found the checkpoint consistent with all that it saw before, at the time that is signed along.
    Cosigner,
}

impl KeyKind {
    /// The byte of the kind in keys and their identifiers.
    const fn byte(self) -> u8 {
        match self {
            Self::Log => 0x01,
            Self::Cosigner => 0x04,
        }
    }
}

/// The public half: who signs, and how that is checked. Written `name+id+base64`, the form of C2SP verifier keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    kind: KeyKind,
    id: [u8; 4],
    key: ed25519_dalek::VerifyingKey,
}

/// The secret half. `Debug` tells the name alone.
pub struct SigningKey {
    public: VerifierKey,
    key: ed25519_dalek::SigningKey,
}

impl VerifierKey {
    fn new(name: &str, kind: KeyKind, key: ed25519_dalek::VerifyingKey) -> Result<Self, NoteError> {
        if name.is_empty() || name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+') {
            return Err(NoteError::Name);
        }
        let mut hash = Sha256::new();
        hash.update(name.as_bytes());
        hash.update([b'\n', kind.byte()]);
        hash.update(key.as_bytes());
        let hash: [u8; 32] = hash.finalize().into();
        let (id, _) = hash.split_first_chunk().expect("a hash has more than four bytes");
        Ok(Self { name: name.to_owned(), kind, id: *id, key })
    }

    /// Whose key it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What its signatures say.
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// Insists that the key has signed the note.
    ///
    /// # Errors
    ///
    /// [`NoteError::NotSigned`] when no line is by the key, [`NoteError::False`] when one claims to be and is not.
    pub fn verify(&self, note: &Note) -> Result<(), NoteError> {
        let mut signed = Err(NoteError::NotSigned);
        for signature in note.signatures().iter().filter(|one| one.is_by(&self.name, self.id)) {
            self.check(note.text(), signature)?;
            signed = Ok(());
        }
        signed
    }

    /// When the key cosigned the note; of several times the latest.
    ///
    /// # Errors
    ///
    /// As [`VerifierKey::verify`].
    pub fn cosigned_at(&self, note: &Note) -> Result<Instant, NoteError> {
        let mut at = Err(NoteError::NotSigned);
        for signature in note.signatures().iter().filter(|one| one.is_by(&self.name, self.id)) {
            let time = self.check(note.text(), signature)?.ok_or(NoteError::NotSigned)?;
            at = Ok(at.map_or(time, |at: Instant| at.max(time)));
        }
        at
    }

    /// Checks one line; gives the time that is signed along, for a cosigner.
    fn check(&self, text: &str, signature: &Signature) -> Result<Option<Instant>, NoteError> {
        let bytes = signature.bytes();
        let (time, bytes) = match self.kind {
            KeyKind::Log => (None, bytes),
            KeyKind::Cosigner => {
                let (seconds, rest) = bytes.split_first_chunk::<8>().ok_or(NoteError::False)?;
                (Some(u64::from_be_bytes(*seconds)), rest)
            }
        };
        let signature = ed25519_dalek::Signature::from_slice(bytes).map_err(|_| NoteError::False)?;
        let message = message(text, time);
        self.key.verify_strict(message.as_bytes(), &signature).map_err(|_| NoteError::False)?;
        time.map(instant).transpose()
    }
}

fn instant(seconds: u64) -> Result<Instant, NoteError> {
    let micros = i64::try_from(seconds).ok().and_then(|seconds| seconds.checked_mul(MICROS_PER_SECOND));
    micros.and_then(|micros| Instant::from_micros(micros).ok()).ok_or(NoteError::False)
}

/// What is signed: the text, for a cosigner under a header with the time.
fn message(text: &str, time: Option<u64>) -> String {
    time.map_or_else(|| text.to_owned(), |seconds| format!("cosignature/v1\ntime {seconds}\n{text}"))
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[self.kind.byte()], self.key.as_bytes().as_slice()].concat());
        write!(f, "{}+{}+{key}", self.name, hex::encode(self.id))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.trim().splitn(3, '+');
        let (name, id, key) = parts
            .next()
            .zip(parts.next())
            .zip(parts.next())
            .map(|((name, id), key)| (name, id, key))
            .ok_or(NoteError::Key)?;
        let key = STANDARD.decode(key).map_err(|_| NoteError::Key)?;
        let (kind, key) = key.split_first().ok_or(NoteError::Key)?;
        let kind = [KeyKind::Log, KeyKind::Cosigner].into_iter().find(|known| known.byte() == *kind);
        let key = key.try_into().map_err(|_| NoteError::Key)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(key).map_err(|_| NoteError::Key)?;
        let read = Self::new(name, kind.ok_or(NoteError::Key)?, key)?;
        // The identifier guards against a key that was cut or mixed up with another's name.
        if hex::encode(read.id) == id { Ok(read) } else { Err(NoteError::Key) }
    }
}

impl SigningKey {
    /// Length of the secret, in bytes.
    pub const SEED_BYTES: usize = 32;

    /// The key of `name` that follows from a secret.
    ///
    /// # Errors
    ///
    /// [`NoteError::Name`] when the name cannot be one of a key.
    pub fn from_seed(name: &str, kind: KeyKind, seed: &[u8; Self::SEED_BYTES]) -> Result<Self, NoteError> {
        let key = ed25519_dalek::SigningKey::from_bytes(seed);
        Ok(Self { public: VerifierKey::new(name, kind, key.verifying_key())?, key })
    }

    /// The half that everybody may have.
    pub const fn public(&self) -> &VerifierKey {
        &self.public
    }

    /// The note with this key's signature; a cosigner signs `now` along.
    #[must_use]
    pub fn sign(&self, note: Note, now: Instant) -> Note {
        let time = match self.public.kind {
            KeyKind::Log => None,
            KeyKind::Cosigner => Some(now.micros().div_euclid(MICROS_PER_SECOND).unsigned_abs()),
        };
        let signature = self.key.sign(message(note.text(), time).as_bytes());
        let mut bytes = time.map_or_else(Vec::new, |seconds| seconds.to_be_bytes().to_vec());
        bytes.extend_from_slice(&signature.to_bytes());
        let signature = Signature::new(&self.public.name, self.public.id, bytes);
        note.with(signature)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("name", &self.public.name).finish_non_exhaustive()
    }
}
