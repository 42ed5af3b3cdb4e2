//! The log: every decision as an event, in one dense order, durable before it is acknowledged, provable afterwards.
//!
//! A ledger is the unit of order. Appends are grouped: whatever waits while one transaction commits goes into the
//! next. Positions come from the ledger's head, so every reader sees exactly the prefix `1..n` at every moment.

mod append;
mod archive;
mod check;
mod entry;
mod epoch;
mod error;
mod folder;
mod fsck;
mod leaf;
mod limits;
mod memory;
pub mod merkle;
mod meter;
mod postgres;
mod sqlite;
mod store;
mod stored;
mod tip;
mod vault;
mod work;

pub use append::{Append, Appended, Condition, Expected, NewEvent, Receipt};
pub use archive::{ArchiveError, Progress, Restored, is_export, verify, verify_leaves};
pub use entry::{Entry, Filter, Head, Page};
pub use epoch::{Begun, Diverged, Epoch, Epochs, LocateError, Seen, locate};
pub use error::{AppendError, OpenError, ReadError};
pub use folder::DataFolder;
pub use fsck::{Fault, FsckError, Report, fsck};
pub use leaf::{LEAF_FORMAT, Leaf, NO_LEAF};
pub use limits::Limits;
pub use memory::MemoryLedger;
pub use postgres::{
    DatabaseOptions, Migrated, PostgresDatabase, PostgresLedger, PostgresOptions, begin_epoch_in_database,
    database_holds, export_database, fsck_database, restore_database,
};
pub use sqlite::{
    CrashPoint, Durability, Faults, SqliteLedger, SqliteOptions, begin_epoch_in_file, export_file,
    restore_file,
};
pub use store::{Ledger, Others};
pub use vault::{
    AtRest, ClearVault, Opened, Place, SEALED, Vault, VaultError, Wanted, is_sealed, patient_of,
};
