//! Tampering and decay: the file refuses what it can, and fsck names the first wrong position of the rest.

use std::path::Path;

use concord_ledger::{Expected, Fault, FsckError, Ledger, SqliteOptions, fsck};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::support::{append, file, new, open, options, stream};

const EVENTS: u64 = 30;

/// A ledger of thirty events of three streams, closed.
async fn history() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(&file(&folder), options());
    for number in 0..15 {
        new(ledger.append(append(number, stream(number % 3), Expected::Any, 2)).await);
    }
    new(ledger.append(append(90, stream(1), Expected::Any, 0)).await);
    folder
}

fn check(path: &Path) -> Result<u64, FsckError> {
    fsck(path, &mut |_, _| {}).map(|report| report.position)
}

/// Changes the file as somebody does who can write it and knows SQLite.
fn tamper(path: &Path, sql: &str) {
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch(
            "DROP TRIGGER entries_keep; DROP TRIGGER entries_stay; DROP TRIGGER streams_keep;
             DROP TRIGGER receipts_keep; DROP TRIGGER receipts_stay; DROP TRIGGER ends_stay",
        )
        .unwrap();
    connection.execute_batch(sql).expect(sql);
}

#[tokio::test]
async fn a_sound_ledger_is_reported() {
    let folder = history().await;
    let mut steps = Vec::new();
    let report = fsck(&file(&folder), &mut |done, all| steps.push((done, all))).unwrap();
    assert_eq!((report.position, report.streams, report.receipts), (EVENTS, 3, 16));
    assert_eq!(report.ledger, "riverbend/clinical");
    assert_eq!(steps.last(), Some(&(EVENTS, EVENTS)));
    let ledger = open(&file(&folder), options());
    let head = ledger.head().await.unwrap();
    assert_eq!((report.root, report.epoch), (head.root, head.token.epoch));
    // Also while it is in use.
    assert_eq!(check(&file(&folder)).unwrap(), EVENTS);
}

#[tokio::test]
async fn the_file_itself_refuses_to_forget() {
    let folder = history().await;
    let connection = Connection::open(file(&folder)).unwrap();
    for table in ["entries", "streams", "receipts"] {
        let error = connection.execute(&format!("DELETE FROM {table}"), []).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{table}: {error}");
    }
    for change in ["entries SET payload = x''", "streams SET kind = 'x'", "receipts SET reply = x''"] {
        let error = connection.execute(&format!("UPDATE {change}"), []).unwrap_err();
        assert!(error.to_string().contains("append-only"), "{change}: {error}");
    }
    assert!(connection.execute("DELETE FROM head", []).is_err());
    assert!(connection.execute("DELETE FROM ends", []).is_err());
    drop(connection);
    assert_eq!(check(&file(&folder)).unwrap(), EVENTS);
}

