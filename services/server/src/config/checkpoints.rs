//! `[checkpoints]`: the signed checkpoints of the record.

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
}

impl Checkpoints {
    /// Whose cosignatures are kept.
    pub(crate) fn cosigners(&self) -> Result<Cosigners, NoteError> {
        let keys = self.cosigners.iter().map(|key| key.parse()).collect::<Result<Vec<VerifierKey>, _>>()?;
        Cosigners::new(keys)
    }

    /// How often checkpoints are signed and anchored.
    pub(crate) fn pace(&self) -> SignerOptions {
        SignerOptions { anchor_every: Duration::from_secs(self.anchor_seconds), ..SignerOptions::default() }
    }
}
