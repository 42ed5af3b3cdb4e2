//! What is in a partner's stream is what a call would be answered with.

use bytes::Bytes;
use concord_domain::feed::Delivery;
use concord_feed::{Begin, FeedError};
use concord_proto::concord::feed::v1::Started;
use concord_proto::concord::feed::v1::subscribe_response::Message as Said;
use concord_servers::Nats;
use prost::Message;

use crate::scene::{Clinic, cut_off, patient, riverside, subscription, tenant};
use crate::stored::{Looking, whole_once};

/// What a call is answered with by now.
async fn called_for(clinic: &Clinic) -> Vec<Bytes> {
    let mut session = clinic.feed().subscribe(&riverside(), subscription(2), Begin::Beginning).await.unwrap();
    let mut answers = Vec::new();
    while let Some(messages) = session.step().await.unwrap() {
        let encoded = messages.into_iter().map(|message| concord_api::told(&tenant(), message));
        answers.extend(encoded.map(|answer| Bytes::from(answer.encode_to_vec())));
    }
    answers
}

/// A clinic whose partner takes the same on JetStream and by calls. One of its patients consents to nothing.
async fn clinic() -> Clinic {
    let clinic = Clinic::new();
    clinic.opens(subscription(1), Delivery::Jetstream).await;
    clinic.opens(subscription(2), Delivery::Call).await;
    clinic.consents(patient(1)).await;
    clinic.consents(patient(2)).await;
    clinic
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partners_stream_holds_the_bytes_that_a_call_is_answered_with() {
    let (nats, clinic) = (Nats::start().unwrap(), clinic().await);
    for n in 0..40_u128 {
        clinic.event(patient(n % 3 + 1), &format!("substance {n}")).await;
    }
    let publisher = clinic.publishes(&nats).await;
    let looking = Looking::at(&nats).await;
    looking.reaches(27).await;
    // Also of what is recorded while it publishes.
    clinic.events(patient(3), 40..50).await;
    clinic.events(patient(1), 50..60).await;
    let stored = looking.reaches(37).await;
    whole_once(&stored).unwrap();
    let payloads: Vec<_> = stored.iter().map(|message| message.payload.clone()).collect();
    assert_eq!(payloads, called_for(&clinic).await);
    let first = looking.of(subscription(1)).await.remove(0);
    assert_eq!(first.said(), Said::Started(Started { after_sequence: 0 }));
    cut_off(publisher).await;
}

#[tokio::test]
async fn a_subscription_is_delivered_as_was_agreed_and_in_no_other_way() {
    let clinic = clinic().await;
    let feed = clinic.feed();
    let called = feed.subscribe(&riverside(), subscription(1), Begin::Acknowledged).await;
    assert_eq!(called.err(), Some(FeedError::OnJetstream));
    let published = feed.deliver(&riverside(), subscription(2), Begin::Acknowledged).await;
    assert_eq!(published.err(), Some(FeedError::OnJetstream));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partners_stream_that_is_lost_is_filled_again() {
    let (nats, clinic) = (Nats::start().unwrap(), clinic().await);
    clinic.events(patient(1), 0..20).await;
    let publisher = clinic.publishes(&nats).await;
    let looking = Looking::at(&nats).await;
    let before = looking.reaches(20).await;
    looking.lose().await;
    // Nobody looks at a stream while nothing is to be put into it.
    clinic.events(patient(1), 20..21).await;
    let after = looking.reaches(21).await;
    whole_once(&after).unwrap();
    let ids =
        |stored: &[crate::stored::Stored]| -> Vec<_> { stored.iter().map(|one| one.id.clone()).collect() };
    assert_eq!(ids(&after)[..20], ids(&before));
    cut_off(publisher).await;
}
