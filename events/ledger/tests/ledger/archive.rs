//! Exports: from either store into either store, cut off anywhere, with any byte changed.

use std::io::{Cursor, Read};
use std::path::Path;

use concord_kernel::{LedgerId, LedgerKind, SeededIds, Token};
use concord_ledger::{
    Appended, ArchiveError, Entry, Expected, Fault, Filter, FsckError, Ledger, OpenError, PostgresLedger,
    PostgresOptions, Report, Restored, SqliteLedger, export_database, export_file, fsck, fsck_database,
    restore_database, restore_file, verify,
};
use tempfile::TempDir;
use tokio_postgres::Config;

use crate::support::{
    append, clock, command, database, file, ledger_id, morning, new, open, open_postgres, options, stream,
};

/// Commands of the history that is exported; the last has no events.
const COMMANDS: u128 = 12;

async fn fill(ledger: &dyn Ledger) {
    new(ledger.append(append(500, stream(9), Expected::Any, 0)).await);
    for number in 0..COMMANDS {
        let count = usize::try_from(number % 3).unwrap() + 1;
        new(ledger.append(append(number, stream(number % 4), Expected::Any, count)).await);
    }
    new(ledger.append(append(501, stream(9), Expected::Any, 0)).await);
    new(ledger.append(append(502, stream(1), Expected::Any, 0)).await);
}

async fn all(ledger: &dyn Ledger) -> Vec<Entry> {
    let mut entries = Vec::new();
    loop {
        let page = ledger.read(entries.len() as u64, &Filter::default(), 50).await.unwrap();
        if page.entries.is_empty() {
            return entries;
        }
        entries.extend(page.entries);
    }
}

fn check(export: &[u8]) -> Result<Report, ArchiveError> {
    verify(Cursor::new(export), &mut |_, _| {})
}

/// Identifiers that no other ledger of these tests has.
fn other_ids() -> SeededIds {
    SeededIds::new(77)
}

/// Nor these.
fn third_ids() -> SeededIds {
    SeededIds::new(78)
}

fn into_file(path: &Path, export: &[u8]) -> Result<Restored, ArchiveError> {
    restore_file(path, &ledger_id(), Cursor::new(export), (&*clock(), &other_ids()), &mut |_, _| {})
}

async fn into_database(database: &Config, export: impl Read) -> Result<Restored, ArchiveError> {
    restore_database(database, &ledger_id(), export, (&*clock(), &third_ids()), &mut |_, _| {}).await
}

/// A history in a file, closed, and its export.
async fn from_file() -> (TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(&file(&folder), options());
    fill(&ledger).await;
    drop(ledger);
    let mut export = Vec::new();
    let report = export_file(&file(&folder), &mut export, &mut |_, _| {}).unwrap();
    assert_eq!(report, fsck(&file(&folder), &mut |_, _| {}).unwrap());
    (folder, export)
}

/// Whether the ledger is the one in `folder`, in another epoch, and goes on as a ledger does.
async fn is_the_same(restored: &dyn Ledger, folder: &TempDir) {
    let original = open(&file(folder), options());
    assert_eq!(all(restored).await, all(&original).await);
    let (head, was) = (restored.head().await.unwrap(), original.head().await.unwrap());
    assert_eq!((head.root, head.recorded_at), (was.root, was.recorded_at));
    assert_ne!(head.token.epoch, was.token.epoch);
    for number in 0..COMMANDS {
        let (hash, receipt) = original.receipt(command(number)).await.unwrap().unwrap();
        let (same_hash, again) = restored.receipt(command(number)).await.unwrap().unwrap();
        let token = Token { epoch: head.token.epoch, ..receipt.token };
        assert_eq!((same_hash, again), (hash, concord_ledger::Receipt { token, ..receipt }));
    }
    let epochs = restored.epochs().await.unwrap();
    assert_eq!(epochs.judge(was.token, head.token.position), Ok(()), "its tokens hold");
    let beyond = Token { position: was.token.position + 1, ..was.token };
    assert!(
        epochs.judge(beyond, head.token.position + 9).is_err(),
        "but for those of a future that it did not have"
    );
    let again = restored.append(append(3, stream(3), Expected::Any, 1)).await;
    assert!(matches!(again, Ok(Appended::Repeated(_))), "{again:?}");
    let versions: Vec<_> = restored.read_stream(stream(2), 0, 50).await.unwrap();
    let next = new(restored.append(append(900, stream(2), Expected::Exact(versions.len() as u64), 1)).await);
    assert_eq!((next.token.epoch, next.token.position), (head.token.epoch, head.token.position + 1));
}

