//! Histories that end and begin.

use std::time::Duration;

use concord_relay::{Options, State};
use concord_servers::Nats;

use crate::scene::{Working, client, later_ledger, options, payloads, record, until};
use crate::stored::{stored, stream};
use crate::witness::{Witness, consume, settings};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_later_history_takes_the_stream_over_and_an_earlier_one_is_refused() {
    let nats = Nats::start().unwrap();
    let earlier = later_ledger();
    record(&*earlier, 1..=50).await;
    let old = Working::on(&nats.urls(), &earlier, options()).await;
    old.reaches(50).await;
    let witness = Witness::default();
    let consuming = consume(&nats.urls(), &earlier, &witness, settings()).await;
    witness.reaches(50).await;
    drop(consuming);

    // Restored to event 30, and gone on from there.
    let later = later_ledger();
    record(&*later, (1..=30).chain(1_000..1_010)).await;
    let new = Working::on(&nats.urls(), &later, options()).await;
    new.reaches(40).await;
    let _consuming = consume(&nats.urls(), &later, &witness, settings()).await;
    until("the consumer is in the later history", || async { witness.done().histories.len() == 2 }).await;
    witness.reaches(40).await;
    witness.whole_once(&*later).await.unwrap();

    // Whoever still has the earlier one publishes nothing more.
    record(&*earlier, 51..=60).await;
    until("the earlier relay is refused", || async { old.watch.progress().state == State::Refused }).await;
    record(&*later, 2_000..2_005).await;
    new.reaches(45).await;
    witness.reaches(45).await;
    witness.whole_once(&*later).await.unwrap();
    let last = stored(&client(&nats.urls()).await).await.pop().unwrap();
    assert_eq!(last.at, *later.watch().borrow());
    let held = stored(&client(&nats.urls()).await).await;
    let beyond =
        |one: &&crate::stored::Stored| one.at.epoch == earlier.watch().borrow().epoch && one.at.position > 50;
    assert_eq!(held.iter().filter(beyond).count(), 0);
}

/// What is older than the stream keeps is not published again; a consumer reads it from the ledger.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_stream_is_filled_with_what_it_would_still_hold() {
    const KEPT: Duration = Duration::from_secs(4);
    let (nats, ledger) = (Nats::start().unwrap(), later_ledger());
    record(&*ledger, 1..=100).await;
    tokio::time::sleep(KEPT + Duration::from_millis(200)).await;
    record(&*ledger, 101..=120).await;
    let working = Working::on(&nats.urls(), &ledger, Options { keep: KEPT, ..options() }).await;
    working.reaches(120).await;
    let sequence = stream(&client(&nats.urls()).await).await.get_info().await.unwrap().state.last_sequence;
    assert!(sequence <= 20, "{sequence} events were published");
    let witness = Witness::default();
    let _consuming = consume(&nats.urls(), &ledger, &witness, settings()).await;
    record(&*ledger, 121..=122).await;
    witness.reaches(122).await;
    witness.whole_once(&*ledger).await.unwrap();
    assert_eq!(payloads(&*ledger).await.len(), 122);
}
