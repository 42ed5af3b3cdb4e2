//! Small views and a world to run them in.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use concord_domain::DomainEvent;
use concord_domain::care_team::{Event, Member};
use concord_kernel::{
    CommandId, IdSource, Instant, LedgerId, ManualClock, PatientId, PersonId, Role, SeededIds, StreamKind,
    StreamRef, TenantId, Text, Token,
};
use concord_ledger::{Append, Expected, Ledger, MemoryLedger, NewEvent};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::doctored::DoctoredStore;
use crate::{
    Fact, Key, List, ListEntry, Options, Projections, Setup, Sort, SqliteStore, View, ViewError, ViewStore,
};

/// Whether the name `curable` is taken by now.
pub(super) struct Cure(AtomicBool);

pub(super) static POISON_HEALED: Cure = Cure(AtomicBool::new(false));

impl Cure {
    pub(super) fn heal(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    pub(super) async fn with_reset(&self, work: impl AsyncFnOnce()) {
        self.0.store(false, Ordering::SeqCst);
        work().await;
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    pub(super) names: Vec<String>,
}

fn name(fact: &Fact) -> Option<&str> {
    let DomainEvent::CareTeam(Event::CareTeamMemberJoined(member)) = &fact.event else { return None };
    Some(member.name.expose())
}

/// Who ever joined; refuses one name for ever and one until it is healed.
pub(super) struct Names;

impl View for Names {
    const NAME: &'static str = "names";
    const VERSION: u32 = 1;
    const KINDS: &'static [StreamKind] = &[StreamKind::CareTeam];
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        vec![Key::patient(fact.patient)]
    }

    fn apply(row: &mut Option<Row>, _: &Key, fact: &Fact) -> Result<(), ViewError> {
        let Some(name) = name(fact) else { return Ok(()) };
        let curable = name == "curable" && !POISON_HEALED.0.load(Ordering::SeqCst);
        row.get_or_insert_default().names.push(name.to_owned());
        if name == "poison" || curable {
            return Err(ViewError::Contradiction("a poisoned name"));
        }
        Ok(())
    }

    fn lists(_: &Key, row: &Row) -> Vec<ListEntry> {
        let sort = Sort::new().most(u32::try_from(row.names.len()).unwrap());
        vec![ListEntry::whole(List::all(), sort)]
    }
}

/// The same, but refuses nothing.
pub(super) struct Copycat;

impl View for Copycat {
    const NAME: &'static str = "copycat";
    const VERSION: u32 = 1;
    const KINDS: &'static [StreamKind] = &[StreamKind::CareTeam];
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        vec![Key::patient(fact.patient)]
    }

    fn apply(row: &mut Option<Row>, _: &Key, fact: &Fact) -> Result<(), ViewError> {
        row.get_or_insert_default().names.extend(name(fact).map(str::to_owned));
        Ok(())
    }

    fn lists(_: &Key, _: &Row) -> Vec<ListEntry> {
        Vec::new()
    }
}

/// Every fact as an entry of its own.
pub(super) struct Log;

impl View for Log {
    const NAME: &'static str = "log";
    const VERSION: u32 = 1;
    const KINDS: &'static [StreamKind] = &[StreamKind::CareTeam];
    const INSERT_ONLY: bool = true;
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        vec![Key::entry(fact.patient, fact.position)]
    }

    fn apply(row: &mut Option<Row>, _: &Key, fact: &Fact) -> Result<(), ViewError> {
        *row = Some(Row { names: name(fact).map(str::to_owned).into_iter().collect() });
        Ok(())
    }

    fn lists(_: &Key, _: &Row) -> Vec<ListEntry> {
        Vec::new()
    }
}

pub(super) fn patient(n: u128) -> PatientId {
    PatientId::new(Uuid::from_u128(n))
}

pub(super) fn joined(name: &str) -> Event {
    Event::CareTeamMemberJoined(Member {
        person: PersonId::new(Uuid::from_u128(7)),
        role: Role::Nurse,
        name: Text::parse(name).unwrap(),
        organisation: None,
    })
}

pub(super) struct World {
    pub(super) folder: tempfile::TempDir,
    pub(super) ledger: Arc<dyn Ledger>,
    pub(super) store: Arc<SqliteStore>,
    pub(super) clock: Arc<ManualClock>,
    ids: Arc<SeededIds>,
}

