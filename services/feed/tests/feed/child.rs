//! A process that records events and sends what it may, and is killed by its parent.

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use concord_domain::feed::PayloadChoice;
use concord_feed::{Begin, Order, Told};
use concord_kernel::{LedgerId, RandomIds, SystemClock};
use concord_ledger::{Ledger, SqliteLedger, SqliteOptions};

use crate::scene::{Scene, consent, patient, subscription, tenant};

pub(crate) const FOLDER: &str = "FEED_FOLDER";
pub(crate) const ROUND: &str = "FEED_ROUND";
pub(crate) const MUTATION: &str = "FEED_MUTATION";

/// Where the child writes what it has sent, a line each: round, sequence number, the event as the partner calls it.
pub(crate) const WITNESS: &str = "sent";

pub(crate) fn ledger(folder: &Path, id: LedgerId) -> Arc<dyn Ledger> {
    let file = folder.join(id.to_string().replace('/', "-"));
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    Arc::new(SqliteLedger::open(&file, id, clock, ids, SqliteOptions::default()).unwrap())
}

/// What the child does: not a test of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the test beside it starts it as a process of its own"]
async fn child() {
    let setting = |name| std::env::var_os(name).map(PathBuf::from);
    let (Some(folder), Some(round)) = (setting(FOLDER), setting(ROUND)) else { return };
    let order = match setting(MUTATION) {
        Some(_) => Order::MutationSendBeforeRecord,
        None => Order::default(),
    };
    let round: u64 = round.to_str().unwrap().parse().unwrap();
    let (clinical, access) = (LedgerId::clinical(tenant()), LedgerId::access(tenant()));
    let (clinical, access) = (ledger(&folder, clinical), ledger(&folder, access));
    let scene = Scene::over(clinical, access, Arc::new(SystemClock), 1_000 + round, order);
    if round == 0 {
        scene.opens(subscription(1), PayloadChoice::IdOnly).await;
        for n in 0..3 {
            scene.consents(patient(n), consent(n)).await;
        }
    }
    let mut witness = OpenOptions::new().append(true).create(true).open(folder.join(WITNESS)).unwrap();
    let mut session = scene.subscribe(subscription(1), Begin::Acknowledged).await;
    for n in 0_usize.. {
        scene.event(patient(n as u128 % 4), usize::try_from(round).unwrap() * 1_000_000 + n).await;
        while let Some(messages) = session.step().await.unwrap() {
            for message in messages {
                let Told::Event(event) = message.told else { continue };
                writeln!(witness, "{round} {} {}", message.sequence, event.id).unwrap();
            }
        }
    }
}
