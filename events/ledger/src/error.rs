//! What can go wrong with a log.

use concord_kernel::{LedgerId, StreamRef};

/// Why an append did not take effect, or may not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AppendError {
    /// A stream was not where it must be. Nothing was recorded.
    #[error("stream {stream} is at version {actual}")]
    Conflict {
        /// Which.
        stream: StreamRef,
        /// Where it is.
        actual: u64,
    },
    /// The command id was used for another request. Nothing was recorded.
    #[error("the command id belongs to another request")]
    CommandReused,
    /// More or larger events than one append may hold. Nothing was recorded.
    #[error("the append is larger than a ledger takes at once")]
    TooLarge,
    /// The queue is full. Nothing was recorded.
    #[error("the ledger has no room for more waiting appends")]
    Overloaded,
    /// The store is away, full or closing. Nothing was recorded, or it cannot be known yet: ask again with the
    /// same command id.
    #[error("the ledger's store is unavailable")]
    Unavailable,
    /// The patient's keys were destroyed: nothing more is recorded of them. Nothing was recorded.
    #[error("the patient's record was shredded")]
    Shredded,
    /// What is stored contradicts itself.
    #[error("the ledger is corrupt: {0}")]
    Corrupt(&'static str),
}

/// Why a read failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The store is away or closing.
    #[error("the ledger's store is unavailable")]
    Unavailable,
    /// It is sealed, and no keys are configured, or not those of this ledger.
    #[error("the ledger is sealed and nobody here has its keys")]
    Keyless,
    /// What a command was answered is gone with the patient's keys. An event that is gone is no error, see
    /// [`AtRest::Shredded`](crate::AtRest::Shredded).
    #[error("what was asked for was shredded")]
    Shredded,
    /// What is stored contradicts itself.
    #[error("the ledger is corrupt: {0}")]
    Corrupt(&'static str),
}

impl From<ReadError> for AppendError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unavailable => Self::Unavailable,
            ReadError::Keyless => Self::Corrupt("nobody has the key of a receipt"),
            ReadError::Shredded => Self::Shredded,
            ReadError::Corrupt(what) => Self::Corrupt(what),
        }
    }
}

/// Why a ledger cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it.
    #[error("the folder is in use by {holder}; stop that process or use another folder")]
    InUse {
        /// Process id and host, as it wrote them.
        holder: String,
    },
    /// A newer Concord wrote it.
    #[error(
        "the file has schema {found}, this program knows up to {known}; run the Concord that wrote it, or a newer one"
    )]
    NewerSchema {
        /// What the file has.
        found: u32,
        /// The most this program knows.
        known: u32,
    },
    /// An older Concord made the tables, and the role that this one has may not change them.
    #[error(
        "the database has schema {found}, this program needs {needed}, and role {role} may not change it; run `concord ledger migrate` with the address of the tables' owner"
    )]
    OlderSchema {
        /// What the database has; 0 for no tables.
        found: u32,
        /// What this program needs.
        needed: u32,
        /// Who was refused.
        role: String,
    },
    /// The file holds another ledger.
    #[error("the file holds ledger {found}, not {wanted}")]
    OtherLedger {
        /// What the file holds.
        found: String,
        /// What was asked for.
        wanted: LedgerId,
    },
    /// What was served is not there any more, and nobody has said that this is meant.
    #[error(
        "the history went back: it was served up to position {served}, and what is stored ends at {found} or is another \
         history by then; bring back the newer copy, or, when there is none, run concord ledger acknowledge-restore"
    )]
    WentBack {
        /// The last position that is remembered.
        served: u64,
        /// Where what is stored ends.
        found: u64,
    },
    /// What is stored contradicts itself.
    #[error("the ledger is corrupt: {0}")]
    Corrupt(&'static str),
    /// The file system or SQLite refused.
    #[error("the store cannot be opened")]
    Store(#[source] Box<dyn std::error::Error + Send + Sync>),
}
