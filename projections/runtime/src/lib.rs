//! Runs projections: checkpoints, lag, rebuild beside the live view; knows no view.
//!
//! A [`View`] is a pure fold from [`Fact`]s to rows. A runner reads the ledger page by page, decodes each event
//! once for all views, folds in memory and writes rows, lists and checkpoints of a batch in one transaction, guarded
//! by compare-and-swap on the checkpoint. A fact that a view cannot fold pauses that view, loudly; the others go on.

mod codec;
mod end;
mod fact;
mod faults;
mod fold;
mod follow;
mod key;
mod lead;
mod listing;
mod options;
mod postgres;
mod projections;
mod reader;
mod rules;
mod runner;
mod shared;
mod short;
mod sink;
mod source;
mod sqlite;
mod status;
pub mod store;
mod track;
mod view;

#[cfg(test)]
mod tests;

pub use fact::{By, Fact, Told, Unreadable, tell};
pub use faults::{CrashPoint, Faults};
pub use key::{Item, Key, List, Sort};
pub use options::Options;
pub use postgres::{PostgresStore, PostgresViews};
pub use projections::{OrderError, Projections, Setup};
pub use reader::{Beginning, Cursor, Listed, Order, PAGE_MAX, PageOf, Reader, Span, ViewReadError};
pub use sqlite::SqliteStore;
pub use status::{Fault, Halt, Lag, Progress, Reason, State, Status, WaitError};
pub use store::{Checkpoint, Instance, Stage, Standing, StoreError, ViewStore};
pub use view::{ListEntry, View, ViewError, ViewId};
