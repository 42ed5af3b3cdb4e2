//! A process that records and relays, and is killed.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use concord_kernel::{RandomIds, SystemClock};
use concord_ledger::{Ledger, SqliteLedger, SqliteOptions};
use concord_servers::Nats;
use rand::Rng;

use crate::scene::{Working, choices, client, head, keep_recording, ledger_id, options, until};
use crate::stored::{stream, whole_once};
use crate::witness::{Witness, consume, settings};

/// Rounds of kills without `CONCORD_SOAK`.
const KILLS: u64 = 6;
const FILE: &str = "RELAY_FILE";
const SERVER: &str = "RELAY_SERVER";

fn open(file: &Path) -> Arc<dyn Ledger> {
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    Arc::new(SqliteLedger::open(file, ledger_id(), clock, ids, SqliteOptions::default()).unwrap())
}

/// What the child does: not a test of its own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the test below starts it as a process of its own"]
async fn child() {
    let setting = |name| std::env::var_os(name).map(|text| text.into_string().unwrap());
    let (Some(file), Some(server)) = (setting(FILE), setting(SERVER)) else { return };
    let ledger = open(Path::new(&file));
    let from = head(&*ledger) + 1;
    let _working = Working::on(&[server], &ledger, options()).await;
    keep_recording(&ledger, from).await.unwrap();
}

fn started(file: &Path, nats: &Nats) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "child::child", "--ignored", "--nocapture"])
        .env(FILE, file)
        .env(SERVER, &nats.urls()[0])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn rounds() -> u64 {
    std::env::var_os("CONCORD_SOAK")
        .map_or(KILLS, |text| text.to_str().unwrap().parse().expect("CONCORD_SOAK is a number of rounds"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_is_killed_between_acknowledgements_goes_on_without_loss_or_repetition() {
    let mut choices = choices();
    let (nats, folder) = (Nats::start().unwrap(), tempfile::tempdir().unwrap());
    let file = folder.path().join("clinical.ledger");
    let client = client(&nats.urls()).await;
    let mut published = 0;
    for _ in 0..rounds() {
        let mut child = started(&file, &nats);
        let wanted = published + choices.random_range(1..120);
        let there =
            || async { stream(&client).await.get_info().await.unwrap().state.last_sequence >= wanted };
        until("the child publishes", there).await;
        tokio::time::sleep(Duration::from_millis(choices.random_range(0..30))).await;
        child.kill().unwrap();
        child.wait().unwrap();
        published = stream(&client).await.get_info().await.unwrap().state.last_sequence;
    }
    let ledger = open(&file);
    let end = head(&*ledger);
    assert!(end >= published, "{published} events are in the stream and {end} in the ledger");
    let working = Working::on(&nats.urls(), &ledger, options()).await;
    working.reaches(end).await;
    whole_once(&client, &*ledger).await.unwrap();
    let witness = Witness::default();
    let _consuming = consume(&nats.urls(), &ledger, &witness, settings()).await;
    witness.reaches(end).await;
    witness.whole_once(&*ledger).await.unwrap();
}
