//! A partner that comes back: resume, acknowledgement, replay, and somebody else.

use concord_domain::Command;
use concord_domain::feed::{Command as FeedCommand, PayloadChoice};
use concord_feed::{Begin, FeedError, Message, Order, Session, Told};
use concord_kernel::{OrganisationId, PatientId, Role};
use concord_ledger::Filter;
use concord_looks::{DISCLOSED, Record, read_event};

use crate::scene::{Scene, consent, drained, outline, patient, riverside, subscription, text};

async fn scene(events: usize) -> Scene {
    let scene = Scene::in_memory(8, Order::default());
    scene.opens(subscription(1), PayloadChoice::IdOnly).await;
    scene.consents(patient(1), consent(1)).await;
    for n in 0..events {
        scene.event(patient(1), n).await;
    }
    scene
}

async fn begun(scene: &Scene, begin: Begin) -> Result<Session, FeedError> {
    scene.feed.subscribe(&riverside(), subscription(1), begin).await
}

fn ids(messages: &[Message]) -> Vec<uuid::Uuid> {
    let id = |message: &Message| match &message.told {
        Told::Event(event) => Some(event.id),
        Told::ConsentEnded(_) => None,
    };
    messages.iter().filter_map(id).collect()
}

#[tokio::test]
async fn a_partner_goes_on_after_any_number_it_was_sent() {
    let scene = scene(6).await;
    let all = drained(&mut begun(&scene, Begin::Acknowledged).await.unwrap()).await;
    assert_eq!(all.len(), 6);
    for after in 0..=6 {
        let mut session = begun(&scene, Begin::After(after)).await.unwrap();
        let rest = drained(&mut session).await;
        let from = usize::try_from(after).unwrap();
        assert_eq!(ids(&rest), ids(&all)[from..], "the same events under the same names");
        let first = rest.first().map(|message| message.sequence);
        assert_eq!(first, (from < 6).then_some(after + 1));
    }
    assert_eq!(begun(&scene, Begin::After(7)).await.err(), Some(FeedError::NotSent));
}

#[tokio::test]
async fn what_was_acknowledged_is_not_sent_again() {
    let scene = scene(5).await;
    let mut session = begun(&scene, Begin::Acknowledged).await.unwrap();
    assert_eq!(drained(&mut session).await.len(), 5);
    let riverside = riverside();
    let acknowledge = |sequence| scene.feed.acknowledge(&riverside, subscription(1), sequence);
    acknowledge(3).await.unwrap();
    assert_eq!(acknowledge(9).await, Err(FeedError::NotSent));
    scene.event(patient(1), 50).await;
    assert_eq!(outline(&drained(&mut session).await), [(6, true)], "an acknowledgement overtakes nobody");
    let mut again = begun(&scene, Begin::Acknowledged).await.unwrap();
    assert_eq!(outline(&drained(&mut again).await), [(4, true), (5, true), (6, true)]);
}

#[tokio::test]
async fn each_replay_is_decided_anew() {
    let scene = scene(4).await;
    scene.consents(patient(2), consent(2)).await;
    scene.event(patient(2), 1).await;
    let mut session = begun(&scene, Begin::Beginning).await.unwrap();
    assert_eq!(drained(&mut session).await.len(), 5);
    scene.revokes(patient(1), consent(1)).await;
    let mut again = begun(&scene, Begin::Beginning).await.unwrap();
    let replayed = drained(&mut again).await;
    // Of whom something was told before, it is told first that nothing more comes.
    assert_eq!(outline(&replayed), [(1, false), (2, true)]);
}

