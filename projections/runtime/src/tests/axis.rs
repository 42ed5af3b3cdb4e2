//! A time axis is read in the order of what was true, and a list up to an end in one look.

use std::sync::Arc;
use std::time::Duration;

use concord_kernel::{Instant, PatientId, StreamKind, Token};
use uuid::Uuid;

use super::SOON;
use super::support::{Names, World, joined, patient};
use crate::store::{Layout, Range, Writes};
use crate::{
    Fact, Key, List, ListEntry, Order, Reader, Sort, Span, SqliteStore, Stage, View, ViewError, ViewId,
    ViewStore,
};

/// Every fact as an entry; what is recorded later was true earlier, a day for each event.
struct Axis;

fn day(position: u64) -> Instant {
    let start = Instant::parse("2026-01-31T08:00:00Z").unwrap();
    start.plus_days(-i64::try_from(position).unwrap())
}

impl View for Axis {
    const NAME: &'static str = "axis";
    const VERSION: u32 = 1;
    const KINDS: &'static [StreamKind] = &[StreamKind::CareTeam];
    const INSERT_ONLY: bool = true;
    type Row = u64;

    fn touches(fact: &Fact) -> Vec<Key> {
        vec![Key::moment(fact.patient, day(fact.position), fact.position)]
    }

    fn apply(row: &mut Option<u64>, _: &Key, fact: &Fact) -> Result<(), ViewError> {
        *row = Some(fact.position);
        Ok(())
    }

    fn lists(_: &Key, _: &u64) -> Vec<ListEntry> {
        Vec::new()
    }
}

/// Pages of two, to the end.
async fn all(reader: &Reader, patient: PatientId, span: Span, order: Order) -> Vec<u64> {
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = reader.moments::<Axis>(patient, span, order, after.as_ref(), 2).await.unwrap();
        seen.extend(page.items.into_iter().map(|(_, row)| row));
        after = page.next;
        if after.is_none() {
            return seen;
        }
    }
}

#[tokio::test]
async fn a_time_axis_pages_both_ways_within_its_span() {
    let world = World::new();
    let views = world.setup(world.ledger.clone(), world.store.clone()).with::<Axis>().start().unwrap();
    world.append(patient(2), &[joined("other")]).await;
    let token = world.append(patient(1), &["a", "b", "c", "d", "e"].map(joined)).await;
    views.wait_for(ViewId::of::<Axis>(), token, SOON).await.unwrap();
    let (reader, whole) = (views.reader(), Span::default());
    assert_eq!(all(&reader, patient(1), whole, Order::Ascending).await, [6, 5, 4, 3, 2]);
    assert_eq!(all(&reader, patient(1), whole, Order::Descending).await, [2, 3, 4, 5, 6]);
    // The beginning is part of it, the end is not.
    let part = Span { from: Some(day(5)), until: Some(day(2)) };
    assert_eq!(all(&reader, patient(1), part, Order::Ascending).await, [5, 4, 3]);
    assert_eq!(all(&reader, patient(1), part, Order::Descending).await, [3, 4, 5]);
    let none = Span { from: Some(day(2)), until: Some(day(5)) };
    assert_eq!(all(&reader, patient(1), none, Order::Ascending).await, Vec::<u64>::new());

    let first = reader.moments::<Axis>(patient(1), whole, Order::Ascending, None, 2).await.unwrap();
    let stolen = reader.moments::<Axis>(patient(2), whole, Order::Ascending, first.next.as_ref(), 2).await;
    assert!(stolen.is_err(), "a page token is good for its own patient only");
}

#[test]
fn a_time_axis_is_whole_wherever_in_the_ledger_its_entries_were_recorded() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&folder.path().join("views.db")).unwrap();
    let epoch = Uuid::from_u128(1);
    let begun = store.begin(ViewId::of::<Axis>(), Layout::Added, Stage::Active, epoch).unwrap();
    // Far apart in the ledger, in the other order on the axis.
    let positions = [1, 40_000, 90_000_u64];
    let at = |n: usize| day(positions[n] % 7 + 1);
    let keys: Vec<_> = (0..3).map(|n| Key::moment(patient(1), at(n), positions[n])).collect();
    let rows = keys.iter().map(|key| (*key, Some(Arc::from(vec![1_u8])))).collect();
    let (from, instance) = (Token { epoch, position: 0 }, begun.instance);
    let writes = Writes {
        instance,
        from,
        to: 90_000,
        rows,
        unlisted: Vec::new(),
        listed: Vec::new(),
        erased: Vec::new(),
    };
    store.commit(&[writes]).unwrap();
    let (first, last) = Key::edges(patient(1));
    let mut wanted = keys.clone();
    wanted.sort_unstable();
    for descending in [false, true] {
        let range = Range { from: first, to: last, descending };
        let found: Vec<_> = store.rows(instance, range, 10).unwrap().into_iter().map(|row| row.key).collect();
        assert_eq!(found, wanted);
        assert_eq!(store.rows(instance, range, 2).unwrap().len(), 2);
        wanted.reverse();
    }
    assert!(keys.iter().all(|key| store.row(instance, key).unwrap().is_some()));
}

#[tokio::test]
async fn a_list_is_read_up_to_its_end_in_one_look_or_is_said_to_go_on() {
    let world = World::new();
    let views = world.start();
    let mut token = Token { epoch: world.epoch(), position: 0 };
    for n in 0..4 {
        token = world.append(patient(n), &vec![joined("Ada"); usize::try_from(n).unwrap() + 1]).await;
    }
    views.wait_for(ViewId::of::<Names>(), token, Duration::from_mins(1)).await.unwrap();
    let reader = views.reader();
    // Most names first: those with more than two.
    let until = || Sort::new().most(2);
    let read = reader.upto::<Names>(List::all(), until(), 10).await.unwrap();
    let names: Vec<_> = read.items.iter().map(|row| row.names.len()).collect();
    assert_eq!((names, read.complete), (vec![4, 3], true));
    let outline = reader.outline::<Names>(List::all(), until(), 10).await.unwrap();
    let whose: Vec<_> = outline.items.iter().map(|(key, _)| key.as_patient()).collect();
    assert_eq!((whose, outline.complete), (vec![patient(3), patient(2)], true));
    let short = reader.upto::<Names>(List::all(), until(), 1).await.unwrap();
    assert_eq!((short.items.len(), short.complete), (1, false));
    let short = reader.outline::<Names>(List::all(), until(), 1).await.unwrap();
    assert_eq!((short.items.len(), short.complete), (1, false));
}
