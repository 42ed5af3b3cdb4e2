//! A history that proves itself to people who trust neither the service nor its database.
//!
//! The ledger is a Merkle tree (RFC 6962) over its events. A [`Signer`] signs its head about once a second, as a
//! checkpoint in the form of C2SP tlog-checkpoint, and hands it to [`Anchor`]s, which keep it where the database's
//! administrator cannot reach. Whoever holds one old checkpoint and the public key can tell, without asking anybody, that
//! no event up to it was altered, moved, added or taken away: [`Log`] makes proofs of inclusion and consistency, [`proof`]
//! checks them, a [`bundle`] proves one patient's whole history, and [`Walk`] checks a whole log event by event and
//! names the first that is wrong.
//!
//! Everything that checks is pure and needs no key but the public one.

mod anchor;
pub mod bundle;
mod checkpoint;
mod entries;
mod error;
pub mod note;
mod origin;
pub mod proof;
mod signer;
mod store;
mod tlog_proof;
mod tree;
mod walk;
mod witness;

pub use anchor::{Anchor, AnchorError, FileAnchor, read_anchored};
pub use checkpoint::{Checkpoint, Signed};
pub use entries::{NotText, Recorded};
pub use error::{LogError, SignError};
pub use origin::{epoch_origin, key_name, ledger_of};
pub use signer::{Condition, Cosigners, Signer, SignerOptions};
pub use store::{
    CheckpointStore, Cosigned, PostgresCheckpoints, SqliteCheckpoints, StoreError, Stored, Swap,
};
pub use tlog_proof::TlogProof;
pub use tree::Log;
pub use walk::{Fault, Report, Walk};
pub use witness::{HttpWitness, WitnessError, Witnessed};
