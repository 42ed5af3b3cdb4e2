//! The child process of the crash tests: keeps the views up while it appends, until somebody ends it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::thread::sleep;
use std::time::{Duration, Instant};

use concord_kernel::Token;

use super::disk::Disk;
use super::doctored::DoctoredStore;
use crate::store::Writes;
use crate::{CrashPoint, Faults, Halt, Instance, Projections, SqliteStore, State, StoreError, ViewStore};

/// The longest that a child may take to do what is waited for.
pub(super) const PATIENCE: Duration = Duration::from_mins(1);
/// What a child exits with whose runner was refused by compare-and-swap.
pub(super) const FENCED: i32 = 3;
/// A rebuild is asked for at every so-many-th append, and removal of what it replaced at every so-many-th.
const REBUILD_EVERY: u64 = 12;
const DROP_EVERY: u64 = 30;
/// After so many appends, the child rests.
const REST_EVERY: u64 = 8;
const REST: Duration = Duration::from_millis(5);

/// The folders that a child works in.
pub(super) struct Scene {
    files: tempfile::TempDir,
    witness: tempfile::TempDir,
}

impl Scene {
    pub(super) fn new() -> Self {
        Self { files: tempfile::tempdir().unwrap(), witness: tempfile::tempdir().unwrap() }
    }

    pub(super) fn disk(&self) -> Disk {
        Disk::open(self.files.path(), None)
    }

    /// A file through which parent and child hear of each other.
    pub(super) fn note(&self, name: &str) -> PathBuf {
        self.witness.path().join(name)
    }

    pub(super) fn child(&self, settings: &[(&str, &str)]) -> Process {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "tests::child::child", "--ignored", "--nocapture"])
            .env("RUNNER_FILES", self.files.path())
            .env("RUNNER_WITNESS", self.witness.path())
            .envs(settings.iter().copied())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(self.note("stderr")).unwrap())
            .spawn()
            .unwrap();
        Process(child)
    }

    /// What the latest child said on stderr.
    pub(super) fn said(&self) -> String {
        std::fs::read_to_string(self.note("stderr")).unwrap()
    }

    /// How far each view was said to be when the child crashed.
    pub(super) fn told(&self) -> Vec<(String, u64)> {
        let text = std::fs::read_to_string(self.note("told")).unwrap();
        let read = |line: &str| {
            let (view, position) = line.split_once(' ').unwrap();
            (view.to_owned(), position.parse().unwrap())
        };
        text.lines().map(read).collect()
    }
}

/// A process that does not outlive its test.
pub(super) struct Process(Child);

impl Process {
    pub(super) fn id(&self) -> u32 {
        self.0.id()
    }

    /// Ends it at once.
    pub(super) fn kill(mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }

