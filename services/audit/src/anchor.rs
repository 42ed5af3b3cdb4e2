//! Where checkpoints are taken so that the database's administrator cannot change them.

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use crate::Signed;
use crate::note::{NoteError, VerifierKey};

/// A checkpoint was not taken.
#[derive(Debug, thiserror::Error)]
#[error("the checkpoint was not taken")]
pub struct AnchorError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// A place outside the database.
#[async_trait]
pub trait Anchor: Send + Sync + 'static {
    /// What the place is called in the log of the process.
    fn name(&self) -> &'static str;

    /// Keeps a checkpoint; the same one may come again after a restart.
    ///
    /// # Errors
    ///
    /// [`AnchorError`]; a later checkpoint is handed over then.
    async fn keep(&self, signed: &Signed) -> Result<(), AnchorError>;
}

/// A file to which every checkpoint is added: notes, with an empty line after each. Keep it, or a copy, on another machine
/// or on paper.
pub struct FileAnchor {
    path: PathBuf,
}

impl FileAnchor {
    /// Adds to the file at `path`; it is made when there is none.
    pub fn at(path: PathBuf) -> Self {
        Self { path }
    }
}

#[async_trait]
impl Anchor for FileAnchor {
    fn name(&self) -> &'static str {
        "file"
    }

    async fn keep(&self, signed: &Signed) -> Result<(), AnchorError> {
        let (path, note) = (self.path.clone(), format!("{}\n", signed.note()));
        let written = tokio::task::spawn_blocking(move || add(&path, &note));
        let written = written.await.map_err(|error| AnchorError(Box::new(error)))?;
        written.map_err(|error| AnchorError(Box::new(error)))
    }
}

fn add(path: &Path, note: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    file.write_all(note.as_bytes())?;
    file.sync_data()
}

/// Reads what a [`FileAnchor`] wrote: every checkpoint, in the order of the file. A last one that was cut off while it was
/// written is left out.
///
/// # Errors
///
/// [`NoteError`] of the first note that is none, or that `key` has not signed.
pub fn read_anchored(text: &str, key: &VerifierKey) -> Result<Vec<Signed>, NoteError> {
    // Text, signatures, text, signatures: each ends with an empty line.
    let parts: Vec<&str> = text.split("\n\n").filter(|part| !part.trim().is_empty()).collect();
    let mut notes: Vec<&[&str]> = parts.chunks(2).collect();
    let cut = !text.ends_with('\n') || notes.last().is_some_and(|last| last.len() < 2);
    if cut && notes.len() > 1 {
        notes.pop();
    }
    let note = |parts: &[&str]| match parts {
        [text, signatures] => Signed::open(&format!("{text}\n\n{}\n", signatures.trim_end()), key),
        _ => Err(NoteError::Malformed),
    };
    notes.into_iter().map(note).collect()
}
