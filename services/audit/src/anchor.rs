//! Where checkpoints are taken so that the database's administrator cannot change them.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use async_trait::async_trait;

use crate::Signed;
use crate::note::{NoteError, VerifierKey};

/// How much of the end of a file is read to find the last note.
const END_BYTES: u64 = 64 * 1024;

/// A place cannot be written or read.
#[derive(Debug, thiserror::Error)]
#[error("the place where checkpoints are kept cannot be written or read")]
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

    /// The last checkpoint that was kept and that `key` has signed; `None` when there is none.
    ///
    /// # Errors
    ///
    /// [`AnchorError`] when the place cannot be read.
    async fn last(&self, key: &VerifierKey) -> Result<Option<Signed>, AnchorError>;
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

    async fn last(&self, key: &VerifierKey) -> Result<Option<Signed>, AnchorError> {
        let (path, key) = (self.path.clone(), key.clone());
        let read = tokio::task::spawn_blocking(move || Ok(last(&end(&path)?, &key)));
        let read: io::Result<_> = read.await.map_err(|error| AnchorError(Box::new(error)))?;
        read.map_err(|error| AnchorError(Box::new(error)))
    }
}

/// The end of the file, with several notes in it.
fn end(path: &Path) -> io::Result<String> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(String::new()),
        Err(error) => return Err(error),
    };
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(END_BYTES)))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The last whole note of `text` that `key` has signed.
fn last(text: &str, key: &VerifierKey) -> Option<Signed> {
    let begins = format!("{}/", key.name());
    let starts = text.rmatch_indices(&begins).map(|(at, _)| at);
    let mut of_a_line = starts.filter(|at| *at == 0 || text[..*at].ends_with('\n'));
    of_a_line.find_map(|at| read_anchored(&text[at..], key).ok()?.into_iter().next_back())
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