#[tokio::test]
async fn fsck_names_the_first_wrong_position() {
    let cases: [(&str, u64, Fault); 26] = [
        ("UPDATE entries SET payload = CAST(payload || ' ' AS BLOB) WHERE position = 7", 7, Fault::Leaf),
        ("UPDATE entries SET metadata = x'7b7d' WHERE position IN (9, 11)", 9, Fault::Leaf),
        ("UPDATE entries SET event_type = 'ScaleVoided' WHERE position = 8", 8, Fault::Leaf),
        ("UPDATE entries SET event_version = 2 WHERE position = 8", 8, Fault::Leaf),
        ("UPDATE entries SET leaf_hash = zeroblob(32) WHERE position = 12", 12, Fault::Leaf),
        ("UPDATE entries SET recorded_at = recorded_at + 1000 WHERE position = 30", 30, Fault::Leaf),
        ("UPDATE entries SET recorded_at = recorded_at - 1000 WHERE position = 13", 13, Fault::Time),
        ("UPDATE entries SET version = version + 100 WHERE position = 30", 30, Fault::Version),
        ("UPDATE entries SET previous = 0 WHERE position = 8", 8, Fault::Previous),
        ("UPDATE entries SET previous = 4 WHERE position = 8", 8, Fault::Previous),
        ("UPDATE entries SET previous = 28 WHERE position IN (8, 28)", 8, Fault::Previous),
        ("UPDATE streams SET kind = 'care_team' WHERE number = 2", 3, Fault::Leaf),
        ("DELETE FROM entries WHERE position = 14", 14, Fault::Missing),
        ("DELETE FROM entries WHERE position = 30", 30, Fault::Missing),
        ("UPDATE head SET position = 29", 30, Fault::AfterHead),
        (
            "UPDATE entries SET position = -1 WHERE position = 19;
             UPDATE entries SET position = 19 WHERE position = 20;
             UPDATE entries SET position = 20 WHERE position = -1",
            19,
            Fault::Version,
        ),
        ("DELETE FROM receipts WHERE position = 16", 15, Fault::Receipt),
        ("UPDATE receipts SET stream_version = 7 WHERE position = 18", 17, Fault::Receipt),
        ("UPDATE receipts SET count = 3 WHERE position = 18", 17, Fault::Receipt),
        ("UPDATE ends SET position = 27 WHERE stream = 2", 28, Fault::End),
        ("UPDATE ends SET position = 30 WHERE stream = 2", 28, Fault::End),
        ("UPDATE ends SET position = -1 WHERE stream IN (1, 2)", 26, Fault::End),
        ("DELETE FROM ends WHERE stream IN (1, 3)", 26, Fault::End),
        ("INSERT INTO ends VALUES (9, 12)", 12, Fault::End),
        ("UPDATE head SET ends_through = 20; UPDATE ends SET position = 19 WHERE stream = 1", 20, Fault::End),
        ("UPDATE head SET ends_through = 31", 31, Fault::End),
    ];
    for (sql, wrong, what) in cases {
        let folder = history().await;
        tamper(&file(&folder), sql);
        let error = check(&file(&folder)).unwrap_err();
        let FsckError::Entry { position, fault } = error else { panic!("{sql}: {error}") };
        assert_eq!((position, fault), (wrong, what), "{sql}");
    }
}

#[tokio::test]
async fn entries_of_two_streams_cannot_change_places() {
    let folder = history().await;
    // Positions 2 and 3 are of different streams, with times that still rise.
    tamper(
        &file(&folder),
        "CREATE TEMP TABLE swap AS SELECT position, recorded_at FROM entries WHERE position IN (2, 3);
         UPDATE entries SET position = -1 WHERE position = 2;
         UPDATE entries SET position = 2 WHERE position = 3;
         UPDATE entries SET position = 3 WHERE position = -1;
         UPDATE entries SET recorded_at = (SELECT recorded_at FROM swap WHERE swap.position = entries.position)
             WHERE position IN (2, 3)",
    );
    let error = check(&file(&folder)).unwrap_err();
    assert!(matches!(error, FsckError::Entry { position: 2, fault: Fault::Leaf }), "{error}");
}

#[tokio::test]
async fn a_head_with_another_root_is_found() {
    let folder = history().await;
    tamper(&file(&folder), "UPDATE head SET frontier = zeroblob(length(frontier))");
    let error = check(&file(&folder)).unwrap_err();
    assert!(matches!(error, FsckError::Root), "{error}");
}

#[tokio::test]
async fn every_flipped_bit_of_a_payload_is_found() {
    let folder = history().await;
    let sound = std::fs::read(file(&folder)).unwrap();
    let payload = b"{\"command\":6,\"index\":1,\"of\":2}";
    let at = sound.windows(payload.len()).position(|window| window == payload).unwrap();
    for bit in 0..payload.len() * 8 {
        let mut damaged = sound.clone();
        damaged[at + bit / 8] ^= 1 << (bit % 8);
        std::fs::write(file(&folder), damaged).unwrap();
        let error = check(&file(&folder)).unwrap_err();
        assert!(matches!(error, FsckError::Entry { position: 14, fault: Fault::Leaf }), "{bit}: {error}");
    }
}

