//! A day that passes ends consents, and whoever was told of a patient is told so, though nothing is recorded.

use std::sync::Arc;

use concord_domain::consent::Expiry;
use concord_domain::feed::PayloadChoice;
use concord_feed::{Begin, Message, Order, Told};
use concord_kernel::{Instant, ManualClock};

use crate::scene::{Scene, consent, drained, noon, outline, patient, riverside, subscription};

/// The first moment after the last day of the consents here.
fn after() -> Instant {
    Instant::start_of(noon().plus_days(3).day())
}

/// A partner that was told of patients 1 and 2; the consent of the first, and one of a third of whom nothing was told, ends
/// in two days.
async fn scene() -> (Scene, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::starting_at(noon()));
    let scene = Scene::at(Arc::clone(&clock), 9, Order::default());
    let last = Expiry::On(noon().plus_days(2).day());
    scene.opens(subscription(1), PayloadChoice::IdOnly).await;
    scene.consents_until(patient(1), consent(1), last).await;
    scene.consents(patient(2), consent(2)).await;
    scene.consents_until(patient(3), consent(3), last).await;
    scene.event(patient(1), 1).await;
    scene.event(patient(2), 2).await;
    (scene, clock)
}

fn ended(messages: &[Message]) -> Vec<(uuid::Uuid, Option<uuid::Uuid>)> {
    let ended = |message: &Message| match message.told {
        Told::Event(_) => None,
        Told::ConsentEnded(ended) => Some((ended.subject, ended.reference)),
    };
    messages.iter().filter_map(ended).collect()
}

#[tokio::test]
async fn the_end_of_a_consents_last_day_is_told_on_a_running_feed_once() {
    let (scene, clock) = scene().await;
    let mut session = scene.subscribe(subscription(1), Begin::Acknowledged).await;
    let told = drained(&mut session).await;
    assert_eq!(outline(&told), [(1, true), (2, true)]);
    let Told::Event(event) = &told[0].told else { panic!("an event comes first") };
    clock.advance_to(Instant::from_micros(after().micros() - 1).unwrap());
    assert!(drained(&mut session).await.is_empty(), "it holds on its last day");
    clock.advance_to(after());
    let rest = drained(&mut session).await;
    assert_eq!(outline(&rest), [(3, false)], "and nothing of whom it was told nothing");
    assert_eq!(ended(&rest), [(event.subject, Some(event.consent.reference))]);
    scene.event(patient(1), 3).await;
    scene.event(patient(2), 4).await;
    clock.advance_to(after().plus_days(5));
    assert_eq!(outline(&drained(&mut session).await), [(4, true)], "of the others it goes on");
}

#[tokio::test]
async fn a_consent_that_another_takes_the_place_of_in_time_has_not_ended() {
    let (scene, clock) = scene().await;
    let mut session = scene.subscribe(subscription(1), Begin::Acknowledged).await;
    assert_eq!(drained(&mut session).await.len(), 2);
    scene.consents(patient(1), consent(11)).await;
    clock.advance_to(after());
    scene.event(patient(1), 3).await;
    assert_eq!(outline(&drained(&mut session).await), [(3, true)]);
}

#[tokio::test]
async fn whoever_was_away_that_day_is_told_when_they_come_back_and_not_again_once_they_have_it() {
    let (scene, clock) = scene().await;
    let mut session = scene.subscribe(subscription(1), Begin::Acknowledged).await;
    assert_eq!(drained(&mut session).await.len(), 2);
    clock.advance_to(after().plus_days(1));
    let mut again = scene.subscribe(subscription(1), Begin::After(2)).await;
    assert_eq!(outline(&drained(&mut again).await), [(3, false)]);
    // It was sent, and whether it arrived nobody knows.
    let mut again = scene.subscribe(subscription(1), Begin::After(2)).await;
    assert_eq!(outline(&drained(&mut again).await), [(3, false)]);
    scene.feed.acknowledge(&riverside(), subscription(1), 3).await.unwrap();
    let mut again = scene.subscribe(subscription(1), Begin::Acknowledged).await;
    assert!(drained(&mut again).await.is_empty());
    scene.event(patient(2), 5).await;
    assert_eq!(outline(&drained(&mut again).await), [(4, true)]);
    // Everything from the beginning is decided by what holds now.
    let mut replay = scene.subscribe(subscription(1), Begin::Beginning).await;
    assert_eq!(outline(&drained(&mut replay).await), [(1, false), (2, true), (3, true)]);
}
