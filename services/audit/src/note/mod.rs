//! Signed notes: text that stays readable and bears the signatures of those who stand for it.
//!
//! Source: C2SP signed-note and tlog-cosignature.

mod key;
mod signed;

pub use key::{KeyKind, SigningKey, VerifierKey};
pub use signed::{Note, NoteError, Signature};
