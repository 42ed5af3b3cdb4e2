//! A process that is stopped and wakes up after another has taken over.

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::child::{FENCED, Process, Scene, until};
use super::disk::Disk;
use crate::{CrashPoint, Faults, Halt, State};

/// Appends before a zombie starts: many times what it writes at once.
const HISTORY: u64 = 30;
/// Events of each.
const EVENTS: usize = 8;

fn signal(child: &Process, name: &str) {
    // The shell's own, so that no other program has to be there.
    let script = format!("kill -{name} {}", child.id());
    assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success());
}

/// Whether the system has stopped the process.
fn is_stopped(child: &Process) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| rest.starts_with('T'))
}

/// A child with a batch in its hands at `point`, stopped there.
fn stopped(scene: &Scene, point: &str, more: &[(&str, &str)]) -> Process {
    let settings = [("RUNNER_WAIT", point), ("RUNNER_PASSES", "2"), ("RUNNER_QUIET", "1")];
    let child = scene.child(&[&settings, more].concat());
    until("the child has its batch", || scene.note("ready").exists());
    signal(&child, "STOP");
    until("the child is stopped", || is_stopped(&child));
    // When it is woken up, it goes on at once.
    std::fs::write(scene.note("go"), "").unwrap();
    child
}

async fn history(scene: &Scene) -> Disk {
    let disk = scene.disk();
    for _ in 0..HISTORY {
        disk.append(EVENTS).await;
    }
    disk
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_that_wakes_up_after_another_took_over_is_refused() {
    let scene = Scene::new();
    let disk = history(&scene).await;
    let zombie = stopped(&scene, "Folded", &[]);
    let views = disk.start();
    disk.append(EVENTS).await;
    disk.settle(&views).await;
    assert!(is_stopped(&zombie));
    signal(&zombie, "CONT");
    let ended = zombie.ended();
    assert_eq!(ended.code(), Some(FENCED), "{ended}");
    assert_eq!(disk.verdict().await, Ok(()));
    disk.append(EVENTS).await;
    disk.settle(&views).await;
    assert!(views.healthy());
    assert_eq!(disk.verdict().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_that_wakes_up_after_its_build_was_dropped_is_refused() {
    let scene = Scene::new();
    let disk = history(&scene).await;
    let zombie = stopped(&scene, "Folded", &[]);
    let views = disk.start();
    disk.settle(&views).await;
    views.rebuild("names").await.unwrap();
    disk.append(EVENTS).await;
    disk.settle(&views).await;
    views.drop_retired("names").await.unwrap();
    signal(&zombie, "CONT");
    // The tables that it would write to are gone.
    let ended = zombie.ended();
    assert_eq!(ended.code(), Some(FENCED), "{ended}");
    assert_eq!(disk.verdict().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_runner_that_dies_within_its_transaction_leaves_nothing_and_lets_others_on() {
    let scene = Scene::new();
    let disk = history(&scene).await;
    let zombie = stopped(&scene, "Writing", &[]);
    let before = disk.stored("names");
    let views = disk.start();
    tokio::time::sleep(Duration::from_millis(300)).await;
    // The file is locked: nobody writes, everybody reads what was committed.
    assert_eq!(disk.stored("names"), before);
    assert_eq!(disk.verdict().await, Ok(()));
    zombie.kill();
    disk.settle(&views).await;
    assert_eq!(disk.verdict().await, Ok(()));
}

/// Whether a runner has ever had a batch in its hands.
#[derive(Default)]
struct Folded(AtomicBool);

impl Faults for Folded {
    fn reached(&self, point: CrashPoint) {
        if point == CrashPoint::Folded {
            self.0.store(true, Ordering::SeqCst);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_runners_that_go_on_one_is_refused() {
    let scene = Scene::new();
    let disk = history(&scene).await;
    let zombie = stopped(&scene, "Writing", &[]);
    let folded = Arc::new(Folded::default());
    let views = disk.setup(disk.store.clone()).watched_by(folded.clone()).start().unwrap();
    until("the other has its batch", || folded.0.load(Ordering::SeqCst));
    signal(&zombie, "CONT");
    let mut status = views.watch("names").unwrap();
    // The one that was stopped had the file: it writes first, and the other has read an older checkpoint.
    let refused = status.wait_for(|status| status.state == State::Stopped(Halt::Fenced));
    tokio::time::timeout(super::SOON, refused).await.unwrap().unwrap();
    until("the other goes on", || disk.stored("names") == disk.head().position);
    zombie.kill();
    assert_eq!(disk.verdict().await, Ok(()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_suite_sees_a_zombie_that_is_not_refused() {
    let scene = Scene::new();
    let disk = history(&scene).await;
    let zombie = stopped(&scene, "Folded", &[("RUNNER_MUTATION", "NoFence")]);
    let views = disk.start();
    disk.append(EVENTS).await;
    disk.settle(&views).await;
    views.shutdown().await;
    signal(&zombie, "CONT");
    zombie.ended();
    assert!(scene.note("wrote").exists(), "it has written");
    let found = disk.verdict().await;
    assert!(found.clone().is_err_and(|what| what.contains("is not the fold of the log")), "{found:?}");
}
