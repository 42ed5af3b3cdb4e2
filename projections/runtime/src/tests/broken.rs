//! A thread of the runner that breaks off is heard of, whichever it is and wherever it is then.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use concord_kernel::{StreamKind, Token};

use super::SOON;
use super::doctored::{DoctoredLedger, DoctoredStore};
use super::support::{Copycat, Names, Row, World, joined, patient};
use crate::{
    Fact, Fault, Halt, Key, ListEntry, OrderError, Projections, Reason, State, StoreError, View, ViewError,
    ViewId, WaitError,
};

/// A view that panics where no fact can be blamed: when it says on which lists a row stands.
struct Unlisted;

impl View for Unlisted {
    const NAME: &'static str = "unlisted";
    const VERSION: u32 = 1;
    const KINDS: &'static [StreamKind] = &[StreamKind::CareTeam];
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        vec![Key::patient(fact.patient)]
    }

    fn apply(row: &mut Option<Row>, key: &Key, fact: &Fact) -> Result<(), ViewError> {
        Copycat::apply(row, key, fact)
    }

    fn lists(_: &Key, _: &Row) -> Vec<ListEntry> {
        panic!("a fault of the view, on purpose")
    }
}

/// A view that panics when it is asked which rows a fact changes, for one patient.
struct Blind;

impl View for Blind {
    const NAME: &'static str = "blind";
    const VERSION: u32 = 1;
    const KINDS: &'static [StreamKind] = &[StreamKind::CareTeam];
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        assert!(fact.patient != patient(13), "a fault of the view, on purpose");
        vec![Key::patient(fact.patient)]
    }

    fn apply(row: &mut Option<Row>, key: &Key, fact: &Fact) -> Result<(), ViewError> {
        Copycat::apply(row, key, fact)
    }

    fn lists(_: &Key, _: &Row) -> Vec<ListEntry> {
        Vec::new()
    }
}

/// Says that everybody who asks, waits or orders hears of the broken runner, and at once.
async fn broke(views: Projections, token: Token) {
    let told = views.wait_for(ViewId::of::<Copycat>(), token, SOON).await;
    assert_eq!(told, Err(WaitError::Stopped), "who waits is told before the time is up");
    for status in views.statuses() {
        let mut said = views.watch(status.view.name).unwrap();
        let told = said.wait_for(|status| status.state == State::Stopped(Halt::Broken));
        assert!(tokio::time::timeout(SOON, told).await.is_ok(), "{}", status.view);
    }
    assert!(!views.healthy());
    assert!(matches!(views.rebuild("copycat").await, Err(OrderError::Ended)));
    assert_eq!(views.shutdown().await, Halt::Broken);
}

#[tokio::test]
async fn a_runner_that_panics_is_heard_of() {
    let world = World::new();
    let setup = world.setup(world.ledger.clone(), world.store.clone());
    let views = setup.with::<Unlisted>().with::<Copycat>().start().unwrap();
    let token = world.append(patient(1), &[joined("Ada")]).await;
    broke(views, token).await;
    // The fault is the view's alone: without it, everything is there.
    let views = world.start();
    views.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
}

#[tokio::test]
async fn a_reading_thread_that_panics_is_heard_of() {
    let world = World::new();
    let ledger = DoctoredLedger::reading(&world.ledger, |_, page| {
        assert!(page.through < 3, "a fault of the ledger, on purpose");
        Ok(page)
    });
    let views = world.start_over(ledger);
    let token = world.append(patient(1), &[joined("Ada")]).await;
    views.wait_for(ViewId::of::<Copycat>(), token, SOON).await.unwrap();
    let token = world.append(patient(1), &[joined("Ben"), joined("Cyd")]).await;
    broke(views, token).await;
}

#[tokio::test]
async fn a_writing_thread_that_panics_is_heard_of() {
    let world = World::new();
    let mut store = DoctoredStore::over(&world.store);
    store.commit = Box::new(|store, batch| {
        assert!(batch[0].to < 3, "a fault of the store, on purpose");
        crate::ViewStore::commit(store, batch)
    });
    let views = world.start_into(store);
    let token = world.append(patient(1), &[joined("Ada")]).await;
    views.wait_for(ViewId::of::<Copycat>(), token, SOON).await.unwrap();
    let token = world.append(patient(1), &[joined("Ben"), joined("Cyd")]).await;
    broke(views, token).await;
}

#[tokio::test]
async fn a_panic_over_which_rows_a_fact_changes_pauses_that_view_alone() {
    let world = World::new();
    let setup = world.setup(world.ledger.clone(), world.store.clone());
    let views = setup.with::<Blind>().with::<Copycat>().start().unwrap();
    world.append(patient(1), &[joined("Ada")]).await;
    let token = world.append(patient(13), &[joined("Ben")]).await;
    views.wait_for(ViewId::of::<Copycat>(), token, SOON).await.unwrap();
    let stopped = views.wait_for(ViewId::of::<Blind>(), token, SOON).await;
    assert_eq!(stopped, Err(WaitError::Stopped));
    let status = views.watch("blind").unwrap().borrow().clone();
    assert_eq!(status.state, State::Paused(Fault { position: 2, reason: Reason::Panicked }));
    assert_eq!(status.token.position, 1, "what came before is kept");
}

#[tokio::test]
async fn a_view_that_cannot_write_is_never_called_live_before_it_has_written() {
    let world = World::new();
    let (away, tries) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let mut store = DoctoredStore::over(&world.store);
    store.commit = Box::new({
        let (away, tries) = (away.clone(), tries.clone());
        move |store, batch| {
            if away.load(Ordering::SeqCst) {
                tries.fetch_add(1, Ordering::SeqCst);
                return Err(StoreError::Unavailable("away, on purpose".into()));
            }
            crate::ViewStore::commit(store, batch)
        }
    });
    let views = world.start_into(store);
    let token = world.append(patient(1), &[joined("Ada")]).await;
    views.wait_for(ViewId::of::<Copycat>(), token, SOON).await.unwrap();

    away.store(true, Ordering::SeqCst);
    let token = world.append(patient(1), &[joined("Ben")]).await;
    let mut status = views.watch("copycat").unwrap();
    let failed = status.wait_for(|status| status.state == State::Retrying);
    tokio::time::timeout(SOON, failed).await.unwrap().unwrap();
    // While it fails again and again, nobody may believe for a moment that it goes on.
    let failing = async {
        while tries.load(Ordering::SeqCst) < 4 {
            tokio::time::timeout(SOON, status.changed()).await.unwrap().unwrap();
            assert_eq!(status.borrow_and_update().state, State::Retrying);
        }
    };
    tokio::time::timeout(SOON, failing).await.unwrap();

    away.store(false, Ordering::SeqCst);
    views.wait_for(ViewId::of::<Copycat>(), token, SOON).await.unwrap();
    let live = status.wait_for(|status| status.state == State::Live);
    tokio::time::timeout(SOON, live).await.unwrap().unwrap();
    let row = views.reader().row::<Copycat>(Key::patient(patient(1))).await.unwrap().unwrap();
    assert_eq!(row.names, ["Ada", "Ben"]);
}
