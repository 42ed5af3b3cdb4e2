//! Partners who say that they saw the same history.

use crate::note::{KeyKind, Note, NoteError, VerifierKey};
use crate::store::Cosigned;
use crate::{Log, LogError, SignError};

/// The most cosigners that a ledger has.
const MOST: usize = 64;

/// Whose cosignatures are kept.
#[derive(Clone, Debug, Default)]
pub struct Cosigners(Vec<VerifierKey>);

impl Cosigners {
    /// Those with these keys.
    ///
    /// # Errors
    ///
    /// [`NoteError::Key`] when one is no cosigner's key, [`NoteError::Name`] when a name stands twice or there are more
    /// than 64.
    pub fn new(keys: Vec<VerifierKey>) -> Result<Self, NoteError> {
        if keys.iter().any(|key| key.kind() != KeyKind::Cosigner) {
            return Err(NoteError::Key);
        }
        let mut names: Vec<_> = keys.iter().map(VerifierKey::name).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() == keys.len() && keys.len() <= MOST { Ok(Self(keys)) } else { Err(NoteError::Name) }
    }

    /// Keeps a note that one of them has cosigned: a checkpoint of this log, signed by it, and true still.
    ///
    /// # Errors
    ///
    /// [`LogError::Contradiction`] when the note is not this log's, no cosigner has signed it, or the log does not have
    /// that root at that size; [`LogError::OutOfRange`] when it is longer than the log.
    pub async fn take(&self, log: &Log, note: &str) -> Result<Vec<Cosigned>, LogError> {
        let signed = log.opened(note)?;
        let checkpoint = signed.checkpoint();
        if checkpoint.origin != log.origin() {
            return Err(LogError::EpochChanged);
        }
        let mut taken = Vec::new();
        for key in &self.0 {
            match key.cosigned_at(signed.note()) {
                Ok(_) => taken.push(key.name()),
                Err(NoteError::NotSigned) => {}
                Err(false_one) => return Err(SignError::OtherKey(false_one).into()),
            }
        }
        if taken.is_empty() {
            return Err(SignError::OtherKey(NoteError::NotSigned).into());
        }
        if log.root(checkpoint.size).await? != checkpoint.root {
            return Err(SignError::Altered { signed: checkpoint.size }.into());
        }
        let kept = |name: &str| Cosigned {
            cosigner: name.to_owned(),
            size: checkpoint.size,
            note: self.without_strangers(signed.note(), log.key()),
        };
        let kept: Vec<_> = taken.into_iter().map(kept).collect();
        for cosigned in &kept {
            log.store().keep_cosigned(&checkpoint.origin, cosigned).await?;
        }
        Ok(kept)
    }

    /// The note with the lines of known keys alone: what a stranger wrote beside them is nobody's business to keep.
    fn without_strangers(&self, note: &Note, own: &VerifierKey) -> String {
        let known = |name: &str| name == own.name() || self.0.iter().any(|key| key.name() == name);
        let lines = note.signatures().iter().filter(|signature| known(signature.name()));
        lines.fold(format!("{}\n", note.text()), |text, line| format!("{text}{line}\n"))
    }
}
