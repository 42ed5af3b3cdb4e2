//! The child process of the crash and power tests, and its witness.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use concord_ledger::{
    Append, AppendError, CrashPoint, Durability, Expected, Faults, Filter, Ledger, SqliteLedger,
    SqliteOptions,
};
use tokio::task::JoinSet;

use crate::support::{append, new, open, stream};

/// Writers in the child.
const TASKS: u64 = 16;
/// Commands that a writer has in one round, far more than it comes to.
const NUMBERS: u64 = 1_000_000;
/// Streams that they write to.
pub(crate) const STREAMS: u128 = 5;
/// A command that no writer asks.
pub(crate) const NEVER_ASKED: u128 = 999_999_999_999;
/// Transactions before a named crash.
const QUIET_TRANSACTIONS: u64 = 20;
/// After so long without an acknowledgement, all that were given have been told to the witness.
const QUIET: Duration = Duration::from_millis(200);

/// The command with this number, the same whenever it is asked: most append up to three events, some conflict.
pub(crate) fn load(number: u128) -> Append {
    let expected = if number % 7 == 6 { Expected::Exact(3) } else { Expected::Any };
    append(number, stream(number % STREAMS), expected, usize::try_from(number % 4).unwrap())
}

/// Small limits, so that checkpoints and restarts of the write-ahead log and the writing of ends take part.
pub(crate) fn options(durability: Durability) -> SqliteOptions {
    SqliteOptions {
        checkpoint_bytes: 512 * 1024,
        restart_bytes: 2 * 1024 * 1024,
        moved_ends: 24,
        ends_slice: 2,
        cached_streams: 3,
        durability,
        ..Default::default()
    }
}

/// What was asked and what was acknowledged.
#[derive(Default)]
pub(crate) struct Witness {
    pub(crate) asked: Vec<u128>,
    pub(crate) acks: Vec<Ack>,
}

/// An acknowledgement that somebody outside has seen.
pub(crate) struct Ack {
    pub(crate) number: u128,
    pub(crate) position: u64,
    pub(crate) count: u32,
}

impl Witness {
    /// Reads the whole lines; a line that a kill cut short was not said.
    pub(crate) fn read(path: &Path) -> Self {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let mut witness = Self::default();
        for line in text.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                ["ask", number] => witness.asked.push(number.parse().unwrap()),
                ["ack", number, position, count] => witness.acks.push(Ack {
                    number: number.parse().unwrap(),
                    position: position.parse().unwrap(),
                    count: count.parse().unwrap(),
                }),
                other => panic!("{other:?}"),
            }
        }
        witness
    }
}

/// One line in one system call, so that lines of several threads never mix.
fn tell(mut witness: &File, line: &str) {
    witness.write_all(line.as_bytes()).unwrap();
}

/// Ends the process at a named point; with early acknowledgements, when the witness has heard them.
struct Crash {
    point: CrashPoint,
    early: bool,
    passed: AtomicU64,
    acks: Arc<AtomicU64>,
}

impl Faults for Crash {
    fn reached(&self, point: CrashPoint) {
        if point != self.point || self.passed.fetch_add(1, Ordering::SeqCst) < QUIET_TRANSACTIONS {
            return;
        }
        if self.early {
            // The batch has been answered already; only what the witness hears can be missed.
            let (mut heard, mut since) = (self.acks.load(Ordering::SeqCst), Instant::now());
            while since.elapsed() < QUIET {
                sleep(Duration::from_millis(1));
                let now = self.acks.load(Ordering::SeqCst);
                if std::mem::replace(&mut heard, now) != now {
                    since = Instant::now();
                }
            }
        }
        std::process::abort();
    }
}

fn setting(name: &str) -> Option<String> {
    std::env::var_os(name).map(|text| text.into_string().unwrap())
}

fn durability() -> Durability {
    match setting("WRITER_DURABILITY").as_deref() {
        None => Durability::Full,
        Some("MutationAckBeforeCommit") => Durability::MutationAckBeforeCommit,
        Some("MutationNormalSync") => Durability::MutationNormalSync,
        Some(other) => panic!("{other}"),
    }
}

#[test]
#[ignore = "the crash and power tests start it as a process of its own"]
fn child() {
    let file = PathBuf::from(setting("WRITER_FILE").expect("a crash or power test starts this"));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    match (setting("WRITER_FLAG"), setting("WRITER_LAST")) {
        (_, Some(number)) => runtime.block_on(last(&file, number.parse().unwrap())),
        (Some(flag), None) => runtime.block_on(endure(&file, Path::new(&flag))),
        (None, None) => runtime.block_on(write(&file)),
    }
}

