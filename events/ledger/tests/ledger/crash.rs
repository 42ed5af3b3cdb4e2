//! Crashes of the whole process: killed under load, and stopped at each named point.
//!
//! The test binary starts itself again as a child that writes to a ledger and tells a witness file, in another
//! folder, what it asks and what was acknowledged. Whatever happens to the child, the ledger must then hold every
//! acknowledged command once and nothing half.

use std::collections::HashMap;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use concord_ledger::{Appended, Durability, Filter, Ledger, fsck};
use rand::{Rng, SeedableRng};
use tempfile::TempDir;

use crate::support::{open, stream};
use crate::writer::{self, Ack, Witness, load, options};

/// Rounds of kills without `CONCORD_SOAK`.
const KILLS: u64 = 12;
/// The latest commands, those whose outcome a client may not know, that are asked again after a crash.
const ASKED_AGAIN: usize = 500;
/// The longest that a child may take to do what is waited for.
const PATIENCE: Duration = Duration::from_mins(1);
pub(crate) const SIGNAL_ABORT: i32 = 6;
const SIGNAL_KILL: i32 = 9;

/// A ledger and its witness, in folders of their own.
pub(crate) struct Scene {
    pub(crate) ledger: TempDir,
    witness: TempDir,
}

impl Scene {
    pub(crate) fn new() -> Self {
        Self { ledger: tempfile::tempdir().unwrap(), witness: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.ledger.path().join("clinical.ledger")
    }

    pub(crate) fn witness(&self) -> PathBuf {
        self.witness.path().join("witness")
    }

    /// Starts the child with further settings.
    pub(crate) fn child(&self, settings: &[(&str, &str)]) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "writer::child", "--ignored", "--nocapture"])
            .env("WRITER_FILE", self.file())
            .env("WRITER_WITNESS", self.witness())
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// Kills the child when the witness has heard of `acks` more acknowledgements.
    pub(crate) fn kill_after(&self, mut child: Child, acks: usize) {
        let (end, wanted) = (Instant::now() + PATIENCE, Witness::read(&self.witness()).acks.len() + acks);
        while Witness::read(&self.witness()).acks.len() < wanted {
            assert!(Instant::now() < end, "the child acknowledges nothing");
            assert_eq!(child.try_wait().unwrap(), None, "the child ended by itself");
            sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().signal(), Some(SIGNAL_KILL));
    }
}

/// What is wrong with a ledger after a crash, in the light of its witness; nothing, or a sentence. Then asks the
/// latest again, as clients do who do not know: each command must be there once.
pub(crate) fn verdict(file: &Path, witness: &Witness) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let report = fsck(file, &mut |_, _| {}).map_err(|error| format!("fsck: {error:?}"))?;
    let ledger = open(file, options(Durability::Full));
    runtime.block_on(async {
        let before = commands(&ledger).await?;
        if report.position != before.values().map(|events| events.1).sum::<u64>() {
            return Err("the report counts other events than a reader".to_owned());
        }
        for ack in &witness.acks {
            acknowledged(&ledger, ack, &before).await?;
        }
        streams(&ledger).await?;
        for number in witness.asked.iter().rev().take(ASKED_AGAIN) {
            let answer = ledger.append(load(*number)).await;
            let known = before.contains_key(number);
            if known && !matches!(answer, Ok(Appended::Repeated(_))) {
                return Err(format!("command {number} is not known again: {answer:?}"));
            }
        }
        streams(&ledger).await?;
        commands(&ledger).await.map(drop)
    })?;
    drop(ledger);
    fsck(file, &mut |_, _| {}).map(drop).map_err(|error| format!("fsck after repeats: {error:?}"))
}

/// First position and count of each command's events; fails when a command has some but not all, or twice.
async fn commands(ledger: &dyn Ledger) -> Result<HashMap<u128, (u64, u64)>, String> {
    let (mut commands, mut after) = (HashMap::<u128, (u64, u64)>::new(), 0);
    loop {
        let page = ledger.read(after, &Filter::default(), 1_000).await.map_err(|error| error.to_string())?;
        for entry in &page.entries {
            let payload: serde_json::Value = serde_json::from_slice(&entry.payload).unwrap();
            let number = u128::from(payload["command"].as_u64().unwrap());
            let (first, count) = commands.entry(number).or_insert((entry.position, 0));
            if payload["index"] != *count || entry.position != *first + *count {
                return Err(format!("command {number} is there twice or in pieces"));
            }
            *count += 1;
        }
        if page.through == after {
            break;
        }
        after = page.through;
    }
    match commands.iter().find(|(number, (_, count))| load(**number).events.len() as u64 != *count) {
        Some((number, _)) => Err(format!("command {number} is there by half")),
        None => Ok(commands),
    }
}

