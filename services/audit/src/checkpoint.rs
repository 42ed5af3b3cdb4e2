//! Checkpoints: how many events a log has and the root over them, signed.
//!
//! Source: C2SP tlog-checkpoint.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use concord_kernel::Instant;
use concord_ledger::merkle::Hash;

use crate::note::{Note, NoteError, SigningKey, VerifierKey};

/// The head of a log at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log; see [`crate::epoch_origin`].
    pub origin: String,
    /// How many events it has: the last position.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
}

/// A checkpoint whose signature was verified, with the note that bears it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    checkpoint: Checkpoint,
    note: Note,
}

impl Checkpoint {
    /// Reads the text of a note; lines after the third are allowed and mean nothing here.
    ///
    /// # Errors
    ///
    /// [`NoteError::OtherText`] when it is no checkpoint.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut lines = text.lines();
        let origin = lines.next().filter(|origin| !origin.is_empty()).ok_or(NoteError::OtherText)?;
        let size = lines.next().and_then(number).ok_or(NoteError::OtherText)?;
        let root = lines.next().and_then(hash).ok_or(NoteError::OtherText)?;
        if lines.any(str::is_empty) {
            return Err(NoteError::OtherText);
        }
        Ok(Self { origin: origin.to_owned(), size, root })
    }

    /// Signs it.
    ///
    /// # Errors
    ///
    /// [`NoteError::OtherText`] when the origin is not of the key.
    pub fn sign(self, key: &SigningKey, now: Instant) -> Result<Signed, NoteError> {
        let note = Note::unsigned(self.to_string())?;
        Signed::of(self, key.sign(note, now), key.public())
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { origin, size, root } = self;
        write!(f, "{origin}\n{size}\n{}\n", STANDARD.encode(root))
    }
}

impl Signed {
    /// Reads a note that `key` must have signed.
    ///
    /// # Errors
    ///
    /// See [`NoteError`]: no note, no checkpoint, of a log that the key is not of, or not signed by it.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, NoteError> {
        let note: Note = note.parse()?;
        let checkpoint = Checkpoint::parse(note.text())?;
        Self::of(checkpoint, note, key)
    }

    fn of(checkpoint: Checkpoint, note: Note, key: &VerifierKey) -> Result<Self, NoteError> {
        key.verify(&note)?;
        let own = checkpoint.origin.strip_prefix(key.name()).is_some_and(|rest| rest.starts_with('/'));
        if own { Ok(Self { checkpoint, note }) } else { Err(NoteError::OtherText) }
    }

    /// What was signed.
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note.
    pub const fn note(&self) -> &Note {
        &self.note
    }
}

/// A number as the format has it: no sign, no zero before it.
pub(crate) fn number(text: &str) -> Option<u64> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

/// A hash in base64.
pub(crate) fn hash(text: &str) -> Option<Hash> {
    STANDARD.decode(text).ok()?.try_into().ok()
}
