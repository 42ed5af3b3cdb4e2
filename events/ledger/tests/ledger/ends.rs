//! The ends of streams, which are gathered in memory and written in bulk.

use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;

use concord_ledger::{
    AppendError, CrashPoint, Expected, Faults, FsckError, Ledger, OpenError, SqliteLedger, SqliteOptions,
    fsck,
};
use rusqlite::Connection;
use tokio::task::JoinSet;

use crate::support::{append, clock, file, ids, ledger_id, new, open, options, stream};

const SCHEMA_1: &str = include_str!("schema_1.sql");

/// Limits so tight that ends are written all the time, and nothing is remembered.
fn tight() -> SqliteOptions {
    SqliteOptions { moved_ends: 6, ends_slice: 2, cached_streams: 1, ..options() }
}

/// Up to where the file's stored ends are complete, beside its last position.
fn completeness(path: &Path) -> (u64, u64) {
    let connection = Connection::open(path).unwrap();
    connection
        .query_row("SELECT ends_through, position FROM head", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
}

#[tokio::test]
async fn ends_are_written_in_bulk_and_when_the_ledger_closes() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(&file(&folder), SqliteOptions { moved_ends: 10, ends_slice: 4, ..options() });
    for number in 0..9 {
        new(ledger.append(append(number, stream(number), Expected::None, 1)).await);
    }
    assert_eq!(completeness(&file(&folder)), (0, 9));
    for number in 9..40 {
        new(ledger.append(append(number, stream(number % 20), Expected::Any, 1)).await);
    }
    let (through, position) = completeness(&file(&folder));
    assert!((10..40).contains(&through) && position == 40, "{through}");
    drop(ledger);
    assert_eq!(completeness(&file(&folder)), (40, 40));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_reader_never_misses_what_was_acknowledged_before_it_asked() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Arc::new(open(&file(&folder), tight()));
    let mut tasks = JoinSet::new();
    for task in 0..8_u128 {
        let ledger = Arc::clone(&ledger);
        tasks.spawn(async move {
            for round in 0..60 {
                let stream = stream(task * 10 + round % 7);
                let receipt =
                    new(ledger.append(append(task * 1_000 + round, stream, Expected::Any, 1)).await);
                let read = ledger.read_stream(stream, receipt.stream_version - 1, 5).await.unwrap();
                let found: Vec<_> = read.iter().map(|entry| (entry.position, entry.version)).collect();
                assert_eq!(found, [(receipt.token.position, receipt.stream_version)]);
            }
        });
    }
    tasks.join_all().await;
    drop(ledger);
    assert_eq!(fsck(&file(&folder), &mut |_, _| {}).unwrap().position, 480);
}

/// Tells of each commit, and takes its time before the writer goes on.
struct Slow(mpsc::Sender<()>);

impl Faults for Slow {
    fn reached(&self, point: CrashPoint) {
        if point == CrashPoint::AfterCommit {
            self.0.send(()).unwrap();
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_is_being_begun_is_read_as_far_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let (committed, told) = mpsc::channel();
    let faults: Arc<dyn Faults> = Arc::new(Slow(committed));
    let ledger = Arc::new(open(&file(&folder), SqliteOptions { faults: Some(faults), ..options() }));
    let appended = tokio::spawn({
        let ledger = Arc::clone(&ledger);
        async move { ledger.append(append(1, stream(1), Expected::None, 1)).await }
    });
    tokio::task::block_in_place(|| told.recv().unwrap());
    // Committed, and not yet known to where ends are looked up.
    assert_eq!(ledger.read_stream(stream(1), 0, 5).await.unwrap().len(), 1);
    new(appended.await.unwrap());
}

#[tokio::test]
async fn two_connections_that_write_ends_keep_them_true() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (open(&file(&folder), tight()), open(&file(&folder), tight()));
    for number in 0..90_u128 {
        let ledger = if number % 5 < 3 { &one } else { &two };
        let receipt = new(ledger.append(append(number, stream(number % 9), Expected::Any, 1)).await);
        assert_eq!(u128::from(receipt.stream_version), number / 9 + 1);
    }
    drop((one, two));
    assert_eq!(fsck(&file(&folder), &mut |_, _| {}).unwrap().position, 90);
    assert_eq!(completeness(&file(&folder)), (90, 90));
}

#[tokio::test]
async fn ends_that_cannot_be_written_stop_appends_before_they_are_too_many() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(&file(&folder), tight());
    let other = Connection::open(file(&folder)).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER refuse BEFORE INSERT ON ends BEGIN SELECT RAISE(ABORT, 'refused'); END",
        )
        .unwrap();
    let mut taken = 0;
    for number in 0..100 {
        match ledger.append(append(number, stream(number), Expected::None, 1)).await {
            Ok(_) => taken += 1,
            Err(error) => assert_eq!(error, AppendError::Unavailable),
        }
    }
    assert_eq!(taken, 6 * 4);
    other.execute_batch("DROP TRIGGER refuse").unwrap();
    new(ledger.append(append(200, stream(200), Expected::None, 1)).await);
    new(ledger.append(append(201, stream(3), Expected::Exact(1), 1)).await);
}