#[tokio::test]
async fn a_file_is_restored_from_its_export() {
    let (folder, export) = from_file().await;
    let fresh = tempfile::tempdir().unwrap();
    let restored = into_file(&file(&fresh), &export).unwrap();
    assert_eq!(restored.report, check(&export).unwrap());
    assert_eq!(restored.begun.was.position, restored.report.position);
    let ledger =
        SqliteLedger::open(&file(&fresh), ledger_id(), clock(), std::sync::Arc::new(other_ids()), options());
    let ledger = ledger.unwrap();
    is_the_same(&ledger, &folder).await;
    drop(ledger);
    fsck(&file(&fresh), &mut |_, _| {}).unwrap();
}

#[tokio::test]
async fn a_ledger_moves_into_a_database_and_back() {
    let (folder, export) = from_file().await;
    let database = database();
    let restored = into_database(&database, Cursor::new(&export)).await.unwrap();
    assert_eq!(restored.report, check(&export).unwrap());
    let mut moved = Vec::new();
    let report = export_database(&database, &ledger_id(), &mut moved, &mut |_, _| {}).await.unwrap();
    assert_eq!((report.root, report.receipts), (restored.report.root, restored.report.receipts));
    let ledger = open_postgres(&database, &clock()).await;
    is_the_same(&ledger, &folder).await;
    let sound = fsck_database(&database, &ledger_id(), &mut |_, _| {}).await.unwrap();
    assert_eq!(sound.position, report.position + 1);

    let fresh = tempfile::tempdir().unwrap();
    into_file(&file(&fresh), &moved).unwrap();
    let back =
        SqliteLedger::open(&file(&fresh), ledger_id(), clock(), std::sync::Arc::new(other_ids()), options());
    let back = back.unwrap();
    assert_eq!(
        back.epochs().await.unwrap().iter().count(),
        3,
        "where it began, where it went, and where it is"
    );
    is_the_same(&back, &folder).await;
}

#[tokio::test]
async fn only_an_empty_ledger_is_restored_into() {
    let (folder, export) = from_file().await;
    let position = check(&export).unwrap().position;
    let refused = into_file(&file(&folder), &export).unwrap_err();
    assert!(matches!(refused, ArchiveError::NotEmpty { position: found } if found == position), "{refused}");

    let begun = tempfile::tempdir().unwrap();
    drop(open(&file(&begun), options()));
    into_file(&file(&begun), &export).unwrap();
    let answered = tempfile::tempdir().unwrap();
    let ledger = open(&file(&answered), options());
    new(ledger.append(append(1, stream(1), Expected::Any, 0)).await);
    drop(ledger);
    let refused = into_file(&file(&answered), &export).unwrap_err();
    assert!(matches!(refused, ArchiveError::NotEmpty { position: 0 }), "a receipt is a history: {refused}");

    let database = database();
    drop(open_postgres(&database, &clock()).await);
    into_database(&database, Cursor::new(&export)).await.unwrap();
    let refused = into_database(&database, Cursor::new(&export)).await.unwrap_err();
    assert!(matches!(refused, ArchiveError::NotEmpty { position: found } if found == position), "{refused}");
}

#[tokio::test]
async fn an_export_of_another_ledger_is_refused() {
    let (_folder, export) = from_file().await;
    let other = LedgerId { kind: LedgerKind::Access, ..ledger_id() };
    let fresh = tempfile::tempdir().unwrap();
    let refused =
        restore_file(&file(&fresh), &other, Cursor::new(&export), (&*clock(), &other_ids()), &mut |_, _| {});
    assert!(matches!(refused, Err(ArchiveError::OtherLedger { .. })), "{refused:?}");
    assert!(!file(&fresh).exists());
}

