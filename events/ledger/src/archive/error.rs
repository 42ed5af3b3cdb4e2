//! What can go wrong with an export.

use concord_kernel::LedgerId;

use crate::{FsckError, OpenError};

/// Why a ledger cannot be exported, checked or restored.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The file does not begin as an export does.
    #[error("the file is no export of a ledger")]
    NotAnExport,
    /// A newer Concord wrote it.
    #[error(
        "the export has format {found}, this program reads {known}; use the Concord that wrote it, or a newer one"
    )]
    OtherFormat {
        /// What the file says.
        found: String,
        /// What this program reads.
        known: u32,
    },
    /// The header cannot be read, or contradicts itself.
    #[error("the header of the export is damaged")]
    Header,
    /// What it holds is not sound; everything before the position that is named is.
    #[error(transparent)]
    Unsound(#[from] FsckError),
    /// The file ends before it is complete.
    #[error("the export is cut off after position {after}")]
    Cut {
        /// The last position that is whole.
        after: u64,
    },
    /// Every row is right, and the file is not what was written.
    #[error("the export was altered: its rows are right, its digest is not")]
    Digest,
    /// The export is of another ledger.
    #[error("the export is of ledger {found}, not {wanted}")]
    OtherLedger {
        /// What the file holds.
        found: String,
        /// What was asked for.
        wanted: LedgerId,
    },
    /// There is a history already where it should be restored.
    #[error(
        "the ledger is not empty, it ends at position {position}: only an empty one can be restored into"
    )]
    NotEmpty {
        /// Where it ends.
        position: u64,
    },
    /// There is no such ledger.
    #[error("there is no such ledger")]
    NoLedger,
    /// The ledger cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A file cannot be read or written.
    #[error("a file cannot be read or written")]
    File(#[from] std::io::Error),
    /// The store refused.
    #[error("the store of the ledger failed")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<rusqlite::Error> for ArchiveError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Store(Box::new(error))
    }
}

impl From<tokio_postgres::Error> for ArchiveError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Store(Box::new(error))
    }
}
