//! What every store must do, on every store.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use concord_kernel::{Instant, LedgerId, PatientId, TenantId, Token};
use concord_lease::Fence;
use concord_postgres::Server;
use concord_servers::Postgres;
use uuid::Uuid;

use super::crash::Dice;
use super::support::patient;
use crate::store::{Layout, Place, Range, Writes};
use crate::{
    Checkpoint, Instance as Build, Item, Key, List, ListEntry, PostgresStore, PostgresViews, Sort,
    SqliteStore, Stage, StoreError, ViewId, ViewStore,
};

pub(super) const VIEW: ViewId = ViewId { name: "names", version: 1 };
const OTHER: ViewId = ViewId { name: "copycat", version: 1 };
const EPOCH: Uuid = Uuid::from_u128(77);
const MANY: usize = 1_000;

/// A database of its own on the server that all tests of this program share.
pub(super) fn database() -> Server {
    static SERVER: LazyLock<Postgres> = LazyLock::new(|| Postgres::start().unwrap());
    Server::parse(&SERVER.database().unwrap()).unwrap()
}

pub(super) fn ledger(tenant: &str) -> LedgerId {
    LedgerId::clinical(TenantId::parse(tenant).unwrap())
}

pub(super) fn postgres() -> PostgresStore {
    PostgresViews::open(database()).unwrap().of(&ledger("demo"))
}

/// Has every store do the same.
pub(super) fn each(contract: impl Fn(&dyn ViewStore)) {
    let folder = tempfile::tempdir().unwrap();
    contract(&SqliteStore::open(&folder.path().join("views.db")).unwrap());
    let store = postgres();
    store.claim(Fence::NONE).unwrap();
    contract(&store);
}

fn at(position: u64) -> Token {
    Token { epoch: EPOCH, position }
}

pub(super) fn begun(store: &dyn ViewStore, view: ViewId, stage: Stage) -> Build {
    let Checkpoint { instance, token, .. } = store.begin(view, Layout::Kept, stage, EPOCH).unwrap();
    assert_eq!((instance.view, token), (view, at(0)));
    instance
}

pub(super) fn key(n: u128) -> Key {
    Key::patient(patient(n))
}

#[expect(clippy::unnecessary_wraps, reason = "a row that is there, as a batch has it")]
pub(super) fn doc(text: &str) -> Option<Arc<[u8]>> {
    Some(Arc::from(text.as_bytes()))
}

pub(super) fn writes(instance: Build, from: u64, to: u64) -> Writes {
    Writes {
        instance,
        from: at(from),
        to,
        rows: Vec::new(),
        unlisted: Vec::new(),
        listed: Vec::new(),
        erased: Vec::new(),
    }
}

pub(super) fn with_rows(instance: Build, from: u64, to: u64, rows: Vec<(Key, Option<Arc<[u8]>>)>) -> Writes {
    Writes { rows, ..writes(instance, from, to) }
}

pub(super) fn entry(rank: u8, item: &[u8]) -> ListEntry {
    ListEntry { list: List::all(), sort: Sort::new().rank(rank), item: Item::of(&[item]) }
}

fn rows_of(store: &dyn ViewStore, instance: Build, keys: &[Key]) -> BTreeMap<Key, Vec<u8>> {
    store.load(instance, keys).unwrap().into_iter().map(|row| (row.key, row.doc)).collect()
}

fn stages(store: &dyn ViewStore, view: ViewId) -> Vec<(u32, Stage, u64)> {
    let builds = store.checkpoints(view.name).unwrap();
    builds.into_iter().map(|(_, build)| (build.generation, build.stage, build.token.position)).collect()
}

