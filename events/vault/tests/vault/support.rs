//! Keys and ledgers to test with.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use concord_kernel::{
    Clock, CommandId, IdSource, LedgerId, PatientId, RandomIds, StreamKind, StreamRef, SystemClock, TenantId,
};
use concord_ledger::{Append, Expected, NewEvent, SqliteLedger, SqliteOptions};
use concord_postgres::Server;
use concord_servers::Postgres;
use concord_vault::{Kek, KeyStore, KeyringFile, PatientVault, PostgresKeys, SqliteKeys, begin};
use tempfile::TempDir;
use uuid::Uuid;

/// In every payload and reply, and nowhere else.
pub(crate) const CANARY: &str = "zyxwanary";

pub(crate) fn ledger_id() -> LedgerId {
    LedgerId::clinical(TenantId::parse("riverbend").unwrap())
}

pub(crate) fn patient(number: u128) -> PatientId {
    PatientId::new(Uuid::from_u128(number))
}

pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}

pub(crate) fn ids() -> Arc<dyn IdSource> {
    Arc::new(RandomIds)
}

/// What `patient` is recorded to have said, in a stream of `kind`.
pub(crate) fn append(patient: PatientId, kind: StreamKind, event: &'static str) -> Append {
    Append {
        command: CommandId::new(RandomIds.next()),
        request_hash: [7; 32],
        stream: StreamRef { kind, id: patient.uuid() },
        expected: Expected::Any,
        conditions: Vec::new(),
        events: vec![NewEvent {
            event_type: event,
            event_version: 1,
            payload: format!("{{\"{event}\":{{\"said\":\"{CANARY}\"}}}}").into(),
        }],
        metadata: format!("{{\"patient\":\"{}\",\"part2\":true}}", patient.uuid()).into(),
        reply: Bytes::from(format!("[\"{CANARY}\"]")),
    }
}

/// A key-encryption key, its file, a store of keys and a place for a ledger.
pub(crate) struct Scene {
    pub(crate) folder: TempDir,
    pub(crate) store: Arc<dyn KeyStore>,
    pub(crate) kek: Arc<dyn Kek>,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        KeyringFile::create(&folder.path().join("kek")).unwrap();
        let kek: Arc<dyn Kek> = Arc::new(KeyringFile::open(&folder.path().join("kek")).unwrap());
        let store: Arc<dyn KeyStore> = Arc::new(SqliteKeys::create(&folder.path().join("keys.db")).unwrap());
        assert!(begin(&*store, &*kek).await.unwrap());
        fs::create_dir(folder.path().join("data")).unwrap();
        Self { folder, store, kek }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) async fn vault(&self) -> Arc<PatientVault> {
        let (store, kek) = (Arc::clone(&self.store), Arc::clone(&self.kek));
        Arc::new(PatientVault::open(ledger_id(), store, kek, clock(), ids()).await.unwrap())
    }

    /// A ledger that is sealed with `vault`.
    pub(crate) fn ledger(&self, vault: &Arc<PatientVault>) -> SqliteLedger {
        let options = SqliteOptions { vault: vault.clone(), ..SqliteOptions::default() };
        SqliteLedger::open(&self.data().join("clinical.db"), ledger_id(), clock(), ids(), options).unwrap()
    }
}

/// Every store of keys, each empty, with what it stands on.
pub(crate) async fn stores() -> Vec<(&'static str, Arc<dyn KeyStore>, Box<dyn std::any::Any>)> {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = SqliteKeys::create(&folder.path().join("keys.db")).unwrap();
    let server = Postgres::start().unwrap();
    let address: tokio_postgres::Config = server.database().unwrap().parse().unwrap();
    let postgres = PostgresKeys::open(Server::local(&address)).await.unwrap();
    vec![("sqlite", Arc::new(sqlite), Box::new(folder)), ("postgres", Arc::new(postgres), Box::new(server))]
}

/// The files under `folder` that hold `needle`.
pub(crate) fn holding(folder: &Path, needle: &[u8]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, needle));
        } else if fs::read(&path).unwrap().windows(needle.len()).any(|part| part == needle) {
            found.push(path);
        }
    }
    found
}
