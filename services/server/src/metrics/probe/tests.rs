//! What takes traffic away from a process, and what has it started again.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use concord_kernel::{Clock, Instant};
use concord_kernel::{
    CommandId, LedgerId, ManualClock, RandomIds, StreamKind, StreamRef, SystemClock, TenantId,
};
use concord_ledger::{
    Append, AppendError, CrashPoint, Expected, Faults, Ledger, NewEvent, SqliteLedger, SqliteOptions,
};
use concord_projection::{Options, Setup, SqliteStore};
use uuid::Uuid;

use super::*;

/// How long something that must come may take.
const SOON: Duration = Duration::from_secs(30);

fn tenant() -> TenantId {
    TenantId::parse("demo").unwrap()
}

fn ledger(folder: &Path, options: SqliteOptions) -> Arc<dyn Ledger> {
    let (path, id) = (folder.join("ledger"), LedgerId::clinical(tenant()));
    Arc::new(SqliteLedger::open(&path, id, Arc::new(SystemClock), Arc::new(RandomIds), options).unwrap())
}

/// An event on a chart that no program can read.
fn unreadable() -> Append {
    Append {
        command: CommandId::new(Uuid::from_u128(1)),
        request_hash: [0; 32],
        stream: StreamRef { kind: StreamKind::MedicationChart, id: Uuid::from_u128(7) },
        expected: Expected::Any,
        conditions: Vec::new(),
        events: vec![NewEvent {
            event_type: "MedicationPrescribed",
            event_version: 1,
            payload: Bytes::from_static(b"{\"MedicationPrescribed\": 7}"),
        }],
        metadata: Bytes::from_static(b"{}"),
        reply: Bytes::new(),
    }
}

fn probe(ledger: &Arc<dyn Ledger>, views: Option<Projections>) -> (Probe, watch::Sender<bool>) {
    let (closing, closed) = watch::channel(false);
    let parts = vec![Parts {
        tenant: tenant(),
        ledger: Arc::clone(ledger),
        views,
        signer: None,
        relay: None,
        partners: None,
        access: None,
    }];
    (Probe::new(parts, closed), closing)
}

#[tokio::test]
async fn a_process_that_closes_gets_no_work_and_is_left_to_close() {
    let folder = tempfile::tempdir().unwrap();
    let (probe, closing) = probe(&ledger(folder.path(), SqliteOptions::default()), None);
    assert!(probe.is_ready().await.is_well());
    closing.send_replace(true);
    let found = probe.is_ready().await;
    assert!(!found.is_well() && found.to_string().contains("- process: closing"), "{found}");
    assert!(probe.lives().is_well());
}

struct Panics;

impl Faults for Panics {
    fn reached(&self, _: CrashPoint) {
        panic!("a fault of the writer, on purpose");
    }
}

#[tokio::test]
async fn a_process_whose_ledger_lost_its_writer_is_to_be_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { faults: Some(Arc::new(Panics)), ..SqliteOptions::default() };
    let ledger = ledger(folder.path(), options);
    let (probe, _closing) = probe(&ledger, None);
    assert!(probe.lives().is_well());
    assert!(matches!(ledger.append(unreadable()).await, Err(AppendError::Unavailable)));
    let gone = async {
        while probe.lives().is_well() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(SOON, gone).await.expect("the queue closes with its writer");
    assert!(!probe.is_ready().await.is_well());
}

/// The views of a ledger by `clock`.
fn views(folder: &Path, ledger: &Arc<dyn Ledger>, clock: Arc<dyn Clock>) -> Projections {
    let store = Arc::new(SqliteStore::open(&folder.join("views.db")).unwrap());
    concord_views::all(Setup::new(Arc::clone(ledger), store, clock, Options::default())).start().unwrap()
}

async fn becomes_ready(probe: &Probe) -> bool {
    let ready = async {
        while !probe.is_ready().await.is_well() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, ready).await.is_ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_that_waits_for_an_operator_takes_no_commands_away() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = ledger(folder.path(), SqliteOptions::default());
    ledger.append(unreadable()).await.unwrap();
    let clock = Arc::new(ManualClock::starting_at(Instant::parse("2026-03-02T12:00:00Z").unwrap()));
    let views = views(folder.path(), &ledger, Arc::clone(&clock) as _);
    let mut chart = views.watch("chart").unwrap();
    let paused = chart.wait_for(|status| matches!(status.state, State::Paused(_)));
    tokio::time::timeout(SOON, paused).await.expect("the chart pauses before what it cannot read").unwrap();
    // An hour later it is an hour behind.
    clock.advance_to(Instant::parse("2026-03-02T13:00:00Z").unwrap());
    let (probe, _closing) = probe(&ledger, Some(views.clone()));
    assert!(becomes_ready(&probe).await, "{}", probe.is_ready().await);
    let found = probe.is_ready().await.to_string();
    assert!(found.contains("+ view/demo/chart: paused, behind 36"), "{found}");
    assert!(probe.lives().is_well());
    views.shutdown().await;
}
