//! Crashes of the whole process at named points of the runner, and at random moments. The child is `child.rs`.

use std::os::unix::process::ExitStatusExt;

use super::child::{Scene, until};
use super::disk::Disk;

/// Crashes at each point without `CONCORD_SOAK`.
const CRASHES: u64 = 3;
/// Kills at a random moment without `CONCORD_SOAK`.
const KILLS: u64 = 6;
const SIGNAL_ABORT: i32 = 6;

/// `CONCORD_SOAK`, or what is usual.
pub(super) fn rounds(usual: u64) -> u64 {
    std::env::var_os("CONCORD_SOAK")
        .map_or(usual, |text| text.to_str().unwrap().parse().expect("CONCORD_SOAK is a number of rounds"))
}

/// A small generator of numbers (splitmix64).
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// Says its seed, which a failed test prints.
    pub(super) fn new() -> Self {
        let seed = u64::from(std::process::id());
        println!("seed {seed}");
        Self(seed)
    }

    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }
}

/// What a crash has left, and what a restart makes of it.
async fn verdict(disk: &Disk) -> Result<(), String> {
    disk.verdict().await?;
    let views = disk.start();
    disk.settle(&views).await;
    views.shutdown().await;
    disk.complete().await
}

/// What was said of the views is stored.
fn told(scene: &Scene, disk: &Disk) -> Result<(), String> {
    let lost = scene.told().into_iter().find(|(view, position)| disk.stored(view) < *position);
    lost.map_or(Ok(()), |(view, position)| {
        Err(format!("{view} was said to be at {position} and is at {}", disk.stored(&view)))
    })
}

fn crashed(scene: &Scene, settings: &[(&str, &str)]) {
    let ended = scene.child(settings).ended();
    assert_eq!(ended.signal(), Some(SIGNAL_ABORT), "{settings:?}: {ended}: {}", scene.said());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crash_at_any_named_point_loses_and_doubles_no_fact() {
    let mut dice = Dice::new();
    for point in ["Folded", "Writing", "Committed", "CommittedAside", "BeforeFlip", "AfterFlip"] {
        let mut scene = Scene::new();
        for round in 0..rounds(CRASHES) {
            if round % CRASHES == 0 {
                // A long history takes long to build anew.
                scene = Scene::new();
            }
            let passes = (dice.roll(6) + 1).to_string();
            crashed(&scene, &[("RUNNER_CRASH", point), ("RUNNER_PASSES", &passes)]);
            let disk = scene.disk();
            let found = told(&scene, &disk).and(verdict(&disk).await);
            assert_eq!(found, Ok(()), "{point}, pass {passes}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_process_loses_and_doubles_no_fact() {
    let (mut scene, mut dice) = (Scene::new(), Dice::new());
    for round in 0..rounds(KILLS) {
        if round % KILLS == 0 {
            scene = Scene::new();
        }
        let disk = scene.disk();
        let (from, more) = (disk.stored("log"), dice.roll(150) + 1);
        let child = scene.child(&[]);
        until("the views move on", || disk.stored("log") >= from + more);
        child.kill();
        // Opened anew, as the ledger's head is known to who wrote it.
        drop(disk);
        assert_eq!(verdict(&scene.disk()).await, Ok(()), "round {round}");
    }
}

/// What the tests find after a crash of a program with a certain fault.
async fn found(mutation: &str, passes: &str) -> String {
    let scene = Scene::new();
    crashed(&scene, &[("RUNNER_MUTATION", mutation), ("RUNNER_PASSES", passes)]);
    let disk = scene.disk();
    let told = if scene.note("told").exists() { told(&scene, &disk) } else { Ok(()) };
    told.and(verdict(&disk).await).expect_err("the fault is not seen")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_sees_rows_and_checkpoints_that_commit_apart() {
    for mutation in ["RowsAlone", "CheckpointAlone"] {
        let found = found(mutation, "3").await;
        assert!(found.contains("is not the fold of the log"), "{mutation}: {found}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_sees_a_view_that_is_told_before_it_is_written() {
    // By then the views are level with the log, and said to be.
    let found = found("ToldBeforeWritten", "30").await;
    assert!(found.contains("was said to be at"), "{found}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_sees_a_flip_that_is_not_one_step() {
    let found = found("FlipInTwo", "3").await;
    assert!(found.contains("2 builds of names answer"), "{found}");
}
