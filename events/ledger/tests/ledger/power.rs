//! Power cuts and failing disks.
//!
//! Killing a process does not lose what the operating system holds for the disk, so it cannot tell a commit that
//! waited for the disk from one that did not. Here the child runs with `power.c` loaded before the C library: after
//! each sync of a ledger file it keeps a copy, so the copies are what a power cut leaves behind at worst.

use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use concord_ledger::fsck;

use crate::crash::{SIGNAL_ABORT, Scene, verdict};
use crate::writer::Witness;

/// Compiles the library that is loaded into the child.
fn library(folder: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ledger/power.c");
    let library = folder.join("power.so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .args(["-ldl", "-lpthread"])
        .status()
        .expect("a C compiler is installed as `cc`, which SQLite needs too");
    assert!(compiled.success());
    library
}

/// Cuts at different moments in which a missing sync must show itself at least once.
const CUTS: usize = 4;

/// What is left of a ledger after a power cut under load.
fn power_cut(durability: Option<&str>) -> Result<(), String> {
    let (scene, kept) = (Scene::new(), tempfile::tempdir().unwrap());
    let library = library(scene.ledger.path());
    let (library, kept_path) = (library.to_str().unwrap(), kept.path().to_str().unwrap());
    let mut settings = vec![("LD_PRELOAD", library), ("POWER_KEPT", kept_path)];
    settings.extend(durability.map(|name| ("WRITER_DURABILITY", name)));
    scene.kill_after(scene.child(&settings), 600);
    verdict(&kept.path().join("clinical.ledger"), &Witness::read(&scene.witness()))
}

#[test]
fn a_power_cut_loses_nothing_that_was_acknowledged() {
    for _ in 0..3 {
        power_cut(None).unwrap();
    }
}

#[test]
fn the_suite_sees_a_commit_that_does_not_wait_for_the_disk() {
    // A checkpoint syncs what came before it, so a cut just after one loses nothing: another moment shows it.
    let found: Vec<_> = (0..CUTS).map(|_| power_cut(Some("MutationNormalSync"))).collect();
    // Without a checkpoint so far, not even the tables have reached the disk.
    let seen = |what: &String| what.contains("is lost") || what.contains("NoLedger");
    assert!(found.iter().any(|cut| cut.as_ref().is_err_and(seen)), "{found:?}");
}

#[test]
fn what_a_dying_process_committed_is_on_the_disk_before_anybody_hears_of_it() {
    let (scene, kept) = (Scene::new(), tempfile::tempdir().unwrap());
    let (library, flag) = (library(scene.ledger.path()), scene.ledger.path().join("dies"));
    let (library, flag) = (library.to_str().unwrap(), flag.to_str().unwrap());
    let last = ("WRITER_LAST", "5");
    // Its last commit is in the log, which the operating system has not written.
    let died = scene.child(&[last, ("LD_PRELOAD", library), ("POWER_DIES", flag)]).wait().unwrap();
    assert_eq!(died.signal(), Some(SIGNAL_ABORT));
    assert_eq!(Witness::read(&scene.witness()).acks.len(), 4);
    // The next one finds it there and says so; then the power fails.
    let kept_path = kept.path().to_str().unwrap();
    let told = scene.child(&[last, ("LD_PRELOAD", library), ("POWER_KEPT", kept_path)]).wait().unwrap();
    assert_eq!(told.signal(), Some(SIGNAL_ABORT));
    let witness = Witness::read(&scene.witness());
    assert_eq!(witness.acks.len(), 9);
    verdict(&kept.path().join("clinical.ledger"), &witness).unwrap();
}

/// A child that goes through a time in which the disk does what `trouble` says.
fn trouble(trouble: &str) {
    let scene = Scene::new();
    let (library, flag) = (library(scene.ledger.path()), scene.ledger.path().join("trouble"));
    let (library, flag) = (library.to_str().unwrap(), flag.to_str().unwrap());
    let settings = [("LD_PRELOAD", library), (trouble, flag), ("WRITER_FLAG", flag)];
    let ended = scene.child(&settings).wait().unwrap();
    assert!(ended.success(), "{ended}");
    assert_eq!(fsck(&scene.file(), &mut |_, _| {}).unwrap().position, 16);
}

#[test]
fn a_full_disk_is_answered_loses_nothing_and_recovers() {
    trouble("POWER_DISK_FULL");
}

#[test]
fn a_disk_that_does_not_sync_is_answered_loses_nothing_and_recovers() {
    trouble("POWER_SYNC_FAILS");
}