impl World {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::starting_at(Instant::parse("2026-01-05T08:00:00Z").unwrap()));
        let ids = Arc::new(SeededIds::new(1));
        let ledger = memory(&clock, ids.clone());
        let store = Arc::new(SqliteStore::open(&folder.path().join("views.db")).unwrap());
        Self { folder, ledger, store, clock, ids }
    }

    pub(super) fn epoch(&self) -> Uuid {
        self.ledger.watch().borrow().epoch
    }

    pub(super) fn another_history(&self, seed: u64) -> Arc<dyn Ledger> {
        memory(&self.clock, Arc::new(SeededIds::new(seed)))
    }

    pub(super) fn start(&self) -> Projections {
        self.start_over(self.ledger.clone())
    }

    pub(super) fn start_over(&self, ledger: Arc<dyn Ledger>) -> Projections {
        let setup = self.setup(ledger, self.store.clone());
        setup.with::<Names>().with::<Copycat>().with::<Log>().start().unwrap()
    }

    /// The views that write to `store`.
    pub(super) fn start_into(&self, store: DoctoredStore) -> Projections {
        let setup = self.setup(self.ledger.clone(), Arc::new(store));
        setup.with::<Names>().with::<Copycat>().with::<Log>().start().unwrap()
    }

    /// Without views yet.
    /// The views, written no more often than at `pace` while nobody waits.
    pub(super) fn start_at(&self, pace: Duration) -> Projections {
        let setup = self.paced(self.ledger.clone(), self.store.clone(), pace);
        setup.with::<Names>().with::<Copycat>().with::<Log>().start().unwrap()
    }

    pub(super) fn setup(&self, ledger: Arc<dyn Ledger>, store: Arc<dyn ViewStore>) -> Setup {
        self.paced(ledger, store, Options::default().pace)
    }

    fn paced(&self, ledger: Arc<dyn Ledger>, store: Arc<dyn ViewStore>, pace: Duration) -> Setup {
        let poll = Duration::from_millis(50);
        let options = Options { batch: 16, write_events: 64, poll, pace, ..Options::default() };
        Setup::new(ledger, store, self.clock.clone(), options)
    }

    pub(super) async fn append(&self, patient: PatientId, events: &[Event]) -> Token {
        append(&*self.ledger, CommandId::new(self.ids.next()), patient, events).await
    }

    pub(super) async fn append_bytes(&self, patient: PatientId, payload: &'static [u8]) -> Token {
        let event = NewEvent { event_type: "Unheard", event_version: 1, payload: payload.to_vec().into() };
        write(&*self.ledger, CommandId::new(self.ids.next()), patient, vec![event]).await
    }
}

/// Appends events to a patient's care team.
pub(super) async fn append(
    ledger: &dyn Ledger,
    command: CommandId,
    patient: PatientId,
    events: &[Event],
) -> Token {
    let new = |event: &Event| {
        let event = DomainEvent::CareTeam(event.clone());
        NewEvent { event_type: event.event_type(), event_version: 1, payload: event.encode().into() }
    };
    write(ledger, command, patient, events.iter().map(new).collect()).await
}

async fn write(ledger: &dyn Ledger, command: CommandId, patient: PatientId, events: Vec<NewEvent>) -> Token {
    let actor = Uuid::from_u128(3);
    let metadata = format!(
        "{{\"patient\":\"{patient}\",\"actor\":{{\"id\":\"{actor}\",\"role\":\"nurse\"}},\"purpose\":\"treatment\"}}"
    );
    let append = Append {
        command,
        request_hash: [0; 32],
        stream: StreamRef::care_team(patient),
        expected: Expected::Any,
        conditions: Vec::new(),
        events,
        metadata: metadata.into_bytes().into(),
        reply: Vec::new().into(),
    };
    ledger.append(append).await.unwrap().into_receipt().token
}

fn memory(clock: &Arc<ManualClock>, ids: Arc<SeededIds>) -> Arc<dyn Ledger> {
    let id = LedgerId::clinical(TenantId::parse("demo").unwrap());
    Arc::new(MemoryLedger::new(id, clock.clone(), ids))
}
