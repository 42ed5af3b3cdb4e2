//! What JetStream takes and what it refuses, and what a message tells.

use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::context::PublishErrorKind;
use concord_kernel::Token;
use concord_ledger::Filter;
use concord_proto::feed;
use concord_relay::{Options, State, publication};
use concord_servers::Nats;
use futures::future::join;
use rand::Rng;

use crate::mutants::{Fault, publish, unfenced};
use crate::scene::{Working, choices, client, head, keep_recording, ledger, options, record, tenant, until};
use crate::stored::{stored, stream, whole_once};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_event_is_published_in_order_and_names_no_patient() {
    let (nats, ledger) = (Nats::start().unwrap(), ledger(1));
    record(&*ledger, 1..=300).await;
    let working = Working::on(&nats.urls(), &ledger, options()).await;
    working.reaches(300).await;
    record(&*ledger, 301..=350).await;
    working.reaches(350).await;
    let client = client(&nats.urls()).await;
    whole_once(&client, &*ledger).await.unwrap();

    let message = stream(&client).await.get_raw_message(5).await.unwrap();
    assert_eq!(message.subject.as_str(), "concord.riverbend.medication_chart.ScaleTaken.v1");
    let epoch = ledger.watch().borrow().epoch.to_string();
    let header = |name: &str| message.headers.get(name).unwrap().as_str().to_owned();
    assert_eq!(header("Nats-Msg-Id"), format!("{epoch}:5"));
    assert_eq!(header("ce-id"), format!("{epoch}:5"));
    assert_eq!((header("ce-specversion"), header("ce-source")), ("1.0".into(), "/concord/riverbend".into()));
    assert_eq!(header("ce-type"), "concord.medication_chart.ScaleTaken.v1");
    assert_eq!(header(feed::SCHEMA), "medication_chart/ScaleTaken.v1");
    let entry = ledger.read(4, &Filter::default(), 1).await.unwrap().entries.remove(0);
    assert_eq!(header("ce-time"), entry.recorded_at.to_string());
    // The stream's identifier is the patient's.
    let all = format!("{:?}", message.headers);
    assert!(!all.contains(&entry.stream.id.to_string()), "{all}");

    let config = stream(&client).await.get_info().await.unwrap().config;
    assert!(config.deny_delete && config.deny_purge, "{config:?}");
    assert_eq!(working.watch.lag().await.unwrap().events, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_relays_of_one_ledger_publish_every_event_once() {
    let mut choices = choices();
    let (nats, ledger) = (Nats::start().unwrap(), ledger(2));
    record(&*ledger, 1..=choices.random_range(1..400)).await;
    let recording = keep_recording(&ledger, head(&*ledger) + 1);
    let first = Working::on(&nats.urls(), &ledger, options()).await;
    let mut second = Working::on(&nats.urls(), &ledger, options()).await;
    for _ in 0..4 {
        first.reaches(head(&*ledger) + choices.random_range(1..100)).await;
        // Another one in its place, that knows nothing.
        second = Working::on(&nats.urls(), &ledger, options()).await;
    }
    recording.abort();
    let _ended = recording.await;
    let end = head(&*ledger);
    first.reaches(end).await;
    second.reaches(end).await;
    whole_once(&client(&nats.urls()).await, &*ledger).await.unwrap();
}

/// They do not publish against each other for ever: one stands by until the other is gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_relay_that_is_overtaken_stands_by_until_it_is_needed() {
    let (nats, ledger) = (Nats::start().unwrap(), ledger(5));
    let mut relays = vec![
        Working::on(&nats.urls(), &ledger, options()).await,
        Working::on(&nats.urls(), &ledger, options()).await,
    ];
    let recording = keep_recording(&ledger, 1);
    let standing = |relays: &[Working]| {
        relays.iter().position(|relay| relay.watch.progress().state == State::StandingBy)
    };
    until("one stands by", || async { standing(&relays).is_some() }).await;
    let other = 1 - standing(&relays).unwrap();
    relays[other].reaches(head(&*ledger) + 200).await;
    drop(relays.remove(other));
    relays[0].reaches(head(&*ledger) + 200).await;
    recording.abort();
    let _ended = recording.await;
    relays[0].reaches(head(&*ledger)).await;
    whole_once(&client(&nats.urls()).await, &*ledger).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_sees_relays_that_do_not_name_what_they_follow() {
    let (nats, ledger) = (Nats::start().unwrap(), ledger(3));
    let client = client(&nats.urls()).await;
    Working::on(&nats.urls(), &ledger, options()).await.reaches(0).await;
    record(&*ledger, 1..=100).await;
    join(publish(&client, &ledger, 0, Fault::Unfenced), publish(&client, &ledger, 0, Fault::Unfenced)).await;
    let found = whole_once(&client, &*ledger).await;
    assert!(found.is_err(), "{} messages", stored(&client).await.len());
}

/// JetStream forgets identifiers after its window; what it refuses by is the sequence.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_publication_that_is_repeated_after_the_window_is_refused() {
    const WINDOW: Duration = Duration::from_millis(100);
    let (nats, ledger) = (Nats::start().unwrap(), ledger(4));
    record(&*ledger, 1..=20).await;
    let options = Options { duplicate_window: WINDOW, ..options() };
    let working = Working::on(&nats.urls(), &ledger, options).await;
    working.reaches(20).await;
    drop(working);
    tokio::time::sleep(WINDOW * 10).await;

    let client = client(&nats.urls()).await;
    let jetstream = jetstream::new(client.clone());
    let entry = ledger.read(19, &Filter::default(), 1).await.unwrap().entries.remove(0);
    let at = Token { position: 19, ..*ledger.watch().borrow() };
    let (subject, repeated) = publication(&tenant(), at, &entry, 19);
    let refused = jetstream.send_publish(subject.clone(), repeated).await.unwrap().await.unwrap_err();
    assert_eq!(refused.kind(), PublishErrorKind::WrongLastSequence);
    whole_once(&client, &*ledger).await.unwrap();

    // Without it, the suite sees a second copy.
    jetstream.send_publish(subject, unfenced(at, &entry)).await.unwrap().await.unwrap();
    assert!(whole_once(&client, &*ledger).await.is_err());
}
