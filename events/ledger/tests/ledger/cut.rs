//! Power cuts, full disks and settings that change, under a database server.
//!
//! Killing a server does not lose what the operating system holds for the disk. Here it runs with `cut.c` loaded before the C
//! library: after each sync of a file the file is copied into a second data folder, which is then what a power cut leaves.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use concord_ledger::{AppendError, Expected, Ledger, PostgresLedger};
use concord_servers::Postgres;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;
use tokio_postgres::Config;

use crate::postgres::{ask, nothing_is_lost};
use crate::schedules::schedules;
use crate::support::{append, clock, new, open_postgres, stream};

/// Power cuts without `CONCORD_SOAK`.
const CUTS: u64 = 3;
const WORKERS: u128 = 4;
/// The longest that a server takes to follow its configuration.
const PATIENCE: Duration = Duration::from_mins(1);

/// Compiles the library that is loaded into the server, where the server's user can read it.
fn library(folder: &TempDir) -> PathBuf {
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ledger/cut.c");
    let library = folder.path().join("cut.so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .arg("-ldl")
        .status()
        .expect("a C compiler is installed as `cc`, which SQLite needs too");
    assert!(compiled.success());
    library
}

/// A server whose power can be cut, and what it will find then.
struct Scene {
    folder: TempDir,
    server: Postgres,
    kept: Postgres,
    database: String,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let library = library(&folder);
        let mut server = Postgres::start().unwrap();
        let address: Config = server.database().unwrap().parse().unwrap();
        server.stop().unwrap();
        let kept = server.copy().unwrap();
        let mut scene = Self { folder, server, kept, database: address.get_dbname().unwrap().to_owned() };
        scene.run(&library);
        scene
    }

    fn run(&mut self, library: &Path) {
        let (data, kept, full) = (self.server.data(), self.kept.data(), self.flag());
        let library = library.to_str().unwrap();
        let settings = [
            ("LD_PRELOAD", library),
            ("CUT_DATA", &data),
            ("CUT_KEPT", &kept),
            ("CUT_FULL", full.to_str().unwrap()),
        ];
        self.server.run_in(&settings).unwrap();
    }

    /// While it exists the disk is full.
    fn flag(&self) -> PathBuf {
        self.folder.path().join("full")
    }

    async fn open(&self, server: &Postgres) -> PostgresLedger {
        open_postgres(&server.address(&self.database).parse().unwrap(), &clock()).await
    }
}

/// Has `server` read its configuration until new sessions have a `wanted` value of `setting`.
fn until_shown(server: &Postgres, setting: &str, wanted: impl Fn(&str) -> bool) {
    let end = std::time::Instant::now() + PATIENCE;
    loop {
        server.sql("postgres", "SELECT pg_reload_conf()").unwrap();
        let shown = server.sql("postgres", &format!("SHOW {setting}")).unwrap();
        if wanted(&shown) {
            return;
        }
        assert!(std::time::Instant::now() < end, "{setting} stays {shown}");
    }
}

