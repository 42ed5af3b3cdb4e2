//! Opening files: again, twice, of other ledgers, of later programs.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use concord_kernel::{LedgerId, LedgerKind, SeededIds, TenantId};
use concord_ledger::{
    Appended, DataFolder, Durability, Expected, Filter, Ledger, OpenError, SqliteLedger, SqliteOptions, fsck,
};
use rusqlite::Connection;

use crate::support::{append, clock, file, ids, ledger_id, new, open, options, stream};

/// How long the log is being moved in a test.
const LONG_MOVE: Duration = Duration::from_millis(800);
/// What the process that holds a folder says.
const HAS_IT: &str = "the folder is taken";

#[tokio::test]
async fn a_ledger_that_is_opened_again_has_everything() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(&file(&folder), options());
    let receipt = new(first.append(append(1, stream(1), Expected::None, 3)).await);
    let (head, page) = (first.head().await.unwrap(), first.read(0, &Filter::default(), 50).await.unwrap());
    drop(first);

    let other_ids = Arc::new(SeededIds::new(99));
    let again = SqliteLedger::open(&file(&folder), ledger_id(), clock(), other_ids, options()).unwrap();
    assert_eq!(again.head().await.unwrap(), head);
    assert_eq!(again.read(0, &Filter::default(), 50).await.unwrap(), page);
    let repeated = again.append(append(1, stream(1), Expected::None, 3)).await.unwrap();
    assert_eq!(repeated, Appended::Repeated(receipt));
    let next = new(again.append(append(2, stream(1), Expected::Exact(3), 1)).await);
    assert_eq!((next.token.epoch, next.token.position), (head.token.epoch, 4));
    drop(again);
    assert_eq!(fsck(&file(&folder), &mut |_, _| {}).unwrap().position, 4);
}

#[test]
fn a_folder_has_one_owner_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let owner = DataFolder::lock(folder.path()).unwrap();
    let refused = DataFolder::lock(folder.path()).unwrap_err();
    let OpenError::InUse { holder } = refused else { panic!("{refused}") };
    assert!(holder.starts_with(&format!("process {} on ", std::process::id())), "{holder}");
    drop(owner);
    DataFolder::lock(folder.path()).unwrap();
}

#[test]
fn a_second_process_is_told_who_has_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "opening::holder", "--ignored", "--nocapture"])
        .env("HOLDER_FOLDER", folder.path())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = BufReader::new(holder.stdout.take().unwrap()).lines();
    assert!(said.map_while(Result::ok).any(|line| line.contains(HAS_IT)));
    let OpenError::InUse { holder: text } = DataFolder::lock(folder.path()).unwrap_err() else { panic!() };
    assert!(text.starts_with(&format!("process {} on ", holder.id())), "{text}");
    holder.kill().unwrap();
    holder.wait().unwrap();
    DataFolder::lock(folder.path()).expect("the lock ends with the process");
}

#[test]
#[ignore = "another test starts it as a process of its own"]
fn holder() {
    let folder = std::env::var_os("HOLDER_FOLDER").expect("another test starts this");
    let _owner = DataFolder::lock(Path::new(&folder)).unwrap();
    println!("{HAS_IT}");
    // Until the other test ends this process, or itself.
    let _ = std::io::stdin().read_line(&mut String::new());
}

#[test]
fn each_tenant_has_its_own_folder() {
    let folder = tempfile::tempdir().unwrap();
    let owner = DataFolder::lock(folder.path()).unwrap();
    let access = LedgerId { kind: LedgerKind::Access, ..ledger_id() };
    assert_eq!(owner.ledger(&ledger_id()), folder.path().join("riverbend/clinical.ledger"));
    assert_eq!(owner.ledger(&access), folder.path().join("riverbend/access.ledger"));
}

#[tokio::test]
async fn the_file_of_another_ledger_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(&file(&folder), options()));
    let other = LedgerId::clinical(TenantId::parse("hillside").unwrap());
    let refused = SqliteLedger::open(&file(&folder), other.clone(), clock(), ids(), options()).err().unwrap();
    let OpenError::OtherLedger { found, wanted } = refused else { panic!("{refused}") };
    assert_eq!((found.as_str(), wanted), ("riverbend/clinical", other));
}

#[tokio::test]
async fn a_newer_schema_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(&file(&folder), options()));
    let later = Connection::open(file(&folder)).unwrap();
    later.execute_batch("PRAGMA user_version = 7; ALTER TABLE head ADD COLUMN later INTEGER").unwrap();
    drop(later);
    let before = std::fs::read(file(&folder)).unwrap();
    let refused = SqliteLedger::open(&file(&folder), ledger_id(), clock(), ids(), options()).err().unwrap();
    assert!(matches!(refused, OpenError::NewerSchema { found: 7, known: 3 }), "{refused}");
    assert_eq!(std::fs::read(file(&folder)).unwrap(), before);
}

/// SQLite itself refuses at once, whatever it is told of waiting.
#[tokio::test]
async fn whoever_opens_waits_for_a_log_that_is_just_being_moved() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(&file(&folder), options()));
    let connect = || Connection::open(file(&folder)).unwrap();
    let (reader, writer, mover) = (connect(), connect(), connect());
    reader.execute_batch("BEGIN; SELECT count(*) FROM head").unwrap();
    let version: u32 = writer.query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    writer.pragma_update(None, "user_version", version).unwrap();
    mover.busy_timeout(LONG_MOVE).unwrap();
    let (begins, begun) = std::sync::mpsc::channel();
    let moving = std::thread::spawn(move || {
        begins.send(()).unwrap();
        // It waits for the reader, and lets nobody else move the log.
        let busy: bool = mover.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).unwrap();
        drop(reader);
        busy
    });
    begun.recv().unwrap();
    std::thread::sleep(LONG_MOVE / 4);
    SqliteLedger::open(&file(&folder), ledger_id(), clock(), ids(), options()).unwrap();
    assert!(moving.join().unwrap());
}

#[test]
fn a_file_that_is_no_ledger_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(file(&folder), "name,dose\nlithium,300\n".repeat(400)).unwrap();
    let refused = SqliteLedger::open(&file(&folder), ledger_id(), clock(), ids(), options()).err().unwrap();
    assert!(matches!(refused, OpenError::Corrupt(_)), "{refused}");
}

#[test]
fn commits_wait_for_the_disk_unless_a_test_says_otherwise() {
    assert_eq!(SqliteOptions::default().durability, Durability::Full);
}
