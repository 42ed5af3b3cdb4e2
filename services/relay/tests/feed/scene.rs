//! A ledger, somebody who writes it, and relays.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use concord_kernel::{
    CommandId, LedgerId, RandomIds, SeededIds, StreamKind, StreamRef, SystemClock, TenantId,
};
use concord_ledger::{Append, Appended, Expected, Filter, Ledger, MemoryLedger, NewEvent};
use concord_relay::{Nats, Options, Relay, connect};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Longer than anything takes on a machine that has much else to do.
pub(crate) const PATIENCE: Duration = Duration::from_mins(2);
const LOOK: Duration = Duration::from_millis(20);
/// Between two events of a load: slower than three replicating servers are on a machine that has much else to do.
const PACE: Duration = Duration::from_millis(4);
/// Patients whose streams are written.
const STREAMS: u64 = 7;

pub(crate) fn tenant() -> TenantId {
    TenantId::parse("riverbend").unwrap()
}

pub(crate) fn ledger_id() -> LedgerId {
    LedgerId::clinical(tenant())
}

/// A ledger in memory, in the history that belongs to `seed`.
pub(crate) fn ledger(seed: u64) -> Arc<dyn Ledger> {
    Arc::new(MemoryLedger::new(ledger_id(), Arc::new(SystemClock), Arc::new(SeededIds::new(seed))))
}

/// A ledger in memory in a history that is later than all before.
pub(crate) fn later_ledger() -> Arc<dyn Ledger> {
    Arc::new(MemoryLedger::new(ledger_id(), Arc::new(SystemClock), Arc::new(RandomIds)))
}

/// Event number `number`, the same whenever it is asked for.
pub(crate) fn event(number: u64) -> Append {
    let kind = if number.is_multiple_of(3) { StreamKind::Scales } else { StreamKind::MedicationChart };
    Append {
        command: CommandId::new(Uuid::from_u128(number.into())),
        request_hash: [0; 32],
        stream: StreamRef { kind, id: Uuid::from_u128((number % STREAMS).into()) },
        expected: Expected::Any,
        conditions: Vec::new(),
        events: vec![NewEvent {
            event_type: "ScaleTaken",
            event_version: 1,
            payload: Bytes::from(format!("{{\"number\":{number}}}")),
        }],
        metadata: Bytes::from_static(b"{}"),
        reply: Bytes::new(),
    }
}

/// Records the events with these numbers.
pub(crate) async fn record(ledger: &dyn Ledger, numbers: impl IntoIterator<Item = u64>) {
    for number in numbers {
        assert!(matches!(ledger.append(event(number)).await.unwrap(), Appended::New(_)), "{number}");
    }
}

/// Records numbers one after another, with pauses, for as long as it is polled.
pub(crate) fn keep_recording(ledger: &Arc<dyn Ledger>, from: u64) -> JoinHandle<()> {
    let ledger = Arc::clone(ledger);
    tokio::spawn(async move {
        for number in from.. {
            record(&*ledger, [number]).await;
            tokio::time::sleep(PACE).await;
        }
    })
}

/// The payloads of a ledger by position.
pub(crate) async fn payloads(ledger: &dyn Ledger) -> Vec<Bytes> {
    let head = ledger.watch().borrow().position;
    let mut payloads = Vec::new();
    while (payloads.len() as u64) < head {
        let page = ledger.read(payloads.len() as u64, &Filter::default(), 5_000).await.unwrap();
        payloads.extend(page.entries.into_iter().map(|entry| entry.payload));
    }
    payloads
}

pub(crate) fn head(ledger: &dyn Ledger) -> u64 {
    ledger.watch().borrow().position
}

/// A connection of its own.
pub(crate) async fn client(urls: &[String]) -> async_nats::Client {
    connect(&Nats { servers: urls.to_vec(), ..Nats::default() }).await.unwrap()
}

/// Quick to find out that something failed.
pub(crate) fn options() -> Options {
    Options {
        answer_within: Duration::from_secs(5),
        look: Duration::from_millis(300),
        first_pause: Duration::from_millis(20),
        longest_pause: Duration::from_millis(500),
        in_flight: 64,
        page: 50,
        ..Options::default()
    }
}

/// A relay at work; it ends when this is dropped.
pub(crate) struct Working {
    pub(crate) watch: concord_relay::Watch,
    work: JoinHandle<()>,
}

impl Drop for Working {
    fn drop(&mut self) {
        self.work.abort();
    }
}

impl Working {
    pub(crate) async fn on(urls: &[String], ledger: &Arc<dyn Ledger>, options: Options) -> Self {
        let relay = Relay::new(Arc::clone(ledger), client(urls).await, Arc::new(SystemClock), options);
        Self { watch: relay.watch(), work: tokio::spawn(relay.run()) }
    }

    /// Waits until the relay has published everything up to `position`.
    pub(crate) async fn reaches(&self, position: u64) {
        let what = format!("the relay comes to {position}");
        until(&what, || async { self.watch.progress().position >= Some(position) }).await;
    }
}

/// Waits until `holds`.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, holds: impl Fn() -> F) {
    let wait = async {
        while !holds().await {
            tokio::time::sleep(LOOK).await;
        }
    };
    assert!(tokio::time::timeout(PATIENCE, wait).await.is_ok(), "waited in vain: {what}");
}

/// Choices of a test that differ from run to run; the seed is printed, and shown when the test fails. `CONCORD_SEED` gives the
/// same again.
pub(crate) fn choices() -> ChaCha8Rng {
    let given = std::env::var_os("CONCORD_SEED").map(|text| text.to_str().unwrap().parse().unwrap());
    let seed = given.unwrap_or_else(|| u64::from(std::process::id()));
    println!("CONCORD_SEED={seed}");
    ChaCha8Rng::seed_from_u64(seed)
}
