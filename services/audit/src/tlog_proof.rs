//! A proof of one event as a file of its own, in the form of C2SP tlog-proof: what was hashed of the event, the way to the
//! root, and the checkpoint that signs the root.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use concord_ledger::merkle::{Hash, leaf_hash};

use crate::checkpoint::{hash, number};
use crate::note::{NoteError, VerifierKey};
use crate::{Signed, proof};

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// A proof that an event is in the log. The extra data are the bytes of its leaf, which hold no content: digests of payload
/// and metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// The bytes of the leaf.
    pub leaf: Vec<u8>,
    /// Its place, from 0: one less than the position.
    pub index: u64,
    /// From the leaf up.
    pub path: Vec<Hash>,
    /// The signed note.
    pub checkpoint: String,
}

impl TlogProof {
    /// Insists that `key` signed a log that has the leaf at the index.
    ///
    /// # Errors
    ///
    /// [`NoteError`] of the checkpoint, or [`NoteError::False`] when the path does not lead to its root.
    pub fn verify(&self, key: &VerifierKey) -> Result<Signed, NoteError> {
        let signed = Signed::open(&self.checkpoint, key)?;
        let checkpoint = signed.checkpoint();
        let root = proof::inclusion_root(self.index, checkpoint.size, leaf_hash(&self.leaf), &self.path);
        if root == Some(checkpoint.root) { Ok(signed) } else { Err(NoteError::False) }
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}\nextra {}\nindex {}", STANDARD.encode(&self.leaf), self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{}", STANDARD.encode(hash)))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for TlogProof {
    type Err = NoteError;

    fn from_str(text: &str) -> Result<Self, NoteError> {
        let (proof, checkpoint) = text.split_once("\n\n").ok_or(NoteError::Malformed)?;
        let mut lines = proof.lines();
        let mut word = |before: &str| {
            lines.next().and_then(|line| line.strip_prefix(before)).ok_or(NoteError::Malformed)
        };
        let header = word(HEADER)?;
        let leaf = STANDARD.decode(word("extra ")?).map_err(|_| NoteError::Malformed)?;
        let index = number(word("index ")?).ok_or(NoteError::Malformed)?;
        let path = lines.map(hash).collect::<Option<Vec<_>>>().ok_or(NoteError::Malformed)?;
        if !header.is_empty() || path.len() > proof::MOST_HASHES {
            return Err(NoteError::Malformed);
        }
        Ok(Self { leaf, index, path, checkpoint: checkpoint.to_owned() })
    }
}
