//! Reading an export: every row is checked before it is handed on.

use std::io::{ErrorKind, Read};

use sha2::{Digest, Sha256};

use super::ArchiveError;
use super::format::{self, DIGEST, FORMAT, FRAME, HEADER, LINE, NAME};
use crate::Report;
use crate::check::Check;
use crate::merkle::Hash;
use crate::stored::{Record, StoredHead};

/// Positions between two reports of progress.
const PROGRESS_STEP: u64 = 10_000;

/// Is told positions done and to do.
pub type Progress<'a> = dyn FnMut(u64, u64) + Send + 'a;

/// Checks a whole export without its ledger: every leaf, the links of every stream, the receipts, the root, the epochs and
/// the digest. What is in memory is where each stream ends.
///
/// # Errors
///
/// The first thing that is wrong; see [`ArchiveError`].
pub fn verify(from: impl Read, progress: &mut Progress<'_>) -> Result<Report, ArchiveError> {
    verify_leaves(from, &mut |_| {}, progress)
}

/// The same, telling the leaf hash of each event in order, once it is checked: for comparing them with what was signed. What is
/// told holds only if the whole does.
///
/// # Errors
///
/// See [`verify`].
pub fn verify_leaves(
    from: impl Read,
    leaf: &mut dyn FnMut(Hash),
    progress: &mut Progress<'_>,
) -> Result<Report, ArchiveError> {
    let mut reading = Reading::begin(from)?;
    while let Some(record) = reading.next()? {
        if let Record::Entry(entry) = record {
            leaf(entry.leaf_hash);
        }
        reading.tell(progress);
    }
    reading.finish()
}

/// Whether a file that begins with these bytes is an export.
pub fn is_export(first: &[u8]) -> bool {
    first.starts_with(NAME.as_bytes())
}

/// An export that is being read.
pub(crate) struct Reading<R> {
    from: Digested<R>,
    check: Check,
    told: u64,
}

impl<R: Read> Reading<R> {
    /// Reads up to the header.
    pub(crate) fn begin(from: R) -> Result<Self, ArchiveError> {
        let mut from = Digested { from, digest: Sha256::new() };
        let line = from.line()?;
        let found = line.strip_prefix(NAME).ok_or(ArchiveError::NotAnExport)?;
        if found != FORMAT.to_string() {
            return Err(ArchiveError::OtherFormat { found: found.to_owned(), known: FORMAT });
        }
        let (tag, body) = from.frame(0)?.ok_or(ArchiveError::Header)?;
        let head = format::read_header(&body).filter(|_| tag == HEADER).ok_or(ArchiveError::Header)?;
        Ok(Self { from, check: Check::of(head), told: 0 })
    }

    /// Where the history ends.
    pub(crate) fn head(&self) -> &StoredHead {
        self.check.head()
    }

    /// The next row, which is right where it is; `None` after the last one, when the file is what was written.
    pub(crate) fn next(&mut self) -> Result<Option<Record>, ArchiveError> {
        let written = self.from.digest.clone();
        let Some((tag, body)) = self.from.frame(self.check.position())? else {
            return Err(self.check.unreadable().into());
        };
        if tag == DIGEST {
            let same = written.finalize()[..] == body[..];
            return if same && self.from.ended()? { Ok(None) } else { Err(ArchiveError::Digest) };
        }
        let record = format::read_record(tag, &body);
        self.check.take(&record)?;
        Ok(Some(record))
    }

    /// Tells how far it is, now and then.
    pub(crate) fn tell(&mut self, progress: &mut Progress<'_>) {
        let position = self.check.position();
        if position >= self.told + PROGRESS_STEP || position == self.head().position {
            self.told = position;
            progress(position, self.head().position);
        }
    }

    /// What the file holds, once there is no next row.
    pub(crate) fn finish(self) -> Result<Report, ArchiveError> {
        Ok(self.check.finish()?)
    }
}

/// Bytes that are counted into the digest as they are read.
struct Digested<R> {
    from: R,
    digest: Sha256,
}

impl<R: Read> Digested<R> {
    fn line(&mut self) -> Result<String, ArchiveError> {
        let mut line = Vec::new();
        while line.len() < LINE {
            let mut byte = [0];
            self.fill(&mut byte).map_err(|error| match error {
                Lost::Ended => ArchiveError::NotAnExport,
                Lost::Failed(cause) => cause.into(),
            })?;
            if byte == *b"\n" {
                return String::from_utf8(line).map_err(|_| ArchiveError::NotAnExport);
            }
            line.extend(byte);
        }
        Err(ArchiveError::NotAnExport)
    }

    /// What comes next and its body; `None` when its length is of no frame.
    fn frame(&mut self, after: u64) -> Result<Option<(u8, Vec<u8>)>, ArchiveError> {
        let cut = |error| match error {
            Lost::Ended => ArchiveError::Cut { after },
            Lost::Failed(cause) => cause.into(),
        };
        let mut start = [0; 5];
        self.fill(&mut start).map_err(cut)?;
        let [tag, length @ ..] = start;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > FRAME {
            return Ok(None);
        }
        let mut body = vec![0; length];
        self.fill(&mut body).map_err(cut)?;
        Ok(Some((tag, body)))
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Lost> {
        self.from.read_exact(bytes).map_err(|error| {
            let ended = error.kind() == ErrorKind::UnexpectedEof;
            if ended { Lost::Ended } else { Lost::Failed(error) }
        })?;
        self.digest.update(bytes);
        Ok(())
    }

    fn ended(&mut self) -> Result<bool, ArchiveError> {
        match self.fill(&mut [0]) {
            Ok(()) => Ok(false),
            Err(Lost::Ended) => Ok(true),
            Err(Lost::Failed(cause)) => Err(cause.into()),
        }
    }
}

/// Why there are no more bytes.
enum Lost {
    Ended,
    Failed(std::io::Error),
}
