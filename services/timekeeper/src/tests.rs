//! Deadlines that pass, over a real ledger and real views.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use concord_domain::side_effects::{self, Grade};
use concord_domain::{Command, DomainEvent};
use concord_executor::{Executor, ExecutorOptions, Request};
use concord_kernel::{
    Actor, CommandId, Credentials, IdSource, Instant, LedgerId, ManualClock, PatientId, PersonId, Purpose,
    RandomIds, ReportId, Role, SeededIds, StreamRef, TenantId, Text, Token,
};
use concord_knowledge::Ruleset;
use concord_ledger::{Ledger, SqliteLedger, SqliteOptions};
use concord_projection::{Options, Projections, Setup, SqliteStore, ViewId};
use concord_views::{Timers, timers};
use uuid::Uuid;

use crate::Timekeeper;

const SOON: Duration = Duration::from_secs(20);
/// Days after which the deadline of a moderate side effect, one day, has passed.
const LONGEST_DAYS: i64 = 2;

/// A service over a folder, as it is between two starts.
struct Service {
    ledger: Arc<SqliteLedger>,
    executor: Executor,
    views: Projections,
    clock: Arc<ManualClock>,
}

impl Service {
    fn start(folder: &Path, clock: &Arc<ManualClock>) -> Self {
        let id = LedgerId::clinical(TenantId::parse("demo").unwrap());
        let (time, ids) = (Arc::clone(clock) as _, Arc::new(SeededIds::new(1)));
        let path = folder.join("ledger.db");
        let ledger = Arc::new(SqliteLedger::open(&path, id, time, ids, SqliteOptions::default()).unwrap());
        let options = ExecutorOptions::default();
        let executor =
            Executor::new(Arc::clone(&ledger) as _, Arc::clone(clock) as _, Ruleset::embedded(), options);
        let store = Arc::new(SqliteStore::open(&folder.join("views.db")).unwrap());
        let setup = Setup::new(Arc::clone(&ledger) as _, store, Arc::clone(clock) as _, Options::default());
        let views = setup.with::<Timers>().start().unwrap();
        Self { ledger, executor, views, clock: Arc::clone(clock) }
    }

    fn timekeeper(&self) -> Timekeeper {
        Timekeeper::new(self.executor.clone(), self.views.clone(), Arc::clone(&self.clock) as _)
    }

    async fn execute(&self, role: Role, n: u128, command: side_effects::Command) -> Token {
        let request = Request {
            patient: patient(n),
            command: Command::SideEffects(command),
            command_id: CommandId::new(RandomIds.next()),
            request_hash: [0; 32],
            expected_version: None,
            actor: Actor { id: PersonId::new(Uuid::from_u128(7)), role, credentials: Credentials::default() },
            purpose: Purpose::Treatment,
            effective_at: None,
            correlation: None,
            causation: None,
        };
        self.executor.execute(request).await.unwrap().token
    }

    async fn report(&self, n: u128) -> Token {
        let command = side_effects::Command::Report {
            report: report(n),
            symptom: None,
            description: Text::parse("a rash on both arms").unwrap(),
            grade: Grade::Moderate,
            red_flags: Vec::new(),
            suspected: None,
            onset_at: None,
        };
        self.execute(Role::Nurse, n, command).await
    }

    fn head(&self) -> Token {
        *self.ledger.watch().borrow()
    }

    async fn shown(&self, token: Token) {
        self.views.wait_for(ViewId::of::<Timers>(), token, SOON).await.unwrap();
    }

    /// When breaches of one client's reports were recorded, with the deadlines that they name.
    async fn breaches(&self, n: u128) -> Vec<(Instant, Instant)> {
        let stream = StreamRef::side_effects(patient(n));
        let entries = self.ledger.read_stream(stream, 0, 100).await.unwrap();
        let breach = |entry: &concord_ledger::Entry| {
            let event = DomainEvent::decode(entry.stream.kind, &entry.payload).unwrap();
            let DomainEvent::SideEffects(side_effects::Event::EscalationBreached { decide_by, .. }) = event
            else {
                return None;
            };
            Some((entry.recorded_at, decide_by))
        };
        entries.iter().filter_map(breach).collect()
    }
}