#[test]
fn rows_are_written_over_and_removed_and_read_one_by_one_and_together() {
    each(|store| {
        let build = begun(store, VIEW, Stage::Active);
        assert_eq!(store.row(build, &key(1)).unwrap(), None);
        assert!(store.keys(build).unwrap().is_empty());
        assert!(
            store.load(build, &[]).unwrap().is_empty() && store.load(build, &[key(1)]).unwrap().is_empty()
        );
        let first = vec![(key(1), doc("one")), (key(2), doc("two")), (key(3), None)];
        store.commit(&[with_rows(build, 0, 3, first)]).unwrap();
        let second = vec![(key(1), doc("")), (key(2), None), (key(4), doc("four"))];
        store.commit(&[with_rows(build, 3, 4, second)]).unwrap();
        let keys: Vec<_> = (0..300).map(key).collect();
        let expected = BTreeMap::from([(key(1), b"".to_vec()), (key(4), b"four".to_vec())]);
        assert_eq!(rows_of(store, build, &keys), expected);
        let mut named = store.keys(build).unwrap();
        named.sort_unstable();
        assert_eq!(named, [key(1), key(4)]);
        assert_eq!(store.row(build, &key(4)).unwrap().as_deref(), Some(&b"four"[..]));
        assert_eq!(stages(store, VIEW), [(1, Stage::Active, 4)]);
    });
}

#[test]
fn of_a_batch_that_is_refused_nothing_is_written() {
    each(|store| {
        let (one, other) = (begun(store, VIEW, Stage::Active), begun(store, OTHER, Stage::Active));
        store.commit(&[with_rows(one, 0, 2, vec![(key(1), doc("before"))]), writes(other, 0, 2)]).unwrap();
        let batch = |from| {
            [
                with_rows(one, 2, 5, vec![(key(1), doc("after"))]),
                with_rows(other, from, 5, vec![(key(1), doc("after"))]),
            ]
        };
        let refused = store.commit(&batch(1));
        assert!(matches!(refused, Err(StoreError::Fenced(build)) if build == other), "{refused:?}");
        assert_eq!(rows_of(store, one, &[key(1)])[&key(1)], b"before");
        assert_eq!(stages(store, VIEW), [(1, Stage::Active, 2)]);
        store.commit(&batch(2)).unwrap();
        let again = store.commit(&batch(2));
        assert!(matches!(again, Err(StoreError::Fenced(build)) if build == one), "a batch twice: {again:?}");
        let mut elsewhere = writes(one, 5, 6);
        elsewhere.from.epoch = Uuid::from_u128(78);
        assert!(matches!(store.commit(&[elsewhere]), Err(StoreError::Fenced(_))));
    });
}

#[test]
fn lists_are_paged_in_the_order_of_their_bytes() {
    each(|store| {
        let build = begun(store, VIEW, Stage::Active);
        let rows = (1..=4).map(|n| (key(n), doc(&format!("row {n}")))).collect();
        // Empty parts, parts that begin alike, bytes above 127.
        let listed = vec![
            (key(3), entry(200, b"")),
            (key(1), entry(7, b"b")),
            (key(1), entry(7, b"a")),
            (key(2), entry(7, b"")),
            (key(4), entry(0, b"")),
            (key(2), ListEntry::whole(List::from_bytes(b"elsewhere"), Sort::new())),
        ];
        store.commit(&[Writes { rows, listed, ..writes(build, 0, 9) }]).unwrap();
        let order = [(0, 4, ""), (7, 1, "a"), (7, 1, "b"), (7, 2, ""), (200, 3, "")];
        let mut after = None;
        for (rank, n, item) in order {
            let page = store.list(build, &List::all(), after.as_ref(), 1).unwrap();
            let [found] = &page[..] else { panic!("{page:?}") };
            assert_eq!((&found.sort, found.key), (&Sort::new().rank(rank), key(n)));
            assert_eq!((&found.item[..], &found.doc[..]), (item.as_bytes(), format!("row {n}").as_bytes()));
            after = Some(Place { sort: found.sort.clone(), key: found.key, item: found.item.clone() });
        }
        assert!(store.list(build, &List::all(), after.as_ref(), 1).unwrap().is_empty());
        assert_eq!(store.list(build, &List::all(), None, MANY).unwrap().len(), order.len());

        let until = Sort::new().rank(7);
        assert_eq!(store.upto(build, &List::all(), &until, MANY).unwrap().len(), 1);
        let until = Sort::new().rank(8);
        let outline = store.outline(build, &List::all(), &until, 3).unwrap();
        assert_eq!(outline, [(key(4), vec![]), (key(1), b"a".to_vec()), (key(1), b"b".to_vec())]);
        let upto = store.upto(build, &List::all(), &until, 3).unwrap();
        assert_eq!(
            upto.iter().map(|entry| &entry.doc[..]).collect::<Vec<_>>(),
            [b"row 4", b"row 1", b"row 1"]
        );

        let unlisted = vec![(key(1), entry(7, b"b")), (key(4), entry(0, b""))];
        store
            .commit(&[Writes { unlisted, listed: vec![(key(4), entry(9, b""))], ..writes(build, 9, 10) }])
            .unwrap();
        let left: Vec<_> = store.list(build, &List::all(), None, MANY).unwrap();
        let left: Vec<_> = left.into_iter().map(|entry| (entry.key, entry.item)).collect();
        assert_eq!(left, [(key(1), b"a".to_vec()), (key(2), vec![]), (key(4), vec![]), (key(3), vec![])]);
    });
}

