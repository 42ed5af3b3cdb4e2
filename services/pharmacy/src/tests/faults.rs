//! Messages that are lost, refused, delayed or cut off.

use std::time::Duration;

use super::given::{Clinic, new_rx};
use crate::Point;

/// Real time after which a turn counts as stopped.
const STOPPED: Duration = Duration::from_millis(200);

const ARRIVED: [&str; 2] = ["PrescriptionTransmitted", "PrescriptionAccepted"];

#[tokio::test]
async fn a_signed_prescription_is_sent_once_and_its_arrival_recorded() {
    let clinic = Clinic::with_signed("1234561").await;
    let mut relay = clinic.relay();
    for _ in 0..3 {
        relay.turn().await.unwrap();
    }
    assert_eq!(clinic.recorded().await, ARRIVED);
    assert_eq!((clinic.network.delivered().len(), clinic.network.copies(new_rx())), (1, 1));
    assert_eq!(clinic.network.unheard(), 0);
}

#[tokio::test]
async fn a_relay_that_is_cut_off_anywhere_goes_on_after_a_restart_with_the_same_message() {
    // The slow pharmacy has it and has not said so: nobody but the sender could know.
    for (point, pharmacy, copies) in [
        (Point::BeforeTaking, "1234561", 1),
        (Point::AfterTaking, "1234566", 2),
        (Point::BeforeAcknowledging, "1234561", 1),
    ] {
        let clinic = Clinic::with_signed(pharmacy).await;
        clinic.network.stop_at(point);
        // Dropped in the middle of what it did: between sending and recording, or recording and acknowledging.
        let mut cut_off = clinic.relay();
        let stopped = tokio::time::timeout(STOPPED, async {
            loop {
                cut_off.turn().await.unwrap();
            }
        });
        assert!(stopped.await.is_err(), "{point:?}");
        drop(cut_off);
        let mut again = clinic.relay();
        again.turn().await.unwrap();
        clinic.later(11);
        for _ in 0..2 {
            again.turn().await.unwrap();
        }
        assert_eq!(clinic.recorded().await, ARRIVED, "{point:?}");
        assert_eq!(clinic.network.delivered().len(), 1, "{point:?}: a pharmacy has it once");
        assert_eq!(clinic.network.copies(new_rx()), copies, "{point:?}");
        assert_eq!(clinic.network.unheard(), 0, "{point:?}");
    }
}

#[tokio::test]
async fn a_lost_message_is_sent_again_as_the_same_message() {
    let clinic = Clinic::with_signed("1234567").await;
    let mut relay = clinic.relay();
    relay.turn().await.unwrap();
    relay.turn().await.unwrap();
    assert_eq!(clinic.recorded().await, ["PrescriptionTransmitted"]);
    assert!(clinic.network.delivered().is_empty(), "it was lost");
    clinic.later(6);
    relay.turn().await.unwrap();
    relay.turn().await.unwrap();
    assert_eq!(clinic.recorded().await, ARRIVED);
    assert_eq!(clinic.network.copies(new_rx()), 2);
}

#[tokio::test]
async fn a_late_answer_counts_and_a_refusal_is_told_to_the_prescriber() {
    let slow = Clinic::with_signed("1234566").await;
    let mut relay = slow.relay();
    relay.turn().await.unwrap();
    relay.turn().await.unwrap();
    assert_eq!(slow.recorded().await, ["PrescriptionTransmitted"]);
    slow.later(10);
    relay.turn().await.unwrap();
    assert_eq!(slow.recorded().await, ARRIVED);

    let refusing = Clinic::with_signed("1234569").await;
    let mut relay = refusing.relay();
    relay.turn().await.unwrap();
    relay.turn().await.unwrap();
    refusing.later(60);
    relay.turn().await.unwrap();
    assert_eq!(refusing.recorded().await, ["PrescriptionTransmitted", "PrescriptionFailed"]);
    assert_eq!(refusing.network.copies(new_rx()), 1, "a refused message is not sent again");

    let unknown = Clinic::with_signed("1234560").await;
    unknown.relay().turn().await.unwrap();
    assert_eq!(unknown.recorded().await, ["PrescriptionFailed"]);
}

#[tokio::test]
async fn silence_ends_with_a_failure_also_over_restarts() {
    let clinic = Clinic::with_signed("1234568").await;
    for _ in 0..13 {
        let mut relay = clinic.relay();
        relay.turn().await.unwrap();
        clinic.later(10);
    }
    clinic.relay().turn().await.unwrap();
    assert_eq!(clinic.recorded().await, ["PrescriptionTransmitted", "PrescriptionFailed"]);
}