/// Cuts the power under load; gives what was acknowledged until then.
async fn cut(scene: &mut Scene, seed: u64) -> Vec<(u128, u64)> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let ledger = Arc::new(scene.open(&scene.server).await);
    let acknowledged = Arc::new(Mutex::new(Vec::new()));
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..WORKERS {
        let (ledger, acknowledged) = (Arc::clone(&ledger), Arc::clone(&acknowledged));
        workers.spawn(async move {
            for number in worker * 100_000.. {
                match ledger.append(append(number, stream(worker), Expected::Any, 1)).await {
                    Ok(answer) => {
                        let position = answer.into_receipt().token.position;
                        acknowledged.lock().unwrap().push((number, position));
                    }
                    Err(_) => return,
                }
            }
        });
    }
    let enough = random.random_range(20..120);
    while acknowledged.lock().unwrap().len() < enough {
        assert!(workers.try_join_next().is_none(), "refused before the power was cut");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    // What is answered after this is not looked at: the copies may be older than the answer then.
    let acknowledged = acknowledged.lock().unwrap().clone();
    scene.server.kill().unwrap();
    workers.shutdown().await;
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_power_cut_under_the_database_loses_nothing_that_was_acknowledged() {
    for seed in 0..schedules(CUTS) {
        println!("seed {seed}");
        let mut scene = Scene::new();
        let acknowledged = cut(&mut scene, seed).await;
        scene.kept.run().unwrap();
        nothing_is_lost(&scene.open(&scene.kept).await, &acknowledged).await;
    }
}

/// A server that was told to stop waiting for the disk while it runs.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_suite_sees_a_database_that_does_not_wait_for_the_disk() {
    let mut scene = Scene::new();
    let ledger = scene.open(&scene.server).await;
    new(ledger.append(append(99, stream(9), Expected::Any, 1)).await);
    scene.server.sql("postgres", "ALTER SYSTEM SET fsync = off").unwrap();
    until_shown(&scene.server, "fsync", |value| value == "off");
    let mut acknowledged = Vec::new();
    for number in 0..20 {
        acknowledged.push((number, ask(&ledger, &append(number, stream(1), Expected::Any, 1)).await));
    }
    scene.server.kill().unwrap();
    scene.kept.run().unwrap();
    scene.kept.sql("postgres", "ALTER SYSTEM RESET fsync").unwrap();
    scene.kept.stop().unwrap();
    scene.kept.run().unwrap();
    let after = scene.open(&scene.kept).await;
    let seen = tokio::spawn(async move { nothing_is_lost(&after, &acknowledged).await }).await;
    assert!(seen.is_err_and(|error| error.is_panic()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_full_disk_under_the_database_is_answered_loses_nothing_and_recovers() {
    let mut scene = Scene::new();
    let ledger = scene.open(&scene.server).await;
    let mut acknowledged = Vec::new();
    for number in 0..5 {
        acknowledged.push((number, ask(&ledger, &append(number, stream(1), Expected::Any, 1)).await));
    }
    std::fs::write(scene.flag(), "").unwrap();
    let refused = ledger.append(append(5, stream(1), Expected::Any, 1)).await;
    assert_eq!(refused, Err(AppendError::Unavailable));
    std::fs::remove_file(scene.flag()).unwrap();
    // A server that could not even write its log has ended.
    scene.server.kill().unwrap();
    let library = scene.folder.path().join("cut.so");
    scene.run(&library);
    for number in 5..10 {
        acknowledged.push((number, ask(&ledger, &append(number, stream(1), Expected::Any, 1)).await));
    }
    nothing_is_lost(&ledger, &acknowledged).await;
    assert_eq!(ledger.head().await.unwrap().token.position, 10);
}

/// Commits wait for the disk though the server's configuration says otherwise by now.
async fn killed_after_it_stopped_waiting(
    meddle: Option<&str>,
) -> (PostgresLedger, Vec<(u128, u64)>, Postgres) {
    // What is not waited for is on the disk ten seconds later.
    let mut server = Postgres::start_with("-c wal_writer_delay=10s").unwrap();
    let database: Config = server.database().unwrap().parse().unwrap();
    let ledger = open_postgres(&database, &clock()).await;
    if let Some(meddle) = meddle {
        server.sql(database.get_dbname().unwrap(), meddle).unwrap();
    }
    new(ledger.append(append(99, stream(9), Expected::Any, 1)).await);
    server.sql("postgres", "ALTER SYSTEM SET synchronous_commit = off").unwrap();
    until_shown(&server, "synchronous_commit", |value| value == "off");
    let mut acknowledged = Vec::new();
    for number in 0..20 {
        acknowledged.push((number, ask(&ledger, &append(number, stream(1), Expected::Any, 1)).await));
    }
    server.kill().unwrap();
    server.run().unwrap();
    server.sql("postgres", "ALTER SYSTEM RESET synchronous_commit").unwrap();
    drop(ledger);
    until_shown(&server, "synchronous_commit", |value| value != "off");
    (open_postgres(&database, &clock()).await, acknowledged, server)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_not_to_wait_for_the_disk_while_it_runs_is_overruled() {
    let (ledger, acknowledged, _server) = killed_after_it_stopped_waiting(None).await;
    nothing_is_lost(&ledger, &acknowledged).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_suite_sees_a_commit_that_is_not_waited_for() {
    let meddle = "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN PERFORM set_config('synchronous_commit', 'off', true); RETURN NULL; END $$;
        CREATE TRIGGER meddle AFTER INSERT ON receipts FOR EACH STATEMENT EXECUTE FUNCTION meddle()";
    let (ledger, acknowledged, _server) = killed_after_it_stopped_waiting(Some(meddle)).await;
    let seen = tokio::spawn(async move { nothing_is_lost(&ledger, &acknowledged).await }).await;
    assert!(seen.is_err_and(|error| error.is_panic()));
}
