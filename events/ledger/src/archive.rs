//! A whole ledger in one file that describes itself: for backup, for moving between stores, for checking elsewhere.
//!
//! The file begins with a line of text that names the format. Frames follow: a byte that says what it is, the length of
//! its body in four bytes, big-endian, and the body. First the header, JSON; then the rows in the order of
//! [`crate::stored::Record`]; last the SHA-256 of every byte before that frame. Rows are as they are stored, so the file
//! proves the same root as the ledger, and what is encrypted there is encrypted here.

mod error;
mod format;
mod read;
mod write;

pub use error::ArchiveError;
pub(crate) use read::Reading;
pub use read::{Progress, is_export, verify, verify_leaves};
pub(crate) use write::Writing;

use crate::{Begun, Report};

/// What a restored ledger holds, and the epoch that began with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the file holds, under the epoch that it was written in.
    pub report: Report,
    /// The epoch that goes on from there.
    pub begun: Begun,
}
