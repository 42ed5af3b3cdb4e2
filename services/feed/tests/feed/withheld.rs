//! What is withheld looks like nothing.

use concord_domain::feed::PayloadChoice;
use concord_feed::{Begin, Order};
use concord_kernel::ConsentId;
use uuid::Uuid;

use crate::scene::{Scene, bytes, consent, drained, outline, patient, subscription};

/// Who else there is beside the patient who consented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Others {
    Nobody,
    /// Patients who consented to nothing, with events at every tick.
    WithoutConsent,
    /// Patients who consented and took it back before anything was sent.
    Revoked,
}

const TICKS: usize = 12;

/// What is sent at each tick.
async fn sent(others: Others, payload: PayloadChoice) -> Vec<Vec<bytes::Bytes>> {
    let scene = Scene::in_memory(5, Order::default());
    let (ada, ben, id) = (patient(1), patient(2), subscription(1));
    if others == Others::Revoked {
        let before = ConsentId::new(Uuid::from_u128(77));
        scene.consents(ben, before).await;
        scene.event(ben, 900).await;
        scene.revokes(ben, before).await;
    }
    scene.opens(id, payload).await;
    scene.consents(ada, consent(1)).await;
    let mut session = scene.subscribe(id, Begin::Acknowledged).await;
    let mut ticks = Vec::new();
    for tick in 0..TICKS {
        for n in 0..tick % 4 {
            scene.event(ada, tick * 10 + n).await;
            if others != Others::Nobody {
                scene.event(ben, tick * 10 + n).await;
                scene.event(patient(3), tick * 10 + n).await;
            }
        }
        ticks.push(bytes(&drained(&mut session).await));
    }
    ticks
}

#[tokio::test]
async fn a_patient_who_did_not_consent_changes_no_byte_no_number_and_no_time() {
    for payload in [PayloadChoice::IdOnly, PayloadChoice::Full] {
        let alone = sent(Others::Nobody, payload).await;
        assert!(alone.iter().flatten().count() > TICKS, "something is sent");
        assert_eq!(alone, sent(Others::WithoutConsent, payload).await);
        assert_eq!(alone, sent(Others::Revoked, payload).await);
    }
}

#[tokio::test]
async fn numbers_are_dense_whatever_is_withheld_in_between() {
    let scene = Scene::in_memory(6, Order::default());
    let id = subscription(1);
    scene.opens(id, PayloadChoice::IdOnly).await;
    scene.consents(patient(1), consent(1)).await;
    for n in 0..50 {
        scene.event(patient(1 + n as u128 % 5), n).await;
    }
    let mut session = scene.subscribe(id, Begin::Beginning).await;
    let expected: Vec<_> = (1..=10).map(|sequence| (sequence, true)).collect();
    assert_eq!(outline(&drained(&mut session).await), expected);
}

#[tokio::test]
async fn the_suite_sees_a_patient_who_did_consent() {
    let scene = Scene::in_memory(5, Order::default());
    let id = subscription(1);
    scene.opens(id, PayloadChoice::IdOnly).await;
    scene.consents(patient(1), consent(1)).await;
    scene.consents(patient(2), consent(2)).await;
    scene.event(patient(1), 1).await;
    scene.event(patient(2), 1).await;
    let mut session = scene.subscribe(id, Begin::Acknowledged).await;
    assert_eq!(outline(&drained(&mut session).await), [(1, true), (2, true)]);
}
