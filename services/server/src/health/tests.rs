//! Health is what the parts are, over the wire.

use std::path::Path;

use bytes::Bytes;
use concord_kernel::{Clock, CommandId, Instant, LedgerId, RandomIds, StreamKind, StreamRef, SystemClock};
use concord_ledger::{
    Append, AppendError, CrashPoint, DataFolder, Expected, Faults, NewEvent, SqliteLedger, SqliteOptions,
};
use concord_projection::{Fault, Reason};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus as Wire;
use tonic_health::pb::health_client::HealthClient;
use uuid::Uuid;

use super::*;
use crate::config::{Config, Overrides};
use crate::serve::{Running, Sources};

const SOON: Duration = Duration::from_secs(20);

fn tenant() -> TenantId {
    TenantId::parse("demo").unwrap()
}

fn ledger(folder: &Path, options: SqliteOptions) -> SqliteLedger {
    let id = LedgerId::clinical(tenant());
    let path = DataFolder::file(folder, &id);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    SqliteLedger::open(&path, id, Arc::new(SystemClock), Arc::new(RandomIds), options).unwrap()
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

async fn started(folder: &Path) -> Running {
    started_with(folder, Sources::machine()).await
}

async fn started_with(folder: &Path, sources: Sources) -> Running {
    let listen = "127.0.0.1:0".parse().ok();
    let overrides = Overrides { data: Some(folder.to_owned()), listen, ..Overrides::default() };
    Running::start(&Config::load(None, overrides).unwrap(), sources).await.unwrap()
}

async fn check(running: &Running, service: &str) -> Wire {
    let channel = tonic::transport::Endpoint::from_shared(format!("http://{}", running.address)).unwrap();
    let mut client = HealthClient::new(channel.connect().await.unwrap());
    let asked = HealthCheckRequest { service: service.to_owned() };
    client.check(asked).await.unwrap().into_inner().status()
}

async fn becomes(running: &Running, service: &str, wanted: Wire) {
    let told = async {
        while check(running, service).await != wanted {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let said = tokio::time::timeout(SOON, told).await;
    assert!(said.is_ok(), "{service:?} does not become {wanted:?}");
}

#[tokio::test]
async fn a_service_whose_parts_are_well_serves() {
    let folder = tempfile::tempdir().unwrap();
    let running = started(folder.path()).await;
    for part in ["", "ledger/demo", "view/demo/chart", "view/demo/roster"] {
        becomes(&running, part, Wire::Serving).await;
    }
    running.stop(SOON).await.unwrap();
}

#[tokio::test]
async fn a_view_that_pauses_is_told_and_so_is_the_service_while_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    ledger(folder.path(), SqliteOptions::default()).append(unreadable()).await.unwrap();
    let running = started(folder.path()).await;
    becomes(&running, "view/demo/chart", Wire::NotServing).await;
    becomes(&running, "", Wire::NotServing).await;
    becomes(&running, "ledger/demo", Wire::Serving).await;
    becomes(&running, "view/demo/roster", Wire::Serving).await;
    assert_eq!(check(&running, "view/demo/chart").await, Wire::NotServing, "it stays paused");
    assert_eq!(check(&running, "").await, Wire::NotServing);
    running.stop(SOON).await.unwrap();
}

/// The machine's clock, except for one thread, which breaks off over it.
struct BreaksOff(&'static str);

impl Clock for BreaksOff {
    fn now(&self) -> Instant {
        let thread = std::thread::current();
        assert!(thread.name() != Some(self.0), "a fault of the clock, on purpose");
        SystemClock.now()
    }
}

#[tokio::test]
async fn views_whose_thread_breaks_off_are_told_and_the_service_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    ledger(folder.path(), SqliteOptions::default()).append(unreadable()).await.unwrap();
    let sources = Sources { clock: Arc::new(BreaksOff("views-read")), ids: Arc::new(RandomIds) };
    let mut running = started_with(folder.path(), sources).await;
    for view in ["view/demo/chart", "view/demo/roster", "view/demo/course", ""] {
        becomes(&running, view, Wire::NotServing).await;
    }
    assert_eq!(check(&running, "ledger/demo").await, Wire::Serving);
    // It says so and goes on: commands do not need the views.
    let goes_on = tokio::time::timeout(Duration::from_millis(200), running.until(std::future::pending()));
    assert!(goes_on.await.is_err());
    assert_eq!(check(&running, "").await, Wire::NotServing);
    running.stop(SOON).await.unwrap();
}

#[tokio::test]
async fn checkpoints_that_cannot_go_on_are_told_and_the_service_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    ledger(folder.path(), SqliteOptions::default()).append(unreadable()).await.unwrap();
    let running = started(folder.path()).await;
    becomes(&running, "checkpoints/demo", Wire::Serving).await;
    // Stopping signs what was not signed yet.
    running.stop(SOON).await.unwrap();
    std::fs::write(folder.path().join("checkpoint.key"), [9; 32]).unwrap();
    let running = started(folder.path()).await;
    becomes(&running, "checkpoints/demo", Wire::NotServing).await;
    assert_eq!(check(&running, "ledger/demo").await, Wire::Serving);
    running.stop(SOON).await.unwrap();
}

#[test]
fn only_a_view_that_goes_on_is_well() {
    let fault = Fault { position: 7, reason: Reason::Unreadable };
    assert_eq!(condition(&State::Live), Condition::Up);
    assert_eq!(condition(&State::Building), Condition::Building);
    let down = [
        State::Retrying,
        State::Stalled,
        State::Paused(fault),
        State::Stopped(Halt::Fenced),
        State::Stopped(Halt::Broken),
    ];
    assert!(down.iter().all(|state| condition(state) == Condition::Down));
}

#[test]
fn only_a_relay_that_keeps_pace_is_well() {
    let lag = |seconds| relay::Lag { events: 1, age: Duration::from_secs(seconds) };
    for state in [relay::State::Relaying, relay::State::StandingBy] {
        assert_eq!(relaying(state, lag(1)), Condition::Up);
        assert_eq!(relaying(state, lag(31)), Condition::Down);
    }
    assert_eq!(relaying(relay::State::Starting, lag(900)), Condition::Building);
    for state in [relay::State::Retrying, relay::State::Refused] {
        assert_eq!(relaying(state, relay::Lag::default()), Condition::Down);
    }
}

/// NATS is away: the service says that its log is not published, and is well otherwise.
#[tokio::test]
async fn a_service_without_nats_takes_commands_and_says_that_nothing_is_published() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let file = folder.path().join("concord.toml");
    std::fs::write(&file, format!("[nats]\nservers = [\"nats://{nobody}\"]")).unwrap();
    let (data, listen) = (Some(folder.path().join("data")), "127.0.0.1:0".parse().ok());
    let config = Config::load(Some(&file), Overrides { data, listen, ..Overrides::default() }).unwrap();
    let running = Running::start(&config, Sources::machine()).await.unwrap();
    becomes(&running, "relay/demo", Wire::NotServing).await;
    becomes(&running, "", Wire::Serving).await;
    running.stop(SOON).await.unwrap();
}

struct Panics;

impl Faults for Panics {
    fn reached(&self, _: CrashPoint) {
        panic!("a fault of the writer, on purpose");
    }
}

#[tokio::test]
async fn a_ledger_whose_writer_is_gone_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let options = SqliteOptions { faults: Some(Arc::new(Panics)), ..SqliteOptions::default() };
    let ledger: Arc<dyn Ledger> = Arc::new(ledger(folder.path(), options));
    let parts = vec![Parts {
        tenant: tenant(),
        ledger: Arc::clone(&ledger),
        views: None,
        signer: None,
        relay: None,
        partners: None,
        access: None,
    }];
    let mut health = Health::new(HealthReporter::new(), parts).await;
    assert_eq!(health.known["ledger/demo"], Condition::Up);
    assert!(matches!(ledger.append(unreadable()).await, Err(AppendError::Unavailable)));
    let gone = async {
        while ledger.has_writer() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(SOON, gone).await.expect("the queue closes with its writer");
    health.look_at_ledgers().await;
    assert_eq!(health.known["ledger/demo"], Condition::Down);
}
