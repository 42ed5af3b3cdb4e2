//! Publishers that are cut off, and two at once.

use std::time::Duration;

use concord_domain::feed::Delivery;
use concord_feed::Begin;
use concord_servers::Nats;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::scene::{Clinic, cut_off, patient, riverside, subscription};
use crate::stored::{Looking, whole_once};

/// Rounds without `CONCORD_SOAK`.
const ROUNDS: u64 = 12;

fn rounds() -> u64 {
    std::env::var_os("CONCORD_SOAK")
        .map_or(ROUNDS, |text| text.to_str().unwrap().parse().expect("CONCORD_SOAK is a number of rounds"))
}

/// Choices that differ from run to run; the seed is printed, and shown when a test fails.
fn choices() -> ChaCha8Rng {
    let given = std::env::var_os("CONCORD_SEED").map(|text| text.to_str().unwrap().parse().unwrap());
    let seed = given.unwrap_or_else(|| u64::from(std::process::id()));
    println!("CONCORD_SEED={seed}");
    ChaCha8Rng::seed_from_u64(seed)
}

async fn clinic() -> Clinic {
    let clinic = Clinic::new();
    clinic.opens(subscription(1), Delivery::Jetstream).await;
    clinic.consents(patient(1)).await;
    clinic
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_recorded_and_not_published_is_published_once() {
    let (nats, clinic) = (Nats::start().unwrap(), clinic().await);
    clinic.events(patient(1), 0..10).await;
    let publisher = clinic.publishes(&nats).await;
    let looking = Looking::at(&nats).await;
    looking.reaches(10).await;
    cut_off(publisher).await;
    clinic.events(patient(1), 10..30).await;
    // As a process does that is killed after it has recorded a step and before anything of it has left.
    let begin = Begin::Published(10);
    let mut killed = clinic.feed().deliver(&riverside(), subscription(1), begin).await.unwrap();
    assert_eq!(killed.step().await.unwrap().unwrap().len(), 20);
    drop(killed);
    let publisher = clinic.publishes(&nats).await;
    let stored = looking.reaches(30).await;
    assert_eq!(stored.len(), 30);
    whole_once(&stored).unwrap();
    cut_off(publisher).await;
}

/// Also what those that were cut off still have on its way comes once or not at all: their connections stay.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn publishers_that_are_cut_off_anywhere_leave_no_hole_and_nothing_twice() {
    let (nats, clinic, mut choices) = (Nats::start().unwrap(), clinic().await, choices());
    let looking = Looking::at(&nats).await;
    let mut recorded = 0;
    for round in 0..rounds() {
        let publisher = clinic.publishes(&nats).await;
        // Each round has a patient of its own: a chart holds so many allergies and no more.
        let (more, of) = (choices.random_range(1..40), patient(2 + u128::from(round)));
        clinic.consents(of).await;
        clinic.events(of, 0..more).await;
        recorded += more;
        tokio::time::sleep(Duration::from_millis(choices.random_range(0..60))).await;
        cut_off(publisher).await;
    }
    let publisher = clinic.publishes(&nats).await;
    let stored = looking.reaches(recorded as u64).await;
    assert_eq!(stored.len(), recorded);
    whole_once(&stored).unwrap();
    cut_off(publisher).await;
}

/// A lease keeps them apart; should it fail, the stream stays right.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_publishers_of_one_partner_put_every_message_into_the_stream_once() {
    let (nats, clinic) = (Nats::start().unwrap(), clinic().await);
    let looking = Looking::at(&nats).await;
    let (first, second) = (clinic.publishes(&nats).await, clinic.publishes(&nats).await);
    for n in 0..60 {
        clinic.events(patient(1), n..n + 1).await;
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    cut_off(first).await;
    let stored = looking.reaches(60).await;
    assert_eq!(stored.len(), 60);
    whole_once(&stored).unwrap();
    cut_off(second).await;
}
