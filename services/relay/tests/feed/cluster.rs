//! Three servers that replicate, of which some die.

use async_nats::jetstream;
use concord_relay::Options;
use concord_servers::Nats;
use rand::Rng;

use crate::scene::{Working, choices, client, head, keep_recording, ledger, options, record, until};
use crate::stored::{name, whole_once};
use crate::witness::{Witness, consume, settings};

/// Servers that are killed in one test.
const KILLS: usize = 4;

fn replicated() -> Options {
    Options { replicas: 3, ..options() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_are_killed_under_load_lose_nothing_and_repeat_nothing() {
    let mut choices = choices();
    let (mut nats, ledger, witness) = (Nats::cluster().unwrap(), ledger(21), Witness::default());
    let working = Working::on(&nats.urls(), &ledger, replicated()).await;
    working.reaches(0).await;
    let recording = keep_recording(&ledger, 1);
    let _consuming = consume(&nats.urls(), &ledger, &witness, settings()).await;
    for _ in 0..KILLS {
        let victim = choices.random_range(0..nats.count());
        working.reaches(head(&*ledger) + choices.random_range(1..60)).await;
        nats.kill(victim).unwrap();
        // Two of three go on.
        working.reaches(head(&*ledger) + 40).await;
        nats.run(victim).unwrap();
    }
    recording.abort();
    let _ended = recording.await;
    let end = head(&*ledger);
    working.reaches(end).await;
    witness.reaches(end).await;
    witness.whole_once(&*ledger).await.unwrap();
    whole_once(&client(&nats.urls()).await, &*ledger).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_servers_at_once_may_be_killed_and_come_back() {
    let (mut nats, ledger, witness) = (Nats::cluster().unwrap(), ledger(22), Witness::default());
    let working = Working::on(&nats.urls(), &ledger, replicated()).await;
    working.reaches(0).await;
    let _consuming = consume(&nats.urls(), &ledger, &witness, settings()).await;
    let recording = keep_recording(&ledger, 1);
    for _ in 0..2 {
        working.reaches(head(&*ledger) + 50).await;
        nats.restart_all().unwrap();
    }
    recording.abort();
    let _ended = recording.await;
    let end = head(&*ledger);
    working.reaches(end).await;
    witness.reaches(end).await;
    witness.whole_once(&*ledger).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_deleted_is_filled_again() {
    let mut choices = choices();
    let (nats, ledger, witness) = (Nats::start().unwrap(), ledger(23), Witness::default());
    let working = Working::on(&nats.urls(), &ledger, options()).await;
    let consuming = consume(&nats.urls(), &ledger, &witness, settings()).await;
    let recording = keep_recording(&ledger, 1);
    let client = client(&nats.urls()).await;
    for _ in 0..3 {
        working.reaches(head(&*ledger) + choices.random_range(1..200)).await;
        jetstream::new(client.clone()).delete_stream(name()).await.unwrap();
    }
    working.reaches(head(&*ledger) + 50).await;
    recording.abort();
    let _ended = recording.await;
    let end = head(&*ledger);
    // The last deletion is noticed by the event after it.
    until("the stream is whole", || async { whole_once(&client, &*ledger).await.is_ok() }).await;
    witness.reaches(end).await;
    witness.whole_once(&*ledger).await.unwrap();
    drop(consuming);
}

/// The disk of the server is put back to an older copy: what was published since is gone from it, and is published again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_copy_of_the_servers_disk_is_brought_up_to_date() {
    let mut choices = choices();
    let (mut nats, ledger, witness) = (Nats::start().unwrap(), ledger(24), Witness::default());
    let copy = tempfile::tempdir().unwrap();
    let working = Working::on(&nats.urls(), &ledger, options()).await;
    let _consuming = consume(&nats.urls(), &ledger, &witness, settings()).await;
    let before = choices.random_range(50..200);
    record(&*ledger, 1..=before).await;
    working.reaches(before).await;
    witness.reaches(before).await;
    nats.kill(0).unwrap();
    nats.save(0, &copy.path().join("store")).unwrap();
    nats.run(0).unwrap();
    let after = before + choices.random_range(20..200);
    record(&*ledger, before + 1..=after).await;
    working.reaches(after).await;
    witness.reaches(after).await;

    nats.kill(0).unwrap();
    nats.restore(0, &copy.path().join("store")).unwrap();
    nats.run(0).unwrap();
    record(&*ledger, after + 1..=after + 10).await;
    let client = client(&nats.urls()).await;
    until("the stream is whole", || async { whole_once(&client, &*ledger).await.is_ok() }).await;
    witness.reaches(after + 10).await;
    witness.whole_once(&*ledger).await.unwrap();
}

/// A relay that trusted a cursor of its own would leave a hole for ever.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_sees_a_relay_that_trusts_a_cursor_of_its_own() {
    use crate::mutants::{Fault, publish};
    let (nats, ledger) = (Nats::start().unwrap(), ledger(25));
    let client = client(&nats.urls()).await;
    Working::on(&nats.urls(), &ledger, options()).await.reaches(0).await;
    record(&*ledger, 1..=50).await;
    let cursor = publish(&client, &ledger, 0, Fault::Unfenced).await;
    whole_once(&client, &*ledger).await.unwrap();
    jetstream::new(client.clone()).delete_stream(name()).await.unwrap();
    Working::on(&nats.urls(), &crate::scene::ledger(25), options()).await.reaches(0).await;
    record(&*ledger, 51..=60).await;
    publish(&client, &ledger, cursor, Fault::Unfenced).await;
    let found = whole_once(&client, &*ledger).await.unwrap_err();
    assert!(found.contains("message 1 is event 51"), "{found}");
}
