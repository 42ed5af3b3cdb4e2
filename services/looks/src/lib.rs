//! Who looked at whose record, and what was disclosed to whom.
//!
//! Every tenant has a second ledger, of kind `access`, with everything that a ledger has: group commit, receipts, a hash
//! chain, a Merkle tree, exports and `fsck`. [`Looks::record`] returns once its records are on the disk; whoever answers
//! with patient data waits for it first. Records that come at the same time share an event, so that a look costs a few
//! microseconds and the disk is waited for once for all of them.
//!
//! A record says who, in which role, when, what for and about whom, and never what was seen. [`AccessLog`] finds those
//! about one patient: looks, refusals, and the accounting of disclosures (45 CFR 164.528, 42 CFR 2.25).

mod error;
mod event;
mod index;
mod journal;
mod log;
mod record;

pub use error::{AccessLogError, LooksError};
pub use event::{DISCLOSED, LOOKED, disclosure_events, read_event};
pub use journal::{Answering, Limits, Looks};
pub use log::{AccessLog, Cursor, Found, Kind, Wanted};
pub use record::{Basis, Disclosure, Look, Outcome, Recipient, Record, Who};
