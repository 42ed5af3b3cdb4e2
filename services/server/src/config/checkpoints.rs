//! `[checkpoints]`: the signed checkpoints of the record.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use concord_audit::note::{NoteError, VerifierKey};
use concord_audit::{Cosigners, SignerOptions};
use serde::Deserialize;

/// Signed checkpoints of the record. Empty paths stand for places in the data folder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Checkpoints {
    pub(crate) key: PathBuf,
    pub(crate) anchor: PathBuf,
    pub(crate) anchor_seconds: u64,
    pub(crate) cosigners: Vec<String>,
    pub(crate) witnesses: Vec<String>,
    pub(crate) witness_ca: PathBuf,
}

impl Checkpoints {
    /// Whose cosignatures are kept.
    pub(crate) fn cosigners(&self) -> Result<Cosigners, NoteError> {
        let keys = self.cosigners.iter().map(|key| key.parse()).collect::<Result<Vec<VerifierKey>, _>>()?;
        Cosigners::new(keys)
    }

    /// Why nobody can be a witness, if so: what one signs is kept only under a key that is known.
    pub(crate) fn witnesses_fault(&self) -> Option<&'static str> {
        let is_address = |address: &String| address.starts_with("https://") || address.starts_with("http://");
        if !self.witnesses.iter().all(is_address) {
            return Some("each is an address that begins with https://");
        }
        let unknown = self.witnesses.len() > self.cosigners.len();
        unknown.then_some("the key of each stands among checkpoints.cosigners")
    }

    /// The authorities that say who witnesses are, if any are named.
    pub(crate) fn witness_authorities(&self) -> io::Result<Option<Vec<u8>>> {
        if self.witness_ca.as_os_str().is_empty() { Ok(None) } else { fs::read(&self.witness_ca).map(Some) }
    }

    /// How often checkpoints are signed and anchored.
    pub(crate) fn pace(&self) -> SignerOptions {
        SignerOptions { anchor_every: Duration::from_secs(self.anchor_seconds), ..SignerOptions::default() }
    }
}
