//! What patients consented to, told to partners.
//!
//! A subscription is a cursor over the clinical ledger. Each step reads on from it, asks where the ledger ends *now*, folds
//! every consent up to there, decides each event by them, puts the decisions and the disclosures on record in the ledger
//! of access in one append, and only then hands the messages out. So a revocation that was acknowledged at position *p*
//! is in the fold of every decision that begins after that: the end of the ledger is asked for after the decision begins
//! and is *p* or later. Nothing is remembered between steps but the cursor.
//!
//! What is withheld leaves no message, no sequence number and no difference in those of others.

mod consents;
mod error;
mod feed;
mod gate;
mod keys;
mod known;
mod limits;
mod message;
mod past;
mod record;
mod session;

pub use consents::{Consents, Grant, Taker};
pub use error::FeedError;
pub use feed::{Feed, Order, Parts};
pub use keys::{PartnerKey, PartnerKeys};
pub use known::{Known, Offered, Waiting};
pub use limits::{CHECKPOINT_EVERY, TICK};
pub use message::{Carried, ConsentRef, Ended, Message, NOTICE, NOTICE_VERSION, Told};
pub use record::{Decision, Disclosures, InLedger, RecordError};
pub use session::{Begin, Session};
