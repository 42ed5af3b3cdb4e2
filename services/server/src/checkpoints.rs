//! Opens what proves a tenant's record, and what signs it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use concord_api::Proofs;
use concord_audit::note::{KeyKind, NoteError, SigningKey};
use concord_audit::{
    CheckpointStore, FileAnchor, HttpWitness, Log, PostgresCheckpoints, Signer, SqliteCheckpoints,
    StoreError, WitnessError, key_name,
};
use concord_kernel::LedgerId;
use concord_ledger::{DataFolder, Ledger};

use crate::config::{Config, ProcessRole};
use crate::key::{self, KeyError};
use crate::serve::Sources;

/// In a tenant's folder: the latest checkpoints of its ledgers.
const STORE: &str = "checkpoints.db";
/// What the name of a file of anchored checkpoints ends with; it begins with the kind of the ledger.
const ANCHORED: &str = "checkpoints";

/// Why nothing can be proven.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckpointsError {
    /// The key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The key or a cosigner's.
    #[error("a key of checkpoints cannot be used")]
    Note(#[from] NoteError),
    /// The store.
    #[error("the checkpoints cannot be opened")]
    Store(#[from] StoreError),
    /// A witness.
    #[error(transparent)]
    Witness(#[from] WitnessError),
    /// The authorities that say who witnesses are.
    #[error("the file of checkpoints.witness_ca cannot be read")]
    Authorities(#[source] std::io::Error),
    /// The folder for checkpoints.
    #[error("the folder for checkpoints cannot be made")]
    Anchor(#[source] std::io::Error),
}

/// The key of a ledger: keys of all ledgers are made from one seed, and differ by their names.
pub(crate) fn signing_key(config: &Config, ledger: &LedgerId) -> Result<SigningKey, CheckpointsError> {
    let seed = key::checkpoints(&config.data, &config.checkpoints.key)?;
    Ok(SigningKey::from_seed(&key_name(ledger), KeyKind::Log, &seed)?)
}

/// Opens what proves a ledger, in a process that answers or signs, and with the role of the signer what signs it.
/// Others need no key. Checkpoints are kept in `database`,
/// or in a file where there is none.
pub(crate) fn open(
    folder: &DataFolder,
    config: &Config,
    ledger: &Arc<dyn Ledger>,
    sources: &Sources,
    database: Option<Arc<PostgresCheckpoints>>,
) -> Result<(Option<Proofs>, Option<Signer>), CheckpointsError> {
    if !config.has(ProcessRole::Api) && !config.has(ProcessRole::Signer) {
        return Ok((None, None));
    }
    let own = folder.path().join(ledger.id().tenant.as_str());
    std::fs::create_dir_all(&own).map_err(CheckpointsError::Anchor)?;
    let store: Arc<dyn CheckpointStore> = match database {
        Some(database) => database,
        None => Arc::new(SqliteCheckpoints::open(&own.join(STORE))?),
    };
    let key = signing_key(config, ledger.id())?;
    let log = Arc::new(Log::new(Arc::clone(ledger), store, key.public().clone()));
    let signer = if config.has(ProcessRole::Signer) {
        let key = signing_key(config, ledger.id())?;
        let clock = Arc::clone(&sources.clock);
        let signer = Signer::new(Arc::clone(&log), key, clock, config.checkpoints.pace());
        let signer = signer.anchored_by(FileAnchor::at(anchor(config, &own, ledger.id())?));
        Some(witnessed(signer, config, &log)?)
    } else {
        None
    };
    let cosigners = config.checkpoints.cosigners()?;
    Ok((Some(Proofs { log, key: Arc::new(key), cosigners }), signer))
}

/// Has the signer show its checkpoints to the witnesses.
fn witnessed(signer: Signer, config: &Config, log: &Arc<Log>) -> Result<Signer, CheckpointsError> {
    let authorities = config.checkpoints.witness_authorities().map_err(CheckpointsError::Authorities)?;
    let cosigners = config.checkpoints.cosigners()?;
    config.checkpoints.witnesses.iter().try_fold(signer, |signer, address| {
        let (log, cosigners) = (Arc::clone(log), cosigners.clone());
        Ok(signer.anchored_by(HttpWitness::new(log, cosigners, address, authorities.as_deref())?))
    })
}

fn anchor(config: &Config, own: &Path, ledger: &LedgerId) -> Result<PathBuf, CheckpointsError> {
    let name = Path::new(ledger.kind.as_str()).with_extension(ANCHORED);
    if config.checkpoints.anchor.as_os_str().is_empty() {
        return Ok(own.join(name));
    }
    let folder = config.checkpoints.anchor.join(ledger.tenant.as_str());
    std::fs::create_dir_all(&folder).map_err(CheckpointsError::Anchor)?;
    Ok(folder.join(name))
}