    /// Waits until it has ended by itself.
    pub(super) fn ended(mut self) -> ExitStatus {
        let mut ended = None;
        until("the child ends", || {
            ended = self.0.try_wait().unwrap();
            ended.is_some()
        });
        ended.unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until `is` holds.
pub(super) fn until(what: &str, mut is: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is() {
        assert!(Instant::now() < end, "not within a minute: {what}");
        sleep(Duration::from_millis(1));
    }
}

fn setting(name: &str) -> Option<String> {
    std::env::var_os(name).map(|text| text.into_string().unwrap())
}

fn point(name: &str) -> CrashPoint {
    match name {
        "Folded" => CrashPoint::Folded,
        "Writing" => CrashPoint::Writing,
        "Committed" => CrashPoint::Committed,
        "CommittedAside" => CrashPoint::CommittedAside,
        "BeforeFlip" => CrashPoint::BeforeFlip,
        "AfterFlip" => CrashPoint::AfterFlip,
        other => panic!("{other}"),
    }
}

/// What happens at a point.
enum Fate {
    /// The process ends.
    Crash,
    /// It says that it has come here, and goes on when it is told to.
    Wait,
}

/// Waits at a point for its turn.
struct AtPoint {
    point: CrashPoint,
    /// Passes that go by before.
    passes: AtomicU64,
    fate: Fate,
    witness: PathBuf,
    views: Arc<OnceLock<Projections>>,
}

impl Faults for AtPoint {
    fn reached(&self, point: CrashPoint) {
        if point != self.point || self.passes.fetch_sub(1, Ordering::SeqCst) != 1 {
            return;
        }
        match self.fate {
            Fate::Crash => crash(&self.witness, &self.views),
            Fate::Wait => {
                std::fs::write(self.witness.join("ready"), "").unwrap();
                until("the parent lets it go on", || self.witness.join("go").exists());
            }
        }
    }
}

/// Writes down how far every view is said to be, and ends the process.
fn crash(witness: &Path, views: &OnceLock<Projections>) {
    let statuses = views.get().map(Projections::statuses).unwrap_or_default();
    let live = statuses.iter().filter(|status| status.state == State::Live);
    let told: Vec<_> = live.map(|status| format!("{} {}", status.view.name, status.token.position)).collect();
    std::fs::write(witness.join("told"), told.join("\n")).unwrap();
    std::process::abort();
}

#[test]
#[ignore = "the crash tests start it as a process of its own"]
fn child() {
    let files = PathBuf::from(setting("RUNNER_FILES").expect("a crash test starts this"));
    let witness = PathBuf::from(setting("RUNNER_WITNESS").unwrap());
    let views = Arc::new(OnceLock::new());
    let passes: u64 = setting("RUNNER_PASSES").map_or(1, |text| text.parse().unwrap());
    let at = |name: String, fate| {
        let (witness, views) = (witness.clone(), Arc::clone(&views));
        let passes = AtomicU64::new(passes);
        Arc::new(AtPoint { point: point(&name), passes, fate, witness, views }) as Arc<dyn Faults>
    };
    let crash = setting("RUNNER_CRASH").map(|name| at(name, Fate::Crash));
    let faults = crash.or_else(|| setting("RUNNER_WAIT").map(|name| at(name, Fate::Wait)));
    let disk = Disk::open(&files, faults.clone());
    let mutation = setting("RUNNER_MUTATION");
    let store = mutated(&disk.store, mutation.as_deref(), passes, &witness, &views);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let _within = runtime.enter();
    let setup = disk.setup(Arc::new(store));
    let running = match faults {
        Some(faults) => setup.watched_by(faults).start().unwrap(),
        None => setup.start().unwrap(),
    };
    views.set(running.clone()).ok().unwrap();
    match setting("RUNNER_QUIET") {
        Some(_) => until_it_stops(&running),
        None => runtime.block_on(work(&disk, &running)),
    }
}

/// Appends and rebuilds until somebody ends the process.
async fn work(disk: &Disk, views: &Projections) {
    // A store that says too early what is written cannot begin a build.
    let rebuilds = setting("RUNNER_MUTATION").as_deref() != Some("ToldBeforeWritten");
    let end = Instant::now() + PATIENCE;
    for number in 1.. {
        assert!(Instant::now() < end, "nobody ended the child");
        disk.append(usize::try_from(number % 4 + 1).unwrap()).await;
        if number % REST_EVERY == 0 {
            // So that builds aside catch up.
            tokio::time::sleep(REST).await;
        }
        if rebuilds && number % REBUILD_EVERY == 0 {
            views.rebuild("names").await.unwrap();
        }
        if number % DROP_EVERY == 0 {
            views.drop_retired("names").await.unwrap();
        }
    }
}

/// Says how the runner ended.
fn until_it_stops(views: &Projections) {
    until("the runner stops", || !views.healthy());
    let fenced = |status: &crate::Status| status.state == State::Stopped(Halt::Fenced);
    if views.statuses().iter().any(fenced) {
        std::process::exit(FENCED);
    }
}

fn copied(writes: &Writes) -> Writes {
    Writes {
        instance: writes.instance,
        from: writes.from,
        to: writes.to,
        rows: writes.rows.clone(),
        unlisted: writes.unlisted.clone(),
        listed: writes.listed.clone(),
        erased: writes.erased.clone(),
    }
}

/// The rows of a batch, while its checkpoint stands at `position`.
fn rows_alone(writes: &Writes, position: u64) -> Writes {
    Writes { from: Token { position, ..writes.from }, to: position, ..copied(writes) }
}

/// The checkpoint of a batch.
fn checkpoint_alone(writes: &Writes) -> Writes {
    Writes { rows: Vec::new(), unlisted: Vec::new(), listed: Vec::new(), ..copied(writes) }
}

/// The store as a program with a certain fault would use it, so that the tests can show that they see it.
fn mutated(
    store: &Arc<SqliteStore>,
    mutation: Option<&str>,
    passes: u64,
    witness: &Path,
    views: &Arc<OnceLock<Projections>>,
) -> DoctoredStore {
    let mut doctored = DoctoredStore::over(store);
    let (before, witness, views) = (AtomicU64::new(0), witness.to_owned(), Arc::clone(views));
    let last = move || {
        if before.fetch_add(1, Ordering::SeqCst) + 1 == passes {
            crash(&witness, &views);
        }
    };
    match mutation {
        None => {}
        Some("RowsAlone") => doctored.commit = in_two(true, last),
        Some("CheckpointAlone") => doctored.commit = in_two(false, last),
        Some("ToldBeforeWritten") => doctored.commit = late(last),
        Some("FlipInTwo") => doctored.activate = Box::new(move |_, instance, _| flip_in_two(instance)),
        Some("NoFence") => doctored.commit = Box::new(unfenced),
        Some(other) => panic!("{other}"),
    }
    doctored
}

type Commit = Box<dyn Fn(&SqliteStore, &[Writes]) -> Result<(), StoreError> + Send + Sync>;

/// Rows and checkpoints in transactions of their own.
fn in_two(rows_first: bool, between: impl Fn() + Send + Sync + 'static) -> Commit {
    Box::new(move |store, batch| {
        let stands = |writes: &Writes| if rows_first { writes.from.position } else { writes.to };
        let rows: Vec<_> = batch.iter().map(|writes| rows_alone(writes, stands(writes))).collect();
        let checkpoints: Vec<_> = batch.iter().map(checkpoint_alone).collect();
        let (first, second) = if rows_first { (rows, checkpoints) } else { (checkpoints, rows) };
        store.commit(&first)?;
        between();
        store.commit(&second)
    })
}

/// A batch is said to be written while it waits for the next one.
fn late(before: impl Fn() + Send + Sync + 'static) -> Commit {
    let waiting = Mutex::new(Vec::new());
    Box::new(move |store, batch| {
        before();
        let next = batch.iter().map(copied).collect();
        let first = std::mem::replace(&mut *waiting.lock().unwrap(), next);
        store.commit(&first)
    })
}

/// The new build answers before the old one is retired, and the process ends in between.
fn flip_in_two(Instance { view, generation }: Instance) -> Result<(), StoreError> {
    let files = PathBuf::from(setting("RUNNER_FILES").unwrap());
    let connection = rusqlite::Connection::open(Disk::views(&files))?;
    connection.execute(
        "UPDATE checkpoints SET stage = 'active' WHERE view = $1 AND generation = $2",
        rusqlite::params![view.name, generation],
    )?;
    std::process::abort();
}

/// A runner that is refused writes all the same.
fn unfenced(store: &SqliteStore, batch: &[Writes]) -> Result<(), StoreError> {
    let refused = store.commit(batch);
    if !matches!(refused, Err(StoreError::Fenced(_))) {
        return refused;
    }
    for writes in batch {
        let Instance { view, generation } = writes.instance;
        let builds = store.checkpoints(view.name)?;
        let found = builds.into_iter().find(|(_, stored)| stored.generation == generation);
        let Some((_, stored)) = found else { return refused };
        let to = stored.token.position.max(writes.to);
        store.commit(&[Writes { from: stored.token, to, ..copied(writes) }])?;
    }
    std::fs::write(PathBuf::from(setting("RUNNER_WITNESS").unwrap()).join("wrote"), "").unwrap();
    std::process::exit(0);
}