/// What a restore that is cut off anywhere leaves is nothing that could be served, and the next one goes well.
#[tokio::test]
async fn a_restore_that_is_cut_off_leaves_nothing_and_can_be_begun_again() {
    let (_folder, export) = from_file().await;
    let (fresh, database) = (tempfile::tempdir().unwrap(), database());
    for end in (0..export.len()).step_by(151) {
        let cut = into_file(&file(&fresh), &export[..end]);
        assert!(cut.is_err() && !file(&fresh).exists(), "{end}: {cut:?}");
    }
    for end in (0..export.len()).step_by(901) {
        assert!(into_database(&database, Cursor::new(&export[..end])).await.is_err(), "{end}");
        let rows = fsck_database(&database, &ledger_id(), &mut |_, _| {}).await;
        assert!(matches!(rows, Err(ArchiveError::NoLedger)), "{end}: {rows:?}");
    }
    into_file(&file(&fresh), &export).unwrap();
    into_database(&database, Cursor::new(&export)).await.unwrap();
}

#[tokio::test]
async fn every_changed_byte_of_an_export_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = open(&file(&folder), options());
    for number in 0..4 {
        new(ledger.append(append(number, stream(number % 2), Expected::Any, 1)).await);
    }
    drop(ledger);
    let mut export = Vec::new();
    export_file(&file(&folder), &mut export, &mut |_, _| {}).unwrap();
    assert!(check(&export).is_ok());
    for at in 0..export.len() {
        let mut changed = export.clone();
        changed[at] ^= 1 << (at % 8);
        let found = check(&changed);
        assert!(found.is_err(), "byte {at} of {}: {found:?}", export.len());
        assert!(check(&export[..at]).is_err(), "cut at {at}");
    }
    let mut longer = export.clone();
    longer.push(b'\n');
    assert!(matches!(check(&longer), Err(ArchiveError::Digest)));
}

/// Where `what` stands in `export`, counted from the `nth` time.
fn find(export: &[u8], what: &str, nth: usize) -> usize {
    export.windows(what.len()).enumerate().filter(|(_, seen)| *seen == what.as_bytes()).nth(nth).unwrap().0
}

#[tokio::test]
async fn the_first_wrong_position_of_an_export_is_named() {
    let (_folder, export) = from_file().await;
    // The command with number 5 has the events 10, 11 and 12: 1+2+3+1+2 come before.
    let mut payload = export.clone();
    payload[find(&export, "{\"command\":5,\"index\":1", 0) + 12] ^= 1;
    let error = check(&payload).unwrap_err();
    let wanted = FsckError::Entry { position: 11, fault: Fault::Leaf };
    assert_eq!(error.to_string(), wanted.to_string(), "{error:?}");
    let cut = check(&export[..find(&export, "{\"command\":5,\"index\":1", 0)]).unwrap_err();
    assert!(matches!(cut, ArchiveError::Cut { after: 10 }), "{cut}");
    let mut newer = export.clone();
    newer[find(&export, " 1\n", 0) + 1] = b'2';
    assert!(matches!(check(&newer), Err(ArchiveError::OtherFormat { .. })));
    assert!(matches!(check(b"SQLite format 3\0"), Err(ArchiveError::NotAnExport)));
}

/// An export without its digest at the end would let a changed reply pass, which no leaf binds.
#[tokio::test]
async fn the_suite_sees_a_check_that_does_without_the_digest() {
    let (_folder, export) = from_file().await;
    let mut reply = export.clone();
    reply[find(&export, "reply 5", 0)] ^= 1;
    assert!(
        matches!(check(&reply), Err(ArchiveError::Digest)),
        "rows and root are right, and the file is not"
    );
}

#[tokio::test]
async fn a_damaged_ledger_is_not_exported() {
    let (folder, _) = from_file().await;
    let connection = rusqlite::Connection::open(file(&folder)).unwrap();
    connection
        .execute_batch("DROP TRIGGER entries_keep; UPDATE entries SET payload = x'7b7d' WHERE position = 7")
        .unwrap();
    drop(connection);
    let error = export_file(&file(&folder), &mut Vec::new(), &mut |_, _| {}).unwrap_err();
    let wanted = FsckError::Entry { position: 7, fault: Fault::Leaf };
    assert_eq!(error.to_string(), wanted.to_string());
}