fn patient(n: u128) -> PatientId {
    PatientId::new(Uuid::from_u128(1_000 + n))
}

fn report(n: u128) -> ReportId {
    ReportId::new(Uuid::from_u128(2_000 + n))
}

fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock::starting_at(Instant::parse("2026-03-02T12:00:00Z").unwrap()))
}

fn later(clock: &ManualClock, days: i64) {
    use concord_kernel::Clock;
    clock.advance_to(clock.now().plus_days(days));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_passes_is_recorded_once_and_by_the_service() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let service = Service::start(folder.path(), &clock);
    service.shown(service.report(1).await).await;
    assert_eq!(service.timekeeper().record_passed().await.unwrap(), 0, "it has not passed yet");

    later(&clock, LONGEST_DAYS);
    assert_eq!(service.timekeeper().record_passed().await.unwrap(), 1);
    assert_eq!(service.timekeeper().record_passed().await.unwrap(), 0);
    let entries = service.ledger.read_stream(StreamRef::side_effects(patient(1)), 0, 10).await.unwrap();
    assert_eq!(service.breaches(1).await.len(), 1);
    assert!(String::from_utf8_lossy(&entries[1].metadata).contains("\"service\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_decided_in_time_is_no_breach_even_where_the_view_is_behind() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let service = Service::start(folder.path(), &clock);
    service.shown(service.report(1).await).await;
    // The runner ends, so the row stays as it is.
    service.views.clone().shutdown().await;
    let decide = side_effects::Command::Decide {
        report: report(1),
        decision: side_effects::Decision::ContinueAndMonitor,
        rationale: Text::parse("mild, and going").unwrap(),
    };
    service.execute(Role::Psychiatrist, 1, decide).await;
    later(&clock, LONGEST_DAYS);
    let reader = service.views.reader();
    assert_eq!(timers::due(&reader, concord_kernel::Clock::now(&*clock), 10).await.unwrap().len(), 1);
    assert_eq!(service.timekeeper().record_passed().await.unwrap(), 0);
    assert_eq!(service.breaches(1).await, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crash_between_the_record_and_the_view_records_nothing_twice() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let service = Service::start(folder.path(), &clock);
    for n in 0..5 {
        service.shown(service.report(n).await).await;
    }
    later(&clock, LONGEST_DAYS);
    // Recorded, and then the views end before they could show it.
    service.views.clone().shutdown().await;
    assert!(service.timekeeper().record_passed().await.is_err(), "the view cannot come to it");
    for n in 0..5 {
        assert_eq!(service.breaches(n).await.len(), 1);
    }
    drop(service);

    let again = Service::start(folder.path(), &clock);
    again.shown(again.head()).await;
    again.timekeeper().record_passed().await.unwrap();
    for n in 0..5 {
        assert_eq!(again.breaches(n).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_timekeepers_that_know_nothing_of_each_other_record_each_deadline_once() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let service = Service::start(folder.path(), &clock);
    for n in 0..40 {
        service.shown(service.report(n).await).await;
    }
    later(&clock, LONGEST_DAYS);
    let (one, other) = (service.timekeeper(), service.timekeeper());
    let (one, other) = tokio::join!(one.record_passed(), other.record_passed());
    assert!(one.unwrap().max(other.unwrap()) <= 40);
    for n in 0..40 {
        assert_eq!(service.breaches(n).await.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ninety_days_of_deadlines_pass_in_seconds() {
    let (folder, clock) = (tempfile::tempdir().unwrap(), clock());
    let service = Service::start(folder.path(), &clock);
    let timekeeper = service.timekeeper();
    for day in 0..90 {
        service.shown(service.report(day).await).await;
        later(&clock, 1);
        timekeeper.record_passed().await.unwrap();
    }
    later(&clock, 1);
    timekeeper.record_passed().await.unwrap();
    for day in 0..90 {
        let breaches = service.breaches(day).await;
        let [(recorded_at, decide_by)] = breaches[..] else { panic!("one breach a day, not {breaches:?}") };
        assert!(decide_by < recorded_at, "not before its time");
        assert!(recorded_at < decide_by.plus_days(1).plus(Duration::from_secs(1)), "at the next look");
    }
}
