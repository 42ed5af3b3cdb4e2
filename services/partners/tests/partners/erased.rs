//! What may not be told any more leaves the stream.

use concord_domain::feed::Delivery;
use concord_kernel::Instant;
use concord_proto::concord::feed::v1::subscribe_response::Message as Said;
use concord_servers::Nats;

use crate::scene::{Clinic, called, cut_off, last_day, patient, subscription, until};
use crate::stored::{Looking, Stored, holding};

/// In what is told of the patient who takes everything back, and nowhere else.
const TAKEN_BACK: &str = "Zyxwanary";
/// In what is told of the other one.
const KEPT: &str = "Qwykeptary";

/// Two patients of whom something is in the stream.
async fn told(nats: &Nats) -> (Clinic, tokio::task::JoinHandle<()>, Looking) {
    let clinic = Clinic::new();
    clinic.opens(subscription(1), Delivery::Jetstream).await;
    for (n, word) in [(1, TAKEN_BACK), (2, KEPT)] {
        clinic.consents(patient(n)).await;
        for substance in 0..3 {
            clinic.event(patient(n), &format!("{word} {substance}")).await;
        }
    }
    let publisher = clinic.publishes(nats).await;
    let looking = Looking::at(nats).await;
    let stored = looking.reaches(6).await;
    assert_eq!(numbers(&stored), [1, 2, 3, 4, 5, 6]);
    until("what was told is on the disk", || async { holding(&nats.store(0), TAKEN_BACK) > 0 }).await;
    (clinic, publisher, looking)
}

fn numbers(stored: &[Stored]) -> Vec<u64> {
    stored.iter().map(|message| message.number).collect()
}

/// Waits until only what was told of the other patient is left, and the end; then looks at every byte.
async fn only_the_end_is_left(nats: &Nats, looking: &Looking) {
    until("what was told is taken back", || async { numbers(&looking.numbered().await) == [4, 5, 6, 7] })
        .await;
    let stored = looking.numbered().await;
    let Said::ConsentEnded(ended) = stored[3].said() else { panic!("the end is told: {:?}", stored[3]) };
    assert_eq!(ended.subject, called(patient(1)));
    until("no byte is left", || async { holding(&nats.store(0), TAKEN_BACK) == 0 }).await;
    assert!(holding(&nats.store(0), KEPT) > 0, "nobody else is forgotten");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consent_that_is_revoked_takes_back_what_waits_and_nothing_follows_it() {
    let nats = Nats::start().unwrap();
    let (clinic, publisher, looking) = told(&nats).await;
    clinic.revokes(patient(1)).await;
    clinic.event(patient(1), TAKEN_BACK).await;
    only_the_end_is_left(&nats, &looking).await;
    clinic.event(patient(2), KEPT).await;
    assert_eq!(numbers(&looking.reaches(8).await), [4, 5, 6, 7, 8]);
    cut_off(publisher).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_an_erased_patient_is_left_in_a_partners_stream() {
    let nats = Nats::start().unwrap();
    let (clinic, publisher, looking) = told(&nats).await;
    clinic.is_erased(patient(1)).await;
    only_the_end_is_left(&nats, &looking).await;
    cut_off(publisher).await;
}

/// Nobody publishes when it happens: whoever begins next does it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_erased_while_nobody_published_is_taken_back_by_the_next_one() {
    let nats = Nats::start().unwrap();
    let (clinic, publisher, looking) = told(&nats).await;
    cut_off(publisher).await;
    clinic.is_erased(patient(1)).await;
    let publisher = clinic.publishes(&nats).await;
    only_the_end_is_left(&nats, &looking).await;
    cut_off(publisher).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_subscription_that_is_closed_is_emptied() {
    let nats = Nats::start().unwrap();
    let (clinic, publisher, looking) = told(&nats).await;
    clinic.closes(subscription(1)).await;
    until("nothing is left", || async { looking.of(subscription(1)).await.is_empty() }).await;
    until("no byte is left", || async { holding(&nats.store(0), KEPT) == 0 }).await;
    cut_off(publisher).await;
}

/// Nothing is recorded when it happens.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_day_has_ended_is_taken_back_though_the_log_does_not_move() {
    let nats = Nats::start().unwrap();
    let (clinic, publisher, looking) = told(&nats).await;
    clinic.clock.advance_to(Instant::start_of(last_day()).plus_days(1));
    until("both ends are told", || async { numbers(&looking.numbered().await) == [7, 8] }).await;
    until("no byte is left", || async {
        holding(&nats.store(0), TAKEN_BACK) + holding(&nats.store(0), KEPT) == 0
    })
    .await;
    cut_off(publisher).await;
}