#[tokio::test]
async fn a_ledger_that_was_left_far_behind_takes_appends_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(&file(&folder), options());
    for number in 0..40 {
        new(ledger.append(append(number, stream(number % 9), Expected::Any, 1)).await);
    }
    let left = tempfile::tempdir().unwrap();
    for name in ["clinical.ledger", "clinical.ledger-wal"] {
        std::fs::copy(folder.path().join(name), left.path().join(name)).unwrap();
    }
    assert_eq!(completeness(&file(&left)), (0, 40));
    let ledger = open(&file(&left), tight());
    new(ledger.append(append(40, stream(4), Expected::Exact(4), 1)).await);
    assert!(completeness(&file(&left)).0 >= 40);
}

/// The tables as a file of that schema has them.
fn tables(path: &Path) -> Vec<(String, Option<String>)> {
    let connection = Connection::open(path).unwrap();
    let mut statement = connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

/// The same history in a file of schema 1.
fn as_schema_1(path: &Path, old: &Path) {
    let connection = Connection::open(old).unwrap();
    connection.execute_batch("PRAGMA page_size = 8192; PRAGMA journal_mode = wal").unwrap();
    connection.execute_batch(SCHEMA_1).unwrap();
    connection.execute("ATTACH ? AS new", [path.to_str().unwrap()]).unwrap();
    connection
        .execute_batch(
            "INSERT INTO head SELECT id, ledger, epoch, position, recorded_at, frontier FROM new.head;
             INSERT INTO streams SELECT * FROM new.streams;
             INSERT INTO entries SELECT position, stream, version, event_type, event_version, recorded_at,
                 leaf_hash, metadata, payload FROM new.entries;
             INSERT INTO receipts SELECT * FROM new.receipts;
             PRAGMA main.user_version = 1",
        )
        .unwrap();
}

#[tokio::test]
async fn a_file_of_schema_1_is_taken_over_with_all_it_holds() {
    let folder = tempfile::tempdir().unwrap();
    let (new_file, old_file) = (file(&folder), folder.path().join("old.ledger"));
    let ledger = open(&new_file, options());
    for number in 0..40 {
        let count = usize::try_from(number % 4).unwrap();
        new(ledger.append(append(number, stream(number * number % 7), Expected::Any, count)).await);
    }
    drop(ledger);
    as_schema_1(&new_file, &old_file);
    let unchecked = fsck(&old_file, &mut |_, _| {}).unwrap_err();
    assert!(matches!(unchecked, FsckError::OlderSchema { found: 1, known: 3 }), "{unchecked}");

    drop(open(&old_file, options()));
    assert_eq!(tables(&old_file), tables(&new_file));
    let [taken_over, made_new] = [&old_file, &new_file].map(|path| fsck(path, &mut |_, _| {}).unwrap());
    assert_eq!(taken_over, made_new);
    let (old, new_one) = (open(&old_file, options()), open(&new_file, options()));
    assert_eq!(completeness(&old_file), completeness(&new_file));
    for number in 0..7 {
        let read = old.read_stream(stream(number), 0, 100).await.unwrap();
        assert_eq!(read, new_one.read_stream(stream(number), 0, 100).await.unwrap());
        let receipt = new(old.append(append(100 + number, stream(number), Expected::Any, 1)).await);
        assert_eq!(receipt.stream_version, read.len() as u64 + 1);
    }
    drop(old);
    fsck(&old_file, &mut |_, _| {}).unwrap();
}

#[tokio::test]
async fn a_file_of_schema_1_of_another_ledger_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (new_file, old_file) = (file(&folder), folder.path().join("old.ledger"));
    drop(open(&new_file, options()));
    as_schema_1(&new_file, &old_file);
    let other = concord_kernel::LedgerId { kind: concord_kernel::LedgerKind::Access, ..ledger_id() };
    let refused = SqliteLedger::open(&old_file, other, clock(), ids(), options()).err().unwrap();
    assert!(matches!(refused, OpenError::OtherLedger { .. }), "{refused}");
    let connection = Connection::open(&old_file).unwrap();
    let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 1);
}
