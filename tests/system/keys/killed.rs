//! A service that is killed while it forgets somebody.

use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{FORGOTTEN, KEPT, Place, admit, holding, nowhere, reason, roster};
use crate::PSYCHIATRIST;

/// How often it is killed; with `CONCORD_SOAK` as often as that says.
const ROUNDS: u64 = 2;
/// It is killed within this time of being asked, which is longer than it takes.
const WITHIN_MS: u64 = 2_500;
const PATIENCE: Duration = Duration::from_mins(3);
const PAUSE: Duration = Duration::from_millis(100);

#[expect(clippy::disallowed_methods, reason = "tests are told by the environment how long to go on")]
fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_that_is_killed_in_the_middle_goes_on_to_the_end() {
    let first = setting("CONCORD_SEED").unwrap_or(1);
    for seed in first..first + setting("CONCORD_SOAK").unwrap_or(ROUNDS) {
        println!("seed {seed}");
        round(seed).await;
    }
}

async fn round(seed: u64) {
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let place = Place::new(&[]).await;
    let server = place.start().await.unwrap();
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let (gone, receipt) = admit(&doctor, FORGOTTEN).await;
    assert_eq!(roster(&doctor, receipt.token).await.len(), 1);
    // It is on record, and nobody waits for it.
    let _not_done_yet = place.shred(gone.patient, "0").await;
    tokio::time::sleep(Duration::from_millis(chance.random_range(0..WITHIN_MS))).await;
    server.kill().await.unwrap();

    let server = place.start().await.unwrap();
    let done = async {
        while place.status().await["unfinished_shreds"] != 0 {
            tokio::time::sleep(PAUSE).await;
        }
    };
    tokio::time::timeout(PATIENCE, done).await.unwrap_or_else(|_| panic!("seed {seed}: it is not done"));
    assert_eq!(holding(place.folder.path(), FORGOTTEN), nowhere(), "seed {seed}");
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    assert_eq!(reason(doctor.send(gone.referral()).await), "SUBJECT_SHREDDED", "seed {seed}");
    let (kept, receipt) = admit(&doctor, KEPT).await;
    assert_eq!(roster(&doctor, receipt.token).await, [kept.patient.to_string()], "seed {seed}");
    server.kill().await.unwrap();
    place.run(&["ledger", "fsck", "--tenant", "demo"]).await.unwrap();
}

/// The search and the waiting above would find a service that does nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_sees_a_record_that_is_asked_for_and_not_destroyed() {
    let place = Place::new(&[]).await;
    let server = place.start().await.unwrap();
    let doctor = server.client(PSYCHIATRIST).await.unwrap();
    let (gone, receipt) = admit(&doctor, FORGOTTEN).await;
    assert_eq!(roster(&doctor, receipt.token).await.len(), 1);
    // A stopped process does nothing of what it is asked.
    assert!(stop(server.pid().unwrap()).success());
    let refused = place.shred(gone.patient, "1").await;
    assert!(refused.unwrap_err().contains("not done yet"));
    assert_eq!(place.status().await["unfinished_shreds"], 1);
    assert!(!holding(&place.data(), FORGOTTEN).is_empty());
    server.kill().await.unwrap();
}

/// Stops a process until it is killed.
fn stop(pid: u32) -> std::process::ExitStatus {
    std::process::Command::new("kill").args(["-STOP", &pid.to_string()]).status().unwrap()
}