#[tokio::test]
async fn whoever_was_told_of_a_patient_is_told_once_that_their_consent_has_ended() {
    let scene = scene(2).await;
    scene.consents(patient(2), consent(2)).await;
    let mut session = begun(&scene, Begin::Acknowledged).await.unwrap();
    let told = drained(&mut session).await;
    let Told::Event(event) = &told[0].told else { panic!("an event comes first") };
    scene.revokes(patient(1), consent(1)).await;
    scene.revokes(patient(2), consent(2)).await;
    scene.event(patient(1), 70).await;
    let rest = drained(&mut session).await;
    assert_eq!(outline(&rest), [(3, false)], "and nothing of a patient whom it was told nothing of");
    let Told::ConsentEnded(ended) = &rest[0].told else { panic!("the end of a consent") };
    assert_eq!(ended.subject, event.subject);
    assert_eq!(ended.reference, Some(event.consent.reference));
}

#[tokio::test]
async fn a_later_caller_takes_the_subscription_over() {
    let scene = scene(2).await;
    let mut first = begun(&scene, Begin::Acknowledged).await.unwrap();
    let mut second = begun(&scene, Begin::Acknowledged).await.unwrap();
    assert_eq!(first.step().await.err(), Some(FeedError::Overtaken), "nothing is sent by it");
    assert_eq!(drained(&mut second).await.len(), 2);
}

#[tokio::test]
async fn a_subscription_is_its_organisations_and_ends_when_it_is_closed() {
    let scene = scene(2).await;
    let lakeside = OrganisationId::parse("lakeside").unwrap();
    for (organisation, id) in [(&lakeside, subscription(1)), (&riverside(), subscription(2))] {
        let refused = scene.feed.subscribe(organisation, id, Begin::Beginning).await.err();
        assert_eq!(refused, Some(FeedError::NotFound));
        let refused = scene.feed.acknowledge(organisation, id, 0).await;
        assert_eq!(refused, Err(FeedError::NotFound));
    }
    let mut session = begun(&scene, Begin::Acknowledged).await.unwrap();
    let close = FeedCommand::Close { subscription: subscription(1), reason: text("over") };
    scene.does(Role::PrivacyOfficer, PatientId::NOBODY, Command::Feed(close)).await;
    assert_eq!(session.step().await.err(), Some(FeedError::Closed));
    assert_eq!(begun(&scene, Begin::Acknowledged).await.err(), Some(FeedError::Closed));
}

#[tokio::test]
async fn a_subject_is_found_while_its_patient_consents() {
    let scene = scene(1).await;
    let told = drained(&mut begun(&scene, Begin::Acknowledged).await.unwrap()).await;
    let Told::Event(event) = &told[0].told else { panic!("an event") };
    assert_eq!(scene.feed.patient(&riverside(), event.subject).await, Ok(patient(1)));
    let lakeside = OrganisationId::parse("lakeside").unwrap();
    assert_eq!(scene.feed.patient(&lakeside, event.subject).await, Err(FeedError::NotFound));
    scene.revokes(patient(1), consent(1)).await;
    assert_eq!(scene.feed.patient(&riverside(), event.subject).await, Err(FeedError::NotFound));
}

#[tokio::test]
async fn every_event_that_was_sent_is_accounted_for() {
    let scene = scene(3).await;
    drained(&mut begun(&scene, Begin::Acknowledged).await.unwrap()).await;
    let filter = Filter { kinds: vec![], event_types: vec![DISCLOSED.to_owned()] };
    let page = scene.access.read(0, &filter, 100).await.unwrap();
    let records =
        page.entries.iter().flat_map(|entry| read_event(&entry.event_type, &entry.payload).unwrap());
    let lines: Vec<_> = records
        .map(|record| match record {
            Record::Disclosure(line) => line,
            Record::Look(look) => panic!("no disclosure: {look:?}"),
        })
        .collect();
    assert_eq!(lines.len(), 1, "one line for one patient, consent and time");
    assert_eq!((lines[0].patient, lines[0].positions.len()), (patient(1), 3));
    assert_eq!(&*lines[0].recipient.organisation, "riverside");
    assert!(lines[0].recipient.name.as_ref().unwrap().contains("1 Main Street"));
}
