//! The keys that the configuration names.

use std::sync::Arc;

use concord_kernel::LedgerId;
use concord_ledger::{Ledger, ReadError};
use concord_postgres::{Server, Tls};
use concord_vault::{
    Kek, KekError, KeyError, KeyStore, Keyring, KeyringFile, PatientVault, PostgresKeys, Shreds, SqliteKeys,
    StoreError, Transit,
};
use zeroize::Zeroizing;

use crate::config::{Config, KekAt, named};
use crate::serve::Sources;

/// Events at either end of a ledger that are looked at before it is served.
const LOOKED_AT: usize = 256;

/// Why the keys cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeysError {
    /// The key-encryption key.
    #[error(
        "the key-encryption key of keys.kek cannot be used; bring back the one that `concord keys status` names, nothing can be read without it"
    )]
    Kek(#[source] KekError),
    /// The store.
    #[error("the data keys cannot be had")]
    Store(#[from] StoreError),
    /// Either, once they are used together.
    #[error(
        "the data keys do not fit the key-encryption key of keys.kek; bring back the one that wrapped them, or the store of keys that belongs to it"
    )]
    Unfit(#[source] KeyError),
    /// The database of the data keys.
    #[error("keys.postgres or keys.postgres_ca cannot be used")]
    Database,
    /// A file of authorities.
    #[error("keys.vault_ca cannot be read")]
    Authorities(#[source] std::io::Error),
    /// A ledger is sealed, and its keys are not here.
    #[error(
        "the record of {0} is encrypted and its keys are not here: name its key-encryption key in keys.kek and its data keys in keys.store or keys.postgres, or bring back their backup"
    )]
    Missing(LedgerId),
    /// A ledger cannot be looked at.
    #[error("the record cannot be looked at")]
    Ledger(#[source] ReadError),
}

/// What a service seals and opens with.
#[derive(Clone)]
pub(crate) struct Keys {
    pub(crate) store: Arc<dyn KeyStore>,
    pub(crate) kek: Arc<dyn Kek>,
}

/// The keys of one ledger.
#[derive(Clone)]
pub(crate) struct LedgerKeys {
    pub(crate) vault: Arc<PatientVault>,
    pub(crate) shreds: Shreds,
}

impl Keys {
    /// Opens what `config` names; `None` when nothing is encrypted.
    pub(crate) async fn open(config: &Config) -> Result<Option<Self>, KeysError> {
        let Some(at) = config.keys.kek() else { return Ok(None) };
        let kek = kek(config, at)?;
        let store: Arc<dyn KeyStore> = match server(config)? {
            Some(server) => Arc::new(PostgresKeys::open(server).await?),
            None => Arc::new(SqliteKeys::open(&config.keys.store)?),
        };
        Ok(Some(Self { store, kek }))
    }

    /// Those of `ledger`.
    pub(crate) async fn of(&self, ledger: &LedgerId, sources: &Sources) -> Result<LedgerKeys, KeysError> {
        let (store, clock) = (Arc::clone(&self.store), Arc::clone(&sources.clock));
        let shreds = Shreds::new(Arc::clone(&store), ledger.clone(), Arc::clone(&clock));
        let ids = Arc::clone(&sources.ids);
        let vault = PatientVault::open(ledger.clone(), store, Arc::clone(&self.kek), clock, ids).await;
        Ok(LedgerKeys { vault: Arc::new(vault.map_err(KeysError::Unfit)?), shreds })
    }
}

/// What wraps data keys.
pub(super) fn kek(config: &Config, at: KekAt<'_>) -> Result<Arc<dyn Kek>, KeysError> {
    let kek: Arc<dyn Kek> = match at {
        KekAt::File(path) => Arc::new(KeyringFile::open(path).map_err(KeysError::Kek)?),
        KekAt::Given(keys) => Arc::new(Keyring::parse(keys).map_err(KeysError::Kek)?),
        KekAt::Transit(address) => {
            let token = Zeroizing::new(config.keys.vault_token.as_str().to_owned());
            let authorities = named(&config.keys.vault_ca).map(std::fs::read).transpose();
            let authorities = authorities.map_err(KeysError::Authorities)?;
            Arc::new(Transit::new(address, token, authorities.as_deref()).map_err(KeysError::Kek)?)
        }
    };
    Ok(kek)
}

/// The database of the data keys, where one is named.
pub(super) fn server(config: &Config) -> Result<Option<Server>, KeysError> {
    if config.keys.postgres.is_empty() {
        return Ok(None);
    }
    let database = config.keys.postgres.parse().ok_or(KeysError::Database)?;
    let tls = named(&config.keys.postgres_ca).map(Tls::of_authorities).transpose();
    Ok(Some(match tls.map_err(|_| KeysError::Database)? {
        Some(tls) => Server::verified(&database, tls),
        None => Server::local(&database),
    }))
}

/// Insists that what `ledger` holds can be read: a service that cannot would only answer that it is damaged.
pub(crate) async fn insist(ledger: &dyn Ledger) -> Result<(), KeysError> {
    let head = ledger.watch().borrow().position;
    let last = head.saturating_sub(LOOKED_AT as u64);
    for after in [0, last] {
        match ledger.read(after, &concord_ledger::Filter::default(), LOOKED_AT).await {
            Ok(_) => {}
            Err(ReadError::Keyless) => return Err(KeysError::Missing(ledger.id().clone())),
            Err(error) => return Err(KeysError::Ledger(error)),
        }
    }
    Ok(())
}