#[test]
fn histories_are_read_from_both_ends_and_in_parts() {
    each(|store| {
        let build = store.begin(VIEW, Layout::Added, Stage::Active, EPOCH).unwrap().instance;
        // Far apart, as in a long log.
        let positions = [1, 2, 40_000, 40_001, 90_000];
        let of =
            |patient: PatientId| positions.map(|n| (Key::entry(patient, n), doc(&n.to_string()))).to_vec();
        let rows = [of(patient(1)), of(patient(2))].concat();
        store.commit(&[with_rows(build, 0, 90_000, rows)]).unwrap();
        let read = |from, to, descending, limit| -> Vec<u64> {
            let range =
                Range { from: Key::entry(patient(1), from), to: Key::entry(patient(1), to), descending };
            let rows = store.rows(build, range, limit).unwrap();
            rows.iter().map(|row| String::from_utf8_lossy(&row.doc).parse().unwrap()).collect()
        };
        assert_eq!(read(0, u64::MAX, false, MANY), positions);
        assert_eq!(read(0, u64::MAX, false, 3), [1, 2, 40_000]);
        assert_eq!(read(2, 40_001, true, 2), [40_001, 40_000]);
        assert_eq!(read(3, 39_999, false, MANY), [] as [u64; 0]);
        assert_eq!(
            store.row(build, &Key::entry(patient(2), 40_000)).unwrap().as_deref(),
            Some(&b"40000"[..])
        );
    });
}

#[test]
fn a_time_axis_is_read_in_the_order_of_time() {
    each(|store| {
        let build = store.begin(VIEW, Layout::Added, Stage::Active, EPOCH).unwrap().instance;
        let noon = Instant::parse("2026-03-02T12:00:00Z").unwrap();
        // Recorded in another order than it was true.
        let entries = [(3, 1), (1, 50_000), (2, 50_001), (1, 90_000)];
        let key = |(day, position)| Key::moment(patient(1), noon.plus_days(day), position);
        let rows = entries.map(|entry| (key(entry), doc(&entry.1.to_string()))).to_vec();
        store.commit(&[with_rows(build, 0, 90_000, rows)]).unwrap();
        let (from, to) = Key::edges(patient(1));
        let read = |descending, limit| -> Vec<Key> {
            let rows = store.rows(build, Range { from, to, descending }, limit).unwrap();
            rows.into_iter().map(|row| row.key).collect()
        };
        assert_eq!(read(false, MANY), [(1, 50_000), (1, 90_000), (2, 50_001), (3, 1)].map(key));
        assert_eq!(read(true, 2), [(3, 1), (2, 50_001)].map(key));
    });
}

#[test]
fn a_build_answers_only_once_it_is_level_and_then_alone() {
    each(|store| {
        let old = begun(store, VIEW, Stage::Active);
        store.commit(&[writes(old, 0, 5)]).unwrap();
        let new = begun(store, VIEW, Stage::Building);
        assert_eq!((old.generation, new.generation), (1, 2));
        store.commit(&[writes(new, 0, 4)]).unwrap();
        assert!(
            matches!(store.activate(new, at(5)), Err(StoreError::NotLevel(_))),
            "not where it is said to be"
        );
        assert!(matches!(store.activate(new, at(4)), Err(StoreError::NotLevel(_))), "the other is ahead");
        assert_eq!(stages(store, VIEW), [(1, Stage::Active, 5), (2, Stage::Building, 4)]);
        store.commit(&[writes(new, 4, 5)]).unwrap();
        store.activate(new, at(5)).unwrap();
        assert_eq!(stages(store, VIEW), [(1, Stage::Retired, 5), (2, Stage::Active, 5)]);
        assert!(matches!(store.activate(new, at(5)), Err(StoreError::NotLevel(_))), "it answers already");
        assert!(matches!(store.commit(&[writes(old, 5, 6)]), Err(StoreError::Fenced(_))), "it is out of use");
    });
}

