//! Consumers that are slow, killed, refuse and find holes.

use std::time::Duration;

use async_nats::jetstream::consumer::PullConsumer;
use concord_client::consumer::{Interest, Settings};
use concord_kernel::Token;
use concord_ledger::Filter;
use concord_relay::publication;
use concord_servers::Nats;
use rand::Rng;
use tokio::time::sleep;

use crate::scene::{Working, choices, client, head, keep_recording, ledger, options, record, tenant, until};
use crate::witness::{Fault, Witness, consume, settings};

/// Events in a burst, many times what a consumer holds at once.
const BURST: u64 = 3_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_consumer_comes_through_a_burst() {
    let (nats, ledger) = (Nats::start().unwrap(), ledger(31));
    let witness = Witness { slow: Duration::from_millis(5), ..Witness::default() };
    let working = Working::on(&nats.urls(), &ledger, options()).await;
    let _consuming = consume(&nats.urls(), &ledger, &witness, settings()).await;
    record(&*ledger, 1..=BURST).await;
    working.reaches(BURST).await;
    witness.reaches(BURST).await;
    witness.whole_once(&*ledger).await.unwrap();
}

/// An effect takes longer than JetStream waits for its acknowledgement: it is told that somebody works on it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_effect_may_take_longer_than_an_acknowledgement_is_waited_for() {
    let (nats, ledger) = (Nats::start().unwrap(), ledger(32));
    let witness = Witness { slow: Duration::from_secs(7), ..Witness::default() };
    let working = Working::on(&nats.urls(), &ledger, options()).await;
    record(&*ledger, [1]).await;
    working.reaches(1).await;
    let settings = Settings { acknowledge_within: Duration::from_secs(3), ..settings() };
    let _consuming = consume(&nats.urls(), &ledger, &witness, settings).await;
    witness.reaches(1).await;
    let consumer = || async {
        let stream = crate::stored::stream(&client(&nats.urls()).await).await;
        let consumer: PullConsumer = stream.get_consumer("witness").await.unwrap();
        consumer.cached_info().clone()
    };
    until("it is acknowledged", || async { consumer().await.num_ack_pending == 0 }).await;
    assert_eq!(consumer().await.delivered.consumer_sequence, 1, "it was delivered twice");
    witness.whole_once(&*ledger).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_is_killed_anywhere_makes_every_effect_once() {
    let mut choices = choices();
    let (nats, ledger) = (Nats::start().unwrap(), ledger(33));
    let witness = Witness { slow: Duration::from_millis(2), ..Witness::default() };
    let working = Working::on(&nats.urls(), &ledger, options()).await;
    let recording = keep_recording(&ledger, 1);
    for _ in 0..12 {
        let consuming = consume(&nats.urls(), &ledger, &witness, settings()).await;
        sleep(Duration::from_millis(choices.random_range(5..400))).await;
        drop(consuming);
    }
    recording.abort();
    let _ended = recording.await;
    let end = head(&*ledger);
    working.reaches(end).await;
    let _consuming = consume(&nats.urls(), &ledger, &witness, settings()).await;
    witness.reaches(end).await;
    witness.whole_once(&*ledger).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_consumers_of_one_name_make_every_effect_once() {
    let (nats, ledger, witness) = (Nats::start().unwrap(), ledger(34), Witness::default());
    let working = Working::on(&nats.urls(), &ledger, options()).await;
    let _one = consume(&nats.urls(), &ledger, &witness, settings()).await;
    let _other = consume(&nats.urls(), &ledger, &witness, settings()).await;
    for end in [100, 200, 300] {
        record(&*ledger, end - 99..=end).await;
        working.reaches(end).await;
        witness.reaches(end).await;
    }
    witness.whole_once(&*ledger).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_sees_effects_that_are_written_without_their_cursor() {
    let (nats, ledger) = (Nats::start().unwrap(), ledger(35));
    let witness = Witness { fault: Fault::CursorApart, ..Witness::default() };
    let working = Working::on(&nats.urls(), &ledger, options()).await;
    record(&*ledger, 1..=200).await;
    working.reaches(200).await;
    let _consuming = consume(&nats.urls(), &ledger, &witness, settings()).await;
    witness.reaches(200).await;
    assert!(witness.whole_once(&*ledger).await.is_err());
}

/// The cursor moves over what nobody is interested in, and is where it was after a restart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consumer_that_wants_nothing_of_what_comes_goes_on_where_it_was() {
    let (nats, ledger, witness) = (Nats::start().unwrap(), ledger(36), Witness::default());
    let wants = || settings().interested_in(Interest::streams(["ruleset"]));
    let working = Working::on(&nats.urls(), &ledger, options()).await;
    record(&*ledger, 1..=BURST).await;
    working.reaches(BURST).await;
    let consuming = consume(&nats.urls(), &ledger, &witness, wants()).await;
    witness.reaches(BURST).await;
    drop(consuming);
    let before = witness.done();
    assert!(before.effects.is_empty());
    let _consuming = consume(&nats.urls(), &ledger, &witness, wants()).await;
    record(&*ledger, BURST + 1..=BURST + 5).await;
    witness.reaches(BURST + 5).await;
    let after = witness.done();
    assert!(after.effects.is_empty());
    let batches = after.batches - before.batches;
    assert!(batches <= 5, "it went over {batches} batches again");
    assert_eq!(after.histories.len(), 1);
}

/// A stream without some events: `Prev-Pos` says that they are missing, and they are read from the ledger.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn events_that_the_stream_does_not_hold_are_read_from_the_ledger() {
    let mut choices = choices();
    let (nats, ledger, witness) = (Nats::start().unwrap(), ledger(37), Witness::default());
    record(&*ledger, 1..=200).await;
    let lost: Vec<u64> = (1..=199).filter(|_| choices.random_bool(0.2)).collect();
    let jetstream = async_nats::jetstream::new(client(&nats.urls()).await);
    let config = async_nats::jetstream::stream::Config {
        name: crate::stored::name(),
        subjects: vec![concord_proto::feed::subjects(tenant().as_str())],
        ..Default::default()
    };
    jetstream.create_stream(config).await.unwrap();
    let (mut at, mut sequence) = (Token { position: 0, ..*ledger.watch().borrow() }, 0);
    for entry in ledger.read(0, &Filter::default(), 1_000).await.unwrap().entries {
        if !lost.contains(&entry.position) {
            let (subject, message) = publication(&tenant(), at, &entry, sequence);
            jetstream.send_publish(subject, message).await.unwrap().await.unwrap();
            sequence += 1;
        }
        at.position = entry.position;
    }
    let _consuming = consume(&nats.urls(), &ledger, &witness, settings()).await;
    witness.reaches(200).await;
    witness.whole_once(&*ledger).await.unwrap();

    // Who takes what comes, as it comes, does not see the holes.
    let seen = crate::stored::stored(&client(&nats.urls()).await).await;
    let taken = Witness::default();
    let effects = seen.into_iter().map(|one| (one.at.position, one.event.payload));
    taken.done.lock().unwrap().effects = effects.collect();
    assert_eq!(taken.whole_once(&*ledger).await.is_err(), !lost.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_without_effect_is_parked_with_its_stream_and_holds_up_no_other() {
    let mut choices = choices();
    let refused = choices.random_range(2..=80);
    let (nats, ledger) = (Nats::start().unwrap(), ledger(38));
    let witness = Witness { refuses: Some(refused), ..Witness::default() };
    let working = Working::on(&nats.urls(), &ledger, options()).await;
    record(&*ledger, 1..=100).await;
    working.reaches(100).await;
    let consuming = consume(&nats.urls(), &ledger, &witness, settings()).await;
    witness.reaches(100).await;
    drop(consuming);
    // What comes later of the stream is parked behind it, also after a restart.
    let _consuming = consume(&nats.urls(), &ledger, &witness, settings()).await;
    record(&*ledger, 101..=120).await;
    working.reaches(120).await;
    witness.reaches(120).await;

    let all = ledger.read(0, &Filter::default(), 1_000).await.unwrap().entries;
    let index = usize::try_from(refused).unwrap() - 1;
    let stream = all[index].stream.id;
    let (parked, others): (Vec<_>, Vec<_>) =
        all.iter().partition(|entry| entry.stream.id == stream && entry.position >= refused);
    let positions =
        |entries: Vec<&concord_ledger::Entry>| entries.iter().map(|entry| entry.position).collect::<Vec<_>>();
    let done = witness.done();
    assert_eq!(done.parked.iter().map(|(position, _)| *position).collect::<Vec<_>>(), positions(parked));
    assert_eq!(done.effects.iter().map(|(position, _)| *position).collect::<Vec<_>>(), positions(others));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn effects_that_cannot_be_made_now_are_made_later() {
    let (nats, ledger, witness) = (Nats::start().unwrap(), ledger(39), Witness::default());
    *witness.away.lock().unwrap() = 5;
    let working = Working::on(&nats.urls(), &ledger, options()).await;
    record(&*ledger, 1..=40).await;
    working.reaches(40).await;
    let _consuming = consume(&nats.urls(), &ledger, &witness, settings()).await;
    witness.reaches(40).await;
    witness.whole_once(&*ledger).await.unwrap();
    assert_eq!(*witness.away.lock().unwrap(), 0);
}