#[tokio::test]
async fn random_damage_is_found_or_harmless_but_never_a_panic() {
    use rand::{Rng, SeedableRng};
    let folder = history().await;
    let sound = std::fs::read(file(&folder)).unwrap();
    let report = fsck(&file(&folder), &mut |_, _| {}).unwrap();
    let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
    for _ in 0..300 {
        let mut damaged = sound.clone();
        let at = random.random_range(0..damaged.len());
        damaged[at] ^= 1 << random.random_range(0..8);
        std::fs::write(file(&folder), damaged).unwrap();
        // Free bytes, statistics and replies are not hashed; everything else that passes must say the same.
        if let Ok(passed) = fsck(&file(&folder), &mut |_, _| {}) {
            assert_eq!((passed.position, passed.root), (report.position, report.root), "byte {at}");
        }
        if let Ok(ledger) = concord_ledger::SqliteLedger::open(
            &file(&folder),
            crate::support::ledger_id(),
            crate::support::clock(),
            crate::support::ids(),
            SqliteOptions::default(),
        ) {
            let _ = ledger.append(append(500, stream(1), Expected::Any, 1)).await;
            let _ = ledger.read(0, &concord_ledger::Filter::default(), 50).await;
        }
        for rest in ["clinical.ledger-wal", "clinical.ledger-shm"] {
            let _ = std::fs::remove_file(folder.path().join(rest));
        }
    }
}

#[tokio::test]
async fn a_reader_refuses_a_gap() {
    let folder = history().await;
    let ledger = open(&file(&folder), options());
    tamper(&file(&folder), "DELETE FROM entries WHERE position = 14");
    let all = ledger.read(0, &concord_ledger::Filter::default(), 50).await;
    assert!(matches!(all, Err(concord_ledger::ReadError::Corrupt(_))), "{all:?}");
    let one = ledger.read_stream(stream(0), 0, 50).await;
    assert!(matches!(one, Err(concord_ledger::ReadError::Corrupt(_))), "{one:?}");
    assert_eq!(ledger.read_stream(stream(1), 0, 50).await.unwrap().len(), 10);
}

#[tokio::test]
async fn ends_that_are_older_than_the_head_says_are_not_missed() {
    let folder = history().await;
    // As a process leaves them that ended in the middle of writing them.
    tamper(
        &file(&folder),
        "UPDATE head SET ends_through = 20; UPDATE ends SET position = 20 WHERE stream = 1;
         DELETE FROM ends WHERE stream = 3; INSERT INTO ends VALUES (3, 24)",
    );
    assert_eq!(check(&file(&folder)).unwrap(), EVENTS);
    let ledger = open(&file(&folder), options());
    for number in 0..3 {
        assert_eq!(ledger.read_stream(stream(number), 0, 50).await.unwrap().len(), 10);
        new(ledger.append(append(600 + number, stream(number), Expected::Exact(10), 1)).await);
    }
}

#[tokio::test]
async fn a_reader_refuses_a_chain_that_leads_astray() {
    for sql in [
        "UPDATE entries SET previous = 0 WHERE position = 14",
        "UPDATE entries SET previous = 12 WHERE position = 14",
        "UPDATE entries SET previous = 14 WHERE position = 14",
        "UPDATE entries SET previous = 20 WHERE position = 14",
        "UPDATE entries SET previous = -1 WHERE position = 14",
        "UPDATE entries SET previous = 2 WHERE position = 1",
        "UPDATE entries SET version = 4 WHERE position = 7",
        "UPDATE ends SET position = 27 WHERE stream = 1",
        "UPDATE ends SET position = 31 WHERE stream = 1",
        "DELETE FROM ends WHERE stream = 1",
    ] {
        let folder = history().await;
        tamper(&file(&folder), sql);
        let ledger = open(&file(&folder), options());
        let read = ledger.read_stream(stream(0), 0, 50).await;
        assert!(matches!(read, Err(concord_ledger::ReadError::Corrupt(_))), "{sql}: {read:?}");
        assert_eq!(ledger.read_stream(stream(2), 0, 50).await.unwrap().len(), 10, "{sql}");
    }
}

#[tokio::test]
async fn nothing_is_appended_to_a_stream_whose_end_is_not_its_own() {
    for sql in ["UPDATE ends SET position = 27 WHERE stream = 1", "DELETE FROM ends WHERE stream = 1"] {
        let folder = history().await;
        tamper(&file(&folder), sql);
        let ledger = open(&file(&folder), options());
        let answer = ledger.append(append(600, stream(0), Expected::Any, 1)).await;
        assert!(matches!(answer, Err(concord_ledger::AppendError::Corrupt(_))), "{sql}: {answer:?}");
        new(ledger.append(append(601, stream(1), Expected::Exact(10), 1)).await);
    }
}
