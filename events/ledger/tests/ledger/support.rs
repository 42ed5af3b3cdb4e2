//! Stores to test, and appends in few words.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use concord_kernel::{
    Clock, CommandId, IdSource, Instant, LedgerId, SeededIds, StreamKind, StreamRef, TenantId,
};
use concord_ledger::{
    Append, AppendError, Appended, Condition, Expected, Ledger, Limits, MemoryLedger, NewEvent,
    PostgresLedger, PostgresOptions, Receipt, SqliteLedger, SqliteOptions,
};
use concord_servers::{PgBouncer, Postgres};
use tempfile::TempDir;
use uuid::Uuid;

/// A clock that can be set to anything, also back.
#[derive(Debug)]
pub(crate) struct WildClock(AtomicI64);

impl WildClock {
    pub(crate) fn set(&self, to: Instant) {
        self.0.store(to.micros(), Ordering::SeqCst);
    }
}

impl Clock for WildClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst)).unwrap()
    }
}

pub(crate) fn morning() -> Instant {
    Instant::parse("2026-01-05T08:00:00Z").unwrap()
}

pub(crate) fn clock() -> Arc<WildClock> {
    Arc::new(WildClock(AtomicI64::new(morning().micros())))
}

pub(crate) fn ids() -> Arc<dyn IdSource> {
    Arc::new(SeededIds::new(1))
}

pub(crate) fn ledger_id() -> LedgerId {
    LedgerId::clinical(TenantId::parse("riverbend").unwrap())
}

/// Small limits, so that tests reach them.
pub(crate) fn limits() -> Limits {
    Limits {
        events_per_append: 8,
        bytes_per_event: 1024,
        metadata_bytes: 512,
        reply_bytes: 512,
        conditions: 4,
    }
}

pub(crate) fn options() -> SqliteOptions {
    SqliteOptions { limits: limits(), page: 50, ..SqliteOptions::default() }
}

pub(crate) fn open(path: &Path, options: SqliteOptions) -> SqliteLedger {
    SqliteLedger::open(path, ledger_id(), clock(), ids(), options).unwrap()
}

/// A store with what it stands on.
pub(crate) struct Store {
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) clock: Arc<WildClock>,
    /// Goes away with the store.
    _folder: Option<TempDir>,
}

impl Store {
    pub(crate) fn memory() -> Self {
        let clock = clock();
        let ledger = MemoryLedger::with_limits(ledger_id(), clock.clone(), ids(), limits());
        Self { ledger: Arc::new(ledger), clock, _folder: None }
    }

    pub(crate) fn sqlite() -> Self {
        let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
        let path = file(&folder);
        let ledger = SqliteLedger::open(&path, ledger_id(), clock.clone(), ids(), options()).unwrap();
        Self { ledger: Arc::new(ledger), clock, _folder: Some(folder) }
    }

    pub(crate) async fn postgres() -> Self {
        let clock = clock();
        let ledger = open_postgres(&database(), &clock).await;
        Self { ledger: Arc::new(ledger), clock, _folder: None }
    }

    pub(crate) async fn behind_pgbouncer() -> Self {
        let clock = clock();
        let ledger = open_postgres(&behind_pgbouncer(&database()), &clock).await;
        Self { ledger: Arc::new(ledger), clock, _folder: None }
    }
}

/// The server that all tests of this program share.
static SERVER: LazyLock<Postgres> = LazyLock::new(|| Postgres::start_with("-c max_connections=300").unwrap());
/// The newest version of the tables.
pub(crate) const NEWEST: u32 = 4;

/// Fewer sessions than the tests have connections.
static BOUNCER: LazyLock<PgBouncer> = LazyLock::new(|| PgBouncer::before(&SERVER, 4, &["concord"]).unwrap());

/// A database of its own.
pub(crate) fn database() -> tokio_postgres::Config {
    SERVER.database().unwrap().parse().unwrap()
}

/// The same database by way of a PgBouncer in transaction mode.
pub(crate) fn behind_pgbouncer(database: &tokio_postgres::Config) -> tokio_postgres::Config {
    BOUNCER.address(database.get_dbname().unwrap(), "concord").parse().unwrap()
}

pub(crate) async fn open_postgres(
    database: &tokio_postgres::Config,
    clock: &Arc<WildClock>,
) -> PostgresLedger {
    let options = PostgresOptions { limits: limits(), page: 50, ..PostgresOptions::default() };
    PostgresLedger::open(database, ledger_id(), clock.clone(), ids(), options).await.unwrap()
}

/// Executes `statement` on a connection of its own.
pub(crate) async fn statement(database: &tokio_postgres::Config, statement: &str) {
    let (client, connection) = database.connect(tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    client.batch_execute(statement).await.unwrap();
    drop(client);
    connection.await.unwrap().unwrap();
}

pub(crate) fn file(folder: &TempDir) -> PathBuf {
    folder.path().join("clinical.ledger")
}

pub(crate) fn stream(number: u128) -> StreamRef {
    StreamRef { kind: StreamKind::Scales, id: Uuid::from_u128(number) }
}

pub(crate) fn command(number: u128) -> CommandId {
    CommandId::new(Uuid::from_u128(number))
}

/// `count` events on `stream` by the command with that number.
pub(crate) fn append(number: u128, stream: StreamRef, expected: Expected, count: usize) -> Append {
    let event = |index: usize| NewEvent {
        event_type: "ScaleTaken",
        event_version: 1,
        payload: Bytes::from(format!("{{\"command\":{number},\"index\":{index},\"of\":{count}}}")),
    };
    Append {
        command: command(number),
        request_hash: [u8::try_from(number % 251).unwrap(); 32],
        stream,
        expected,
        conditions: Vec::new(),
        events: (0..count).map(event).collect(),
        metadata: Bytes::from(format!("{{\"command\":\"{number}\"}}")),
        reply: Bytes::from(format!("reply {number}")),
    }
}

/// The same append, also depending on other streams.
pub(crate) fn given(mut append: Append, conditions: &[(StreamRef, Expected)]) -> Append {
    append.conditions = conditions
        .iter()
        .map(|(stream, expected)| Condition { stream: *stream, expected: *expected })
        .collect();
    append
}

/// The receipt of an append that must be new.
pub(crate) fn new(answer: Result<Appended, AppendError>) -> Receipt {
    match answer.unwrap() {
        Appended::New(receipt) => receipt,
        Appended::Repeated(receipt) => panic!("repeated: {receipt:?}"),
    }
}
