//! Records and ledgers for tests.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use concord_kernel::{
    Clock, CommandId, Instant, LedgerId, ManualClock, PatientId, PersonId, Purpose, RandomIds, Role,
    SeededIds, StreamRef, SystemClock, TenantId, Token,
};
use concord_ledger::{
    Append, AppendError, Appended, Entry, Filter, Head, Ledger, MemoryLedger, Page, ReadError, Receipt,
    SqliteLedger, SqliteOptions,
};
use concord_looks::{Basis, Disclosure, Limits, Look, Looks, Outcome, Recipient, Record, Who};
use tokio::sync::watch;
use uuid::Uuid;

/// A ledger that counts what is read of it, and whose disk is full for as long as somebody says so.
pub(crate) struct Watched {
    inner: Arc<dyn Ledger>,
    pub(crate) full: AtomicBool,
    /// Positions that were read.
    pub(crate) read: AtomicUsize,
}

impl Watched {
    pub(crate) fn new(inner: Arc<dyn Ledger>) -> Self {
        Self { inner, full: AtomicBool::new(false), read: AtomicUsize::new(0) }
    }
}

#[async_trait]
impl Ledger for Watched {
    fn id(&self) -> &LedgerId {
        self.inner.id()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(AppendError::Unavailable);
        }
        self.inner.append(append).await
    }

    async fn receipt(&self, command: CommandId) -> Result<Option<([u8; 32], Receipt)>, ReadError> {
        self.inner.receipt(command).await
    }

    async fn read_stream(
        &self,
        stream: StreamRef,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        self.inner.read_stream(stream, after, limit).await
    }

    async fn read(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, ReadError> {
        self.read.fetch_add(limit, Ordering::SeqCst);
        self.inner.read(after, filter, limit).await
    }

    async fn head(&self) -> Result<Head, ReadError> {
        self.inner.head().await
    }

    fn watch(&self) -> watch::Receiver<Token> {
        self.inner.watch()
    }
}

pub(crate) fn patient(number: u128) -> PatientId {
    PatientId::new(Uuid::from_u128(number))
}

pub(crate) fn noon() -> Instant {
    Instant::parse("2026-03-02T12:00:00Z").unwrap()
}

pub(crate) fn who(number: u128) -> Who {
    Who { person: PersonId::new(Uuid::from_u128(number)), role: Role::Nurse, organisation: None }
}

pub(crate) fn look(at: Instant, who_looked: u128, patients: impl IntoIterator<Item = u128>) -> Look {
    Look {
        at,
        who: who(who_looked),
        call: "concord.prescriber.v1.GetClient".into(),
        purpose: Some(Purpose::Treatment),
        patients: patients.into_iter().map(patient).collect(),
        outcome: Outcome::Answered,
        policy: None,
        break_glass: false,
        audit: None,
    }
}

pub(crate) fn disclosure(at: Instant, about: u128, positions: impl IntoIterator<Item = u64>) -> Disclosure {
    Disclosure {
        at,
        patient: patient(about),
        recipient: Recipient {
            organisation: "lakeside.example".into(),
            name: Some("Lakeside Family Medicine".into()),
            person: None,
            intermediary: None,
        },
        purpose: Purpose::Treatment,
        basis: Basis::Consent { consent: Uuid::from_u128(5), version: 2, decided_at: 40 },
        classes: vec!["medications".into()],
        positions: positions.into_iter().collect(),
        subscription: Some(Uuid::from_u128(6)),
    }
}

pub(crate) fn id() -> LedgerId {
    LedgerId::access(TenantId::parse("demo").unwrap())
}

/// A ledger in memory, with the clock that it is written by.
pub(crate) fn in_memory() -> (Arc<dyn Ledger>, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::starting_at(noon()));
    let shared: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
    (Arc::new(MemoryLedger::new(id(), shared, Arc::new(SeededIds::new(1)))), clock)
}

pub(crate) fn keep(ledger: Arc<dyn Ledger>, clock: Arc<dyn Clock>, limits: Limits) -> Looks {
    Looks::new(ledger, clock, Arc::new(RandomIds), limits)
}

/// A ledger in `file`, by the machine's clock.
pub(crate) fn in_file(file: &Path) -> Arc<dyn Ledger> {
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    Arc::new(SqliteLedger::open(file, id(), clock, ids, SqliteOptions::default()).unwrap())
}

pub(crate) fn looks_of<'a>(records: &'a [Record]) -> Vec<&'a Look> {
    let look = |record: &'a Record| match record {
        Record::Look(look) => look,
        Record::Disclosure(_) => panic!("a disclosure among looks"),
    };
    records.iter().map(look).collect()
}