#[test]
fn builds_that_were_replaced_can_be_asked_until_they_are_dropped_and_never_come_back() {
    each(|store| {
        let old = begun(store, VIEW, Stage::Active);
        store.commit(&[with_rows(old, 0, 5, vec![(key(1), doc("old"))])]).unwrap();
        store.retire(old).unwrap();
        assert_eq!(rows_of(store, old, &[key(1)])[&key(1)], b"old");
        assert_eq!(store.drop_retired(VIEW.name).unwrap(), 1);
        assert_eq!(store.drop_retired(VIEW.name).unwrap(), 0);
        // Nothing, and not an answer that holds nothing.
        assert!(store.load(old, &[key(1)]).is_err() && store.row(old, &key(1)).is_err());
        assert!(store.list(old, &List::all(), None, 1).is_err());
        assert!(store.upto(old, &List::all(), &Sort::new(), 1).is_err());
        assert!(store.outline(old, &List::all(), &Sort::new(), 1).is_err());
        assert!(matches!(store.commit(&[writes(old, 5, 6)]), Err(StoreError::Fenced(_))));
        assert_eq!(begun(store, VIEW, Stage::Active).generation, 2);
        assert_eq!(stages(store, VIEW), [(2, Stage::Active, 0)]);
    });
}

#[test]
fn every_build_of_every_view_is_listed() {
    each(|store| {
        begun(store, VIEW, Stage::Active);
        begun(store, ViewId { version: 2, ..VIEW }, Stage::Building);
        begun(store, OTHER, Stage::Active);
        let standing = store.standing().unwrap();
        let listed: Vec<_> =
            standing.iter().map(|one| (&*one.view, one.version, one.checkpoint.stage)).collect();
        let expected =
            [("copycat", 1, Stage::Active), ("names", 1, Stage::Active), ("names", 2, Stage::Building)];
        assert_eq!(listed, expected);
    });
}

/// Many random batches into two builds at once, against maps.
#[test]
fn what_is_written_is_what_a_map_would_hold() {
    each(|store| {
        let mut dice = Dice::new();
        let builds = [begun(store, VIEW, Stage::Active), begun(store, OTHER, Stage::Active)];
        let mut models: [BTreeMap<Key, (u8, Vec<u8>)>; 2] = Default::default();
        for step in 0..40 {
            let mut batch = Vec::new();
            for (build, model) in builds.iter().zip(&mut models) {
                let mut change = writes(*build, step, step + 1);
                let touched: std::collections::BTreeSet<_> =
                    (0..dice.roll(12)).map(|_| dice.roll(20)).collect();
                for n in touched {
                    let key = key(n.into());
                    let size = usize::try_from(dice.roll(5_000)).unwrap();
                    let (rank, text) = (u8::try_from(dice.roll(9)).unwrap(), vec![b'x'; size]);
                    let was = if dice.roll(4) == 0 {
                        change.rows.push((key, None));
                        model.remove(&key)
                    } else {
                        change.rows.push((key, Some(Arc::from(&text[..]))));
                        change.listed.push((key, entry(rank, b"")));
                        model.insert(key, (rank, text))
                    };
                    if let Some((was, _)) = was {
                        // As the fold does: what stays as it was is neither ended nor begun.
                        if change.listed.last() == Some(&(key, entry(was, b""))) {
                            change.listed.pop();
                        } else {
                            change.unlisted.push((key, entry(was, b"")));
                        }
                    }
                }
                batch.push(change);
            }
            store.commit(&batch).unwrap();
            for (build, model) in builds.iter().zip(&models) {
                let mut expected: Vec<_> = model.iter().map(|(key, (rank, _))| (*rank, *key)).collect();
                expected.sort_unstable();
                let list = store.list(*build, &List::all(), None, MANY).unwrap();
                assert_eq!(
                    list.iter().map(|entry| entry.key).collect::<Vec<_>>(),
                    expected.iter().map(|(_, key)| *key).collect::<Vec<_>>(),
                    "step {step}"
                );
                assert!(list.iter().all(|entry| entry.doc == model[&entry.key].1), "step {step}");
            }
        }
    });
}
