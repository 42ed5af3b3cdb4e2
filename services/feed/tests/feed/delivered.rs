//! Where a subscription goes on that is delivered on JetStream, and what is told of whoever was erased.

use std::time::Duration;

use concord_domain::feed::{Delivery, PayloadChoice};
use concord_domain::{Command, audit};
use concord_feed::{Begin, FeedError, Order, Session, Told};
use concord_kernel::{ErasureReason, PersonId, Role};
use uuid::Uuid;

use crate::scene::{Scene, bytes, consent, drained, noon, outline, patient, riverside, subscription};

/// A partner's subscription that is delivered on JetStream, and so many events that it may be told.
async fn scene(events: usize) -> Scene {
    let scene = Scene::in_memory(11, Order::default());
    scene.opens_by(subscription(1), PayloadChoice::Full, Delivery::Jetstream).await;
    scene.consents(patient(1), consent(1)).await;
    for n in 0..events {
        scene.event(patient(1), n).await;
    }
    scene
}

async fn delivered(scene: &Scene, begin: Begin) -> Session {
    scene.feed.deliver(&riverside(), subscription(1), begin).await.unwrap()
}

#[tokio::test]
async fn it_is_taken_in_the_way_that_was_agreed_on_alone() {
    let scene = scene(1).await;
    let called = scene.feed.subscribe(&riverside(), subscription(1), Begin::Beginning).await;
    assert_eq!(called.err(), Some(FeedError::OnJetstream));
    scene.opens(subscription(2), PayloadChoice::Full).await;
    let published = scene.feed.deliver(&riverside(), subscription(2), Begin::Beginning).await;
    assert_eq!(published.err(), Some(FeedError::OnJetstream));
}

/// Another one began after 0 while five were on their way; three of them came.
#[tokio::test]
async fn it_goes_on_behind_what_is_published_whoever_published_that() {
    let scene = scene(5).await;
    let mut first = delivered(&scene, Begin::Published(0)).await;
    let all = drained(&mut first).await;
    assert_eq!(all.len(), 5);
    let second = delivered(&scene, Begin::Published(0)).await;
    assert_eq!(second.last(), 0);
    let mut third = delivered(&scene, Begin::Published(3)).await;
    assert_eq!(bytes(&drained(&mut third).await), bytes(&all[3..]));
    let unknown = scene.feed.deliver(&riverside(), subscription(1), Begin::Published(9)).await;
    assert_eq!(unknown.err(), Some(FeedError::NotSent));
}

/// Time stands still here: everything was decided at noon.
#[tokio::test]
async fn what_is_lost_goes_on_with_what_would_still_be_there() {
    let scene = scene(3).await;
    let mut first = delivered(&scene, Begin::DecidedSince(noon())).await;
    let all = drained(&mut first).await;
    let mut again = delivered(&scene, Begin::DecidedSince(noon())).await;
    assert_eq!(bytes(&drained(&mut again).await), bytes(&all), "all of it would be there");
    let mut late = delivered(&scene, Begin::DecidedSince(noon().plus(Duration::from_secs(1)))).await;
    assert_eq!((late.last(), drained(&mut late).await.len()), (3, 0), "none of it would");
    scene.event(patient(1), 9).await;
    assert_eq!(outline(&drained(&mut late).await), [(4, true)]);
}

#[tokio::test]
async fn whoever_was_told_of_a_patient_is_told_that_their_record_was_erased() {
    let scene = scene(2).await;
    scene.consents(patient(2), consent(2)).await;
    let mut session = delivered(&scene, Begin::Published(0)).await;
    let told = drained(&mut session).await;
    assert_eq!(session.ended().await, Ok(vec![]));
    for n in [1, 2] {
        let approved_by = PersonId::new(Uuid::from_u128(10));
        let shred = audit::Command::Shred { reason: ErasureReason::RetentionEnded, approved_by };
        scene.does(Role::PrivacyOfficer, patient(n), Command::Audit(shred)).await;
    }
    let Told::Event(event) = &told[0].told else { panic!("an event comes first") };
    assert_eq!(session.ended().await, Ok(vec![event.subject]), "also before the end is told");
    let rest = drained(&mut session).await;
    assert_eq!(outline(&rest), [(3, false)], "and nothing of a patient whom it was told nothing of");
    let Told::ConsentEnded(ended) = &rest[0].told else { panic!("the end of a consent") };
    assert_eq!((ended.subject, ended.reference), (event.subject, None));
}
