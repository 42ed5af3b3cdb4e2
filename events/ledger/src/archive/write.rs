//! Writing an export, row by row. Only what is sound is written.

use std::io::Write;

use sha2::{Digest, Sha256};

use super::ArchiveError;
use super::format::{self, DIGEST, FORMAT, HEADER, NAME};
use crate::Report;
use crate::check::Check;
use crate::stored::{Record, StoredHead};

/// An export that is being written.
pub(crate) struct Writing<W> {
    to: W,
    digest: Sha256,
    check: Check,
    body: Vec<u8>,
}

impl<W: Write> Writing<W> {
    /// Begins with the header.
    pub(crate) fn begin(to: W, head: StoredHead) -> Result<Self, ArchiveError> {
        let header = format::header(&head);
        let mut writing = Self { to, digest: Sha256::new(), check: Check::of(head), body: Vec::new() };
        writing.put(format!("{NAME}{FORMAT}\n").as_bytes())?;
        writing.frame(HEADER, &header)?;
        Ok(writing)
    }

    /// Adds the next row.
    pub(crate) fn take(&mut self, record: &Record) -> Result<(), ArchiveError> {
        self.check.take(record)?;
        let mut body = std::mem::take(&mut self.body);
        if let Some(tag) = format::record(record, &mut body) {
            self.frame(tag, &body)?;
        }
        self.body = body;
        Ok(())
    }

    /// The last position that was written, and the last there is.
    pub(crate) fn progress(&self) -> (u64, u64) {
        (self.check.position(), self.check.head().position)
    }

    /// Ends with the digest.
    pub(crate) fn finish(mut self) -> Result<Report, ArchiveError> {
        let digest = self.digest.clone().finalize();
        self.frame(DIGEST, &digest)?;
        self.to.flush()?;
        Ok(self.check.finish()?)
    }

    fn frame(&mut self, tag: u8, body: &[u8]) -> Result<(), ArchiveError> {
        let length = u32::try_from(body.len()).expect("a row is small");
        self.put(&[tag])?;
        self.put(&length.to_be_bytes())?;
        self.put(body)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.digest.update(bytes);
        Ok(self.to.write_all(bytes)?)
    }
}