/// Each stream by itself must hold what the ledger holds of it.
async fn streams(ledger: &dyn Ledger) -> Result<(), String> {
    let all = ledger.head().await.map_err(|error| error.to_string())?.token.position;
    let mut events = 0;
    for number in 0..writer::STREAMS {
        let mut version = 0;
        loop {
            let page = ledger.read_stream(stream(number), version, 1_000).await;
            let page = page.map_err(|error| format!("stream {number}: {error}"))?;
            let Some(last) = page.last() else { break };
            version = last.version;
        }
        events += version;
    }
    if events == all { Ok(()) } else { Err(format!("the streams hold {events} of {all} events")) }
}

async fn acknowledged(
    ledger: &dyn Ledger,
    ack: &Ack,
    commands: &HashMap<u128, (u64, u64)>,
) -> Result<(), String> {
    let number = ack.number;
    let receipt = ledger.receipt(load(number).command).await.map_err(|error| error.to_string())?;
    let Some((_, receipt)) = receipt else { return Err(format!("acknowledged command {number} is lost")) };
    let same = (receipt.token.position, receipt.count) == (ack.position, ack.count);
    let events = commands.get(&number).copied();
    let there = match ack.count {
        0 => events.is_none(),
        count => events == Some((ack.position - u64::from(count) + 1, u64::from(count))),
    };
    if same && there { Ok(()) } else { Err(format!("command {number} was acknowledged otherwise")) }
}

fn rounds() -> u64 {
    std::env::var_os("CONCORD_SOAK")
        .map_or(KILLS, |text| text.to_str().unwrap().parse().expect("CONCORD_SOAK is a number of rounds"))
}

#[test]
fn a_killed_process_loses_nothing_that_was_acknowledged() {
    let (scene, seed) = (Scene::new(), std::process::id());
    println!("seed {seed}");
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(u64::from(seed));
    for round in 0..rounds() {
        let child = scene.child(&[("WRITER_ROUND", &round.to_string())]);
        scene.kill_after(child, random.random_range(1..400));
        let witness = Witness::read(&scene.witness());
        verdict(&scene.file(), &witness).unwrap();
    }
}

#[test]
fn a_crash_at_any_named_point_loses_nothing_that_was_acknowledged() {
    for point in ["AfterBegin", "AfterInsert", "BeforeCommit", "AfterCommit", "BeforeEnds", "AfterEnds"] {
        let scene = Scene::new();
        let ended = scene.child(&[("WRITER_CRASH", point)]).wait().unwrap();
        assert_eq!(ended.signal(), Some(SIGNAL_ABORT), "{point}: {ended}");
        let witness = Witness::read(&scene.witness());
        assert!(!witness.acks.is_empty(), "{point}");
        verdict(&scene.file(), &witness).unwrap();
    }
}

#[test]
fn the_suite_sees_an_answer_before_the_commit() {
    let scene = Scene::new();
    let settings = [("WRITER_CRASH", "BeforeCommit"), ("WRITER_DURABILITY", "MutationAckBeforeCommit")];
    let ended = scene.child(&settings).wait().unwrap();
    assert_eq!(ended.signal(), Some(SIGNAL_ABORT), "{ended}");
    let found = verdict(&scene.file(), &Witness::read(&scene.witness()));
    assert!(found.clone().is_err_and(|what| what.contains("is lost")), "{found:?}");
}

#[test]
fn the_suite_sees_a_lost_and_a_doubled_command() {
    let scene = Scene::new();
    scene.kill_after(scene.child(&[]), 40);
    let mut witness = Witness::read(&scene.witness());
    verdict(&scene.file(), &witness).unwrap();
    witness.acks.push(Ack { number: writer::NEVER_ASKED, position: 1, count: 1 });
    assert!(verdict(&scene.file(), &witness).is_err());
    witness.acks.pop();
    witness.acks[0].position += 1;
    assert!(verdict(&scene.file(), &witness).is_err());
}