/// Each way to damage a database, and what is found.
#[tokio::test]
async fn fsck_of_a_database_names_the_first_wrong_position() {
    let cases = [
        ("UPDATE events SET payload = '{}' WHERE position = 6", 6, Fault::Leaf),
        ("UPDATE events SET metadata = '{}' WHERE position = 6", 6, Fault::Leaf),
        ("UPDATE events SET event_type = 'Other' WHERE position = 6", 6, Fault::Leaf),
        ("UPDATE events SET leaf_hash = sha256('x') WHERE position = 6", 6, Fault::Leaf),
        ("UPDATE events SET sequence = 40 WHERE position = 6", 6, Fault::Version),
        ("UPDATE events SET recorded_at = recorded_at - interval '1 day' WHERE position = 6", 6, Fault::Time),
        ("UPDATE events SET aggregate_type = 'none' WHERE position = 6", 6, Fault::Unreadable),
        ("UPDATE events SET event_version = 'x' WHERE position = 6", 6, Fault::Unreadable),
        ("DELETE FROM events WHERE position = 6", 6, Fault::Missing),
        ("DELETE FROM events WHERE position > 20", 21, Fault::Missing),
        ("DELETE FROM receipts WHERE position = 6 AND count > 0", 4, Fault::Receipt),
        ("UPDATE receipts SET stream_version = 9 WHERE position = 6", 4, Fault::Receipt),
        ("UPDATE heads SET position = position - 1, frontier = ''", 0, Fault::Missing),
    ];
    for (sql, position, fault) in cases {
        let database = database();
        let ledger = open_postgres(&database, &clock()).await;
        fill(&ledger).await;
        let sound = fsck_database(&database, &ledger_id(), &mut |_, _| {}).await.unwrap();
        assert_eq!((sound.position, sound.streams, sound.receipts), (24, 4, 15));
        let loose = format!("SET session_replication_role = replica; {sql}");
        crate::support::statement(&database, &loose).await;
        let error = fsck_database(&database, &ledger_id(), &mut |_, _| {}).await.unwrap_err();
        let wanted = if position == 0 { FsckError::Root } else { FsckError::Entry { position, fault } };
        assert_eq!(error.to_string(), wanted.to_string(), "{sql}");
    }
}

#[tokio::test]
async fn what_was_served_must_be_there_when_a_database_is_opened() {
    let database = database();
    let ledger = open_postgres(&database, &clock()).await;
    fill(&ledger).await;
    let entries = all(&ledger).await;
    let head = ledger.head().await.unwrap().token;
    drop(ledger);
    let open = |position: u64, leaf| {
        let seen = Some(concord_ledger::Seen { token: Token { position, ..head }, leaf });
        let options = PostgresOptions { seen, ..PostgresOptions::default() };
        PostgresLedger::open(&database, ledger_id(), clock(), std::sync::Arc::new(other_ids()), options)
    };
    assert!(open(24, entries[23].leaf_hash).await.is_ok());
    assert!(open(20, entries[19].leaf_hash).await.is_ok(), "it may have gone on");
    for (position, leaf) in [(25, entries[23].leaf_hash), (20, entries[18].leaf_hash)] {
        let refused = open(position, leaf).await.err().unwrap();
        assert!(matches!(refused, OpenError::WentBack { found: 24, .. }), "{refused}");
    }
    let begun =
        concord_ledger::begin_epoch_in_database(&database, &ledger_id(), &*clock(), &other_ids()).await;
    let begun = begun.unwrap();
    assert_eq!((begun.was, begun.now.position), (head, 24));
    let ledger = open(25, entries[23].leaf_hash).await.unwrap();
    assert_eq!(ledger.head().await.unwrap().token, begun.now, "somebody has said that it is meant");
    assert!(ledger.head().await.unwrap().recorded_at > morning(), "and nothing else has changed");
}
