//! Removing whatever is about a patient.

use super::contract::{VIEW, begun, doc, each, entry, key, with_rows};
use super::support::patient;
use crate::store::Writes;
use crate::{Key, List, ListEntry, SqliteStore, Stage, ViewStore};

/// In a row of the patient who is erased, and nowhere else.
const CANARY: &str = "zyxwanary of Ada";

fn listed(key: Key) -> (Key, ListEntry) {
    (key, entry(1, b"item"))
}

#[test]
fn rows_and_appearances_of_whoever_is_erased_are_removed_and_nobody_elses() {
    each(|store| {
        let build = begun(store, VIEW, Stage::Active);
        let rows = vec![(key(1), doc("one")), (key(2), doc("two"))];
        let lists = vec![listed(key(1)), listed(key(2))];
        store.commit(&[Writes { listed: lists, ..with_rows(build, 0, 3, rows) }]).unwrap();
        // What is written in the same batch goes as well.
        let late = with_rows(build, 3, 4, vec![(key(1), doc("late")), (key(3), doc("three"))]);
        store.commit(&[Writes { erased: vec![patient(1)], ..late }]).unwrap();
        assert_eq!(store.row(build, &key(1)).unwrap(), None);
        assert_eq!(store.row(build, &key(2)).unwrap().as_deref(), Some(&b"two"[..]));
        assert_eq!(store.row(build, &key(3)).unwrap().as_deref(), Some(&b"three"[..]));
        let left = store.list(build, &List::all(), None, 10).unwrap();
        assert_eq!(left.iter().map(|entry| entry.key).collect::<Vec<_>>(), [key(2)]);
    });
}

#[test]
fn not_a_byte_of_an_erased_row_is_left_in_the_file_or_its_log() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("views.db");
    let found = || {
        let files = std::fs::read_dir(folder.path()).unwrap().map(|file| std::fs::read(file.unwrap().path()));
        files.map(Result::unwrap).any(|file| file.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()))
    };
    let store = SqliteStore::open(&path).unwrap();
    let build = begun(&store, VIEW, Stage::Active);
    store.commit(&[with_rows(build, 0, 1, vec![(key(1), doc(CANARY)), (key(2), doc("two"))])]).unwrap();
    // Written over and removed, it is still there: nothing else was written in its place.
    store.commit(&[with_rows(build, 1, 2, vec![(key(1), None)])]).unwrap();
    assert!(found(), "the search finds what is there");
    store.commit(&[Writes { erased: vec![patient(1)], ..with_rows(build, 2, 3, Vec::new()) }]).unwrap();
    assert!(!found());
    assert_eq!(store.row(build, &key(2)).unwrap().as_deref(), Some(&b"two"[..]));
}

#[test]
fn a_file_that_was_not_scrubbed_in_time_is_scrubbed_when_it_is_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("views.db");
    let store = SqliteStore::open(&path).unwrap();
    let build = begun(&store, VIEW, Stage::Active);
    store.commit(&[with_rows(build, 0, 1, vec![(key(1), doc(CANARY))])]).unwrap();
    store.commit(&[with_rows(build, 1, 2, vec![(key(1), None)])]).unwrap();
    drop(store);
    // As a process leaves it that ended between the removal and the scrubbing.
    let left = rusqlite::Connection::open(&path).unwrap();
    left.execute_batch("INSERT INTO scrubs_owed VALUES ('now')").unwrap();
    drop(left);
    let store = SqliteStore::open(&path).unwrap();
    let file = std::fs::read(&path).unwrap();
    assert!(!file.windows(CANARY.len()).any(|part| part == CANARY.as_bytes()));
    drop(store);
    let owed = rusqlite::Connection::open(&path).unwrap();
    let owed: u32 = owed.query_row("SELECT count(*) FROM scrubs_owed", [], |row| row.get(0)).unwrap();
    assert_eq!(owed, 0);
}