/// Writes until somebody ends the process.
async fn write(file: &Path) {
    let acks = Arc::new(AtomicU64::new(0));
    let point = setting("WRITER_CRASH").map(|name| match name.as_str() {
        "AfterBegin" => CrashPoint::AfterBegin,
        "AfterInsert" => CrashPoint::AfterInsert,
        "BeforeCommit" => CrashPoint::BeforeCommit,
        "AfterCommit" => CrashPoint::AfterCommit,
        "BeforeEnds" => CrashPoint::BeforeEnds,
        "AfterEnds" => CrashPoint::AfterEnds,
        other => panic!("{other}"),
    });
    let early = durability() == Durability::MutationAckBeforeCommit;
    let faults = point.map(|point| {
        let crash = Crash { point, early, passed: AtomicU64::new(0), acks: Arc::clone(&acks) };
        Arc::new(crash) as Arc<dyn Faults>
    });
    let ledger = Arc::new(open(file, SqliteOptions { faults, ..options(durability()) }));
    let witness = setting("WRITER_WITNESS").unwrap();
    let witness = Arc::new(OpenOptions::new().create(true).append(true).open(witness).unwrap());
    let round: u64 = setting("WRITER_ROUND").map_or(0, |text| text.parse().unwrap());
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let first = (round * TASKS + task) * NUMBERS;
        tasks.spawn(ask(Arc::clone(&ledger), Arc::clone(&witness), Arc::clone(&acks), first, early));
    }
    tasks.join_all().await;
}

async fn ask(
    ledger: Arc<SqliteLedger>,
    witness: Arc<File>,
    acks: Arc<AtomicU64>,
    first: u64,
    only_new: bool,
) {
    for number in first..first + NUMBERS {
        // Then every transaction loses something when it is lost.
        if only_new && number % 7 == 6 {
            continue;
        }
        tell(&witness, &format!("ask {number}\n"));
        // Every fifth is asked once more, as by a client whose connection broke.
        for _ in 0..if number % 5 == 0 && !only_new { 2 } else { 1 } {
            match ledger.append(load(number.into())).await {
                Ok(appended) => {
                    let receipt = appended.into_receipt();
                    tell(&witness, &format!("ack {number} {} {}\n", receipt.token.position, receipt.count));
                    acks.fetch_add(1, Ordering::SeqCst);
                }
                Err(error) => assert!(matches!(error, AppendError::Conflict { .. }), "{error}"),
            }
        }
    }
}

/// Asks the commands up to `number`, tells what was acknowledged to the witness, and ends without closing anything. With
/// a flag set, the disk's part in the last one ends the process.
async fn last(file: &Path, number: u64) {
    let ledger = Arc::new(open(file, options(Durability::Full)));
    let witness = setting("WRITER_WITNESS").unwrap();
    let witness = Arc::new(OpenOptions::new().create(true).append(true).open(witness).unwrap());
    for asked in 1..=number {
        if asked == number
            && let Some(flag) = setting("POWER_DIES")
        {
            std::fs::write(flag, "").unwrap();
        }
        let receipt = ledger.append(load(asked.into())).await.unwrap().into_receipt();
        tell(&witness, &format!("ack {asked} {} {}\n", receipt.token.position, receipt.count));
    }
    std::process::abort();
}

/// Goes through a time in which the disk fails; `flag` is the file that makes it fail.
async fn endure(file: &Path, flag: &Path) {
    let ledger = open(file, options(Durability::Full));
    for number in 0..5 {
        new(ledger.append(append(number, stream(1), Expected::Any, 2)).await);
    }
    let before = ledger.head().await.unwrap();
    std::fs::write(flag, "").unwrap();
    for number in 5..8 {
        let answer = ledger.append(append(number, stream(1), Expected::Any, 2)).await;
        assert_eq!(answer, Err(AppendError::Unavailable));
    }
    assert_eq!(ledger.head().await.unwrap(), before);
    assert_eq!(ledger.read(0, &Filter::default(), 50).await.unwrap().through, 10);
    std::fs::remove_file(flag).unwrap();
    for number in 5..8 {
        let receipt = new(ledger.append(append(number, stream(1), Expected::Any, 2)).await);
        assert_eq!(u128::from(receipt.token.position), 2 * (number + 1));
    }
}
