//! What only a store does that several processes share.

use concord_kernel::Token;
use concord_lease::Fence;
use uuid::Uuid;

use super::contract::{database, ledger, postgres};
use super::support::patient;
use crate::store::{Layout, Writes};
use crate::{Instance, Key, List, PostgresStore, PostgresViews, Stage, StoreError, ViewId, ViewStore};

const VIEW: ViewId = ViewId { name: "names", version: 1 };
const EPOCH: Uuid = Uuid::from_u128(77);

fn writes(instance: Instance, from: u64, to: u64) -> Writes {
    let rows = vec![(Key::patient(patient(1)), Some(std::sync::Arc::from(&b"row"[..])))];
    let from = Token { epoch: EPOCH, position: from };
    Writes { instance, from, to, rows, unlisted: Vec::new(), listed: Vec::new(), erased: Vec::new() }
}

fn begun(store: &PostgresStore) -> Instance {
    store.begin(VIEW, Layout::Kept, Stage::Active, EPOCH).unwrap().instance
}

/// Two processes on one database.
fn rivals() -> (PostgresStore, PostgresStore) {
    let database = database();
    let open = || PostgresViews::open(database.clone()).unwrap().of(&ledger("demo"));
    (open(), open())
}

#[test]
fn who_has_been_superseded_changes_nothing_though_every_checkpoint_is_where_it_left_it() {
    let (old, new) = rivals();
    old.claim(Fence::new(4)).unwrap();
    let build = begun(&old);
    old.commit(&[writes(build, 0, 1)]).unwrap();
    // It has not written anything yet.
    new.claim(Fence::new(5)).unwrap();
    assert!(matches!(old.commit(&[writes(build, 1, 2)]), Err(StoreError::Fenced(_))));
    assert!(matches!(old.begin(VIEW, Layout::Kept, Stage::Active, EPOCH), Err(StoreError::Superseded)));
    assert!(matches!(old.retire(build), Err(StoreError::Fenced(_))));
    let aside = old.begin(VIEW, Layout::Kept, Stage::Building, EPOCH).unwrap().instance;
    let level = Token { epoch: EPOCH, position: 0 };
    assert!(matches!(old.activate(aside, level), Err(StoreError::Fenced(_))));
    assert!(matches!(old.claim(Fence::new(4)), Err(StoreError::Superseded)));
    new.commit(&[writes(build, 1, 2)]).unwrap();
    assert!(
        new.standing().unwrap().iter().any(|one| one.checkpoint.generation == aside.generation),
        "what anybody has begun aside is there for the writer to find"
    );
}

#[test]
fn of_two_writers_without_fences_one_is_refused() {
    let (one, other) = rivals();
    one.claim(Fence::NONE).unwrap();
    other.claim(Fence::NONE).unwrap();
    let build = begun(&one);
    let batch = || [writes(build, 0, 1)];
    let (first, second) = std::thread::scope(|scope| {
        let first = scope.spawn(|| one.commit(&batch()));
        let second = other.commit(&batch());
        (first.join().unwrap(), second)
    });
    assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
    assert!(matches!(first.and(second), Err(StoreError::Fenced(_))));
}

#[test]
fn ledgers_that_share_a_database_share_nothing_else() {
    let views = PostgresViews::open(database()).unwrap();
    let (one, other) = (views.of(&ledger("demo")), views.of(&ledger("riverbend")));
    one.claim(Fence::new(9)).unwrap();
    other.claim(Fence::new(1)).unwrap();
    let (build, same) = (begun(&one), begun(&other));
    assert_eq!(build, same, "they are called the same");
    one.commit(&[writes(build, 0, 7)]).unwrap();
    let key = Key::patient(patient(1));
    assert_eq!(other.row(same, &key).unwrap(), None);
    assert!(other.list(same, &List::all(), None, 9).unwrap().is_empty());
    assert_eq!(other.standing().unwrap()[0].checkpoint.token.position, 0);
    one.retire(build).unwrap();
    one.drop_retired(VIEW.name).unwrap();
    other.commit(&[writes(same, 0, 3)]).unwrap();
    assert!(other.row(same, &key).unwrap().is_some());
}

#[test]
fn processes_that_begin_at_once_make_the_schema_once() {
    let database = database();
    std::thread::scope(|scope| {
        let open = || PostgresViews::open(database.clone()).map(|views| views.of(&ledger("demo")).standing());
        let opened: Vec<_> = (0..6).map(|_| scope.spawn(open)).collect();
        for opened in opened {
            assert!(opened.join().unwrap().unwrap().unwrap().is_empty());
        }
    });
}

#[test]
fn a_schema_of_a_newer_program_is_refused_and_stays_as_it_is() {
    let database = database();
    drop(PostgresViews::open(database.clone()).unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let change = |statement: &str| {
        runtime.block_on(async {
            concord_postgres::Link::connect(&database)
                .await
                .unwrap()
                .client()
                .batch_execute(statement)
                .await
                .unwrap();
        });
    };
    change("INSERT INTO views.schema_versions (version) VALUES (99)");
    let refused = PostgresViews::open(database.clone()).err();
    assert!(matches!(refused, Some(StoreError::NewerSchema { found: 99, known: 2 })), "{refused:?}");
    change("DELETE FROM views.schema_versions WHERE version = 99");
    assert!(PostgresViews::open(database.clone()).is_ok());
}

#[test]
fn many_questions_are_asked_at_once() {
    let store = postgres();
    store.claim(Fence::NONE).unwrap();
    let build = begun(&store);
    store.commit(&[writes(build, 0, 1)]).unwrap();
    std::thread::scope(|scope| {
        let ask = || (0..50).all(|_| store.row(build, &Key::patient(patient(1))).unwrap().is_some());
        let asked: Vec<_> = (0..12).map(|_| scope.spawn(ask)).collect();
        assert!(asked.into_iter().all(|asked| asked.join().unwrap()));
    });
}
