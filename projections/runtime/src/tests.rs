//! The runtime against small views over a ledger in memory.

mod axis;
mod broken;
mod child;
mod contract;
mod crash;
mod disk;
mod doctored;
mod erase;
mod follow;
mod rebuild;
mod shared;
mod support;
mod zombie;

use std::time::Duration;

use concord_kernel::{Clock, Token};

use self::doctored::DoctoredLedger;
use self::support::{Copycat, Names, World, joined, patient};
use crate::store::{Layout, Writes};
use crate::{
    Fault, Halt, Key, List, ListEntry, Order, Reason, Sort, SqliteStore, Stage, State, View, ViewError,
    ViewId, ViewStore, WaitError,
};

const SOON: Duration = Duration::from_secs(20);

/// Time enough for a write, too little to wait for in vain.
const SOON_ENOUGH: Duration = Duration::from_secs(2);

#[tokio::test]
async fn rows_hold_what_was_appended_before_the_token() {
    let world = World::new();
    let views = world.start();
    let token = world.append(patient(1), &[joined("Ada"), joined("Ben")]).await;
    views.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
    let row = views.reader().row::<Names>(Key::patient(patient(1))).await.unwrap().unwrap();
    assert_eq!(row.names, ["Ada", "Ben"]);
    assert_eq!(views.reader().row::<Names>(Key::patient(patient(2))).await.unwrap(), None);
}

#[tokio::test]
async fn a_token_of_another_history_is_refused_at_once() {
    let world = World::new();
    let views = world.start();
    let token = world.append(patient(1), &[joined("Ada")]).await;
    views.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
    let other = Token { epoch: uuid::Uuid::from_u128(9), position: 1 };
    let refused = views.wait_for(ViewId::of::<Names>(), other, SOON).await;
    assert_eq!(refused, Err(WaitError::EpochChanged { now: token.epoch }));
}

#[tokio::test]
async fn waiting_ends_with_the_deadline() {
    let world = World::new();
    let views = world.start();
    let token = world.append(patient(1), &[joined("Ada")]).await;
    views.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
    let ahead = Token { position: 5, ..token };
    let late = views.wait_for(ViewId::of::<Names>(), ahead, Duration::from_millis(20)).await;
    assert_eq!(late, Err(WaitError::Behind { position: 1, wanted: 5 }));
}

#[tokio::test]
async fn what_nobody_waits_for_is_written_at_its_pace_and_at_once_when_somebody_does() {
    let world = World::new();
    let views = world.start_at(Duration::from_hours(1));
    let mut status = views.watch(Names::NAME).unwrap();
    let first = world.append(patient(1), &[joined("Ada")]).await;
    let written = status.wait_for(|status| status.token == first);
    assert!(tokio::time::timeout(SOON, written).await.is_ok(), "after a quiet time, at once");

    let second = world.append(patient(1), &[joined("Ben")]).await;
    let written = status.wait_for(|status| status.token == second);
    let paced = tokio::time::timeout(Duration::from_millis(300), written).await.is_err();
    assert!(paced, "nobody waits");

    let ahead = Token { position: 7, ..second };
    let late = views.wait_for(ViewId::of::<Names>(), ahead, SOON_ENOUGH).await;
    assert_eq!(late, Err(WaitError::Behind { position: 2, wanted: 7 }), "what is there is hurried");
    let third = world.append(patient(1), &[joined("Cid")]).await;
    let written = status.wait_for(|status| status.token == third);
    let paced = tokio::time::timeout(Duration::from_millis(300), written).await.is_err();
    assert!(paced, "what was not there yet is not");
    views.wait_for(ViewId::of::<Names>(), third, SOON).await.unwrap();
}

#[tokio::test]
async fn a_restart_goes_on_where_the_checkpoint_is() {
    let world = World::new();
    let views = world.start();
    let first = world.append(patient(1), &[joined("Ada")]).await;
    views.wait_for(ViewId::of::<Names>(), first, SOON).await.unwrap();
    assert_eq!(views.shutdown().await, Halt::Shutdown);
    let second = world.append(patient(1), &[joined("Ben")]).await;
    let views = world.start();
    views.wait_for(ViewId::of::<Names>(), second, SOON).await.unwrap();
    let row = views.reader().row::<Names>(Key::patient(patient(1))).await.unwrap().unwrap();
    assert_eq!(row.names, ["Ada", "Ben"], "each fact once");
}

#[tokio::test]
async fn a_fact_that_a_view_refuses_pauses_it_alone_and_keeps_what_came_before() {
    let world = World::new();
    let views = world.start();
    let facts = [joined("Ada"), joined("poison"), joined("Ben")];
    let token = world.append(patient(1), &facts).await;
    views.wait_for(ViewId::of::<Copycat>(), token, SOON).await.unwrap();
    let stopped = views.wait_for(ViewId::of::<Names>(), token, SOON).await;
    assert_eq!(stopped, Err(WaitError::Stopped));
    let status = views.watch("names").unwrap().borrow().clone();
    let reason = Reason::Refused(ViewError::Contradiction("a poisoned name"));
    assert_eq!(status.state, State::Paused(Fault { position: 2, reason }));
    assert_eq!(status.token.position, 1);
    assert!(!views.healthy());
    assert_eq!(views.lag(&status).events, 2);
    let row = views.reader().row::<Names>(Key::patient(patient(1))).await.unwrap().unwrap();
    assert_eq!(row.names, ["Ada"]);
    let more = world.append(patient(2), &[joined("Cyd")]).await;
    views.wait_for(ViewId::of::<Copycat>(), more, SOON).await.unwrap();
}

#[tokio::test]
async fn an_event_that_nobody_can_read_pauses_the_views_that_fold_its_kind() {
    let world = World::new();
    let views = world.start();
    let token = world.append_bytes(patient(1), b"{\"Unheard\":{}}").await;
    let stopped = views.wait_for(ViewId::of::<Names>(), token, SOON).await;
    assert_eq!(stopped, Err(WaitError::Stopped));
    let status = views.watch("names").unwrap().borrow().clone();
    assert_eq!(status.state, State::Paused(Fault { position: 1, reason: Reason::Unreadable }));
}

#[tokio::test]
async fn a_paused_view_tries_again_when_told_and_joins_the_others() {
    let world = World::new();
    let views = world.start();
    support::POISON_HEALED
        .with_reset(async || {
            let token = world.append(patient(1), &[joined("Ada"), joined("curable"), joined("Ben")]).await;
            assert_eq!(views.wait_for(ViewId::of::<Names>(), token, SOON).await, Err(WaitError::Stopped));
            support::POISON_HEALED.heal();
            views.retry("names").await.unwrap();
            let more = world.append(patient(1), &[joined("Cyd")]).await;
            views.wait_for(ViewId::of::<Names>(), more, SOON).await.unwrap();
            let row = views.reader().row::<Names>(Key::patient(patient(1))).await.unwrap().unwrap();
            assert_eq!(row.names, ["Ada", "curable", "Ben", "Cyd"]);
            assert!(views.healthy());
        })
        .await;
}

#[tokio::test]
async fn a_second_runner_on_the_same_rows_is_refused() {
    let world = World::new();
    let views = world.start();
    let token = world.append(patient(1), &[joined("Ada")]).await;
    views.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
    // Somebody else moves the checkpoint on.
    let store: &dyn ViewStore = &*world.store;
    let (version, stored) = store.checkpoints("names").unwrap()[0];
    let instance = crate::Instance { view: ViewId { name: "names", version }, generation: stored.generation };
    let moved = |to| Writes {
        instance,
        from: token,
        to,
        rows: Vec::new(),
        unlisted: Vec::new(),
        listed: Vec::new(),
        erased: Vec::new(),
    };
    store.commit(&[moved(2)]).unwrap();
    let refused = store.commit(&[moved(3)]);
    assert!(matches!(refused, Err(crate::StoreError::Fenced(i)) if i == instance));
    let next = world.append(patient(1), &[joined("Ben")]).await;
    assert_eq!(views.wait_for(ViewId::of::<Names>(), next, SOON).await, Err(WaitError::Stopped));
    let status = views.watch("names").unwrap().borrow().clone();
    assert_eq!(status.state, State::Stopped(Halt::Fenced));
    assert_eq!(views.shutdown().await, Halt::Fenced);
}

#[tokio::test]
async fn a_batch_that_another_runner_has_written_is_refused_for_its_checkpoint_whatever_its_rows() {
    let world = World::new();
    let epoch = uuid::Uuid::from_u128(1);
    let one = world.store.begin(ViewId::of::<Names>(), Layout::Kept, Stage::Active, epoch).unwrap();
    let (key, entry) = (Key::patient(patient(1)), ListEntry::whole(List::all(), Sort::new()));
    let batch = || Writes {
        instance: one.instance,
        from: one.token,
        to: 4,
        rows: vec![(key, Some(b"row".as_slice().into()))],
        unlisted: Vec::new(),
        listed: vec![(key, entry.clone())],
        erased: Vec::new(),
    };
    world.store.commit(&[batch()]).unwrap();
    // Its appearances on lists are there already: that is no failure of the store, which would be tried again.
    let refused = world.store.commit(&[batch()]);
    assert!(matches!(refused, Err(crate::StoreError::Fenced(i)) if i == one.instance), "{refused:?}");
}

#[tokio::test]
async fn nothing_of_a_refused_batch_is_written() {
    let world = World::new();
    let store = SqliteStore::open(&world.folder.path().join("other.db")).unwrap();
    let id = ViewId::of::<Names>();
    let epoch = uuid::Uuid::from_u128(1);
    let one = store.begin(id, Layout::Kept, Stage::Active, epoch).unwrap();
    let key = Key::patient(patient(1));
    let writes = |from, to| Writes {
        instance: one.instance,
        from: Token { epoch, position: from },
        to,
        rows: vec![(key, Some(format!("{to}").into_bytes().into()))],
        unlisted: Vec::new(),
        listed: Vec::new(),
        erased: Vec::new(),
    };
    store.commit(&[writes(0, 4)]).unwrap();
    store.commit(&[writes(4, 5), writes(9, 10)]).unwrap_err();
    assert_eq!(store.row(one.instance, &key).unwrap().as_deref(), Some(b"4".as_slice()));
    assert_eq!(store.checkpoints("names").unwrap()[0].1.token.position, 4);
}

#[tokio::test]
async fn a_rebuild_answers_only_once_it_is_level_while_appends_go_on() {
    let world = World::new();
    let views = world.start();
    let mut token = Token { epoch: world.epoch(), position: 0 };
    for n in 0..200 {
        token = world.append(patient(n % 7), &[joined("Ada")]).await;
    }
    views.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
    let instance = views.rebuild("names").await.unwrap();
    assert_eq!(instance.generation, 2);
    for n in 0..100 {
        token = world.append(patient(n % 7), &[joined("Ben")]).await;
    }
    let mut status = views.watch("names").unwrap();
    tokio::time::timeout(SOON, status.wait_for(|status| status.rebuild.is_none())).await.unwrap().unwrap();
    views.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
    let builds = world.store.checkpoints("names").unwrap();
    let stages: Vec<_> = builds.iter().map(|(_, stored)| stored.stage).collect();
    assert_eq!(stages, [Stage::Retired, Stage::Active]);
    views.wait_for(ViewId::of::<Copycat>(), token, SOON).await.unwrap();
    let row = views.reader().row::<Names>(Key::patient(patient(0))).await.unwrap().unwrap();
    let copy = views.reader().row::<Copycat>(Key::patient(patient(0))).await.unwrap().unwrap();
    assert_eq!(row.names, copy.names);
    assert_eq!(views.drop_retired("names").await.unwrap(), 1);
    assert_eq!(views.drop_retired("names").await.unwrap(), 0);
}

#[tokio::test]
async fn a_build_that_is_not_level_is_not_let_answer() {
    let world = World::new();
    let id = ViewId::of::<Names>();
    let epoch = uuid::Uuid::from_u128(1);
    let old = world.store.begin(id, Layout::Kept, Stage::Active, epoch).unwrap();
    let new = world.store.begin(id, Layout::Kept, Stage::Building, epoch).unwrap();
    let advance = Writes {
        instance: old.instance,
        from: old.token,
        to: 3,
        rows: Vec::new(),
        unlisted: Vec::new(),
        listed: Vec::new(),
        erased: Vec::new(),
    };
    world.store.commit(&[advance]).unwrap();
    for position in [0, 3] {
        let refused = world.store.activate(new.instance, Token { epoch, position });
        assert!(matches!(refused, Err(crate::StoreError::NotLevel(_))), "at {position}");
    }
    assert_eq!(world.store.checkpoints("names").unwrap()[0].1.stage, Stage::Active);
}

#[tokio::test]
async fn a_ledger_that_ends_before_its_head_stops_the_views() {
    let world = World::new();
    world.append(patient(1), &[joined("Ada"), joined("Ben"), joined("Cyd")]).await;
    let views = world.start_over(DoctoredLedger::truncated(&world.ledger, 2));
    let token = Token { epoch: world.epoch(), position: 3 };
    assert_eq!(views.wait_for(ViewId::of::<Names>(), token, SOON).await, Err(WaitError::Stopped));
    let status = views.watch("names").unwrap().borrow().clone();
    assert_eq!(status.state, State::Stopped(Halt::LedgerCorrupt));
}

#[tokio::test]
async fn rows_are_never_ahead_of_the_head_that_the_ledger_tells() {
    let world = World::new();
    let told = world.append(patient(1), &[joined("Ada"), joined("Ben")]).await;
    // Committed and readable, but not told of yet: whoever began anew now would find rows that nobody knows of.
    let more = world.append(patient(1), &[joined("Cyd")]).await;
    let (tell, heads) = tokio::sync::watch::channel(told);
    let views = world.start_over(DoctoredLedger::telling(&world.ledger, heads));
    views.wait_for(ViewId::of::<Names>(), told, SOON).await.unwrap();
    let early = views.wait_for(ViewId::of::<Names>(), more, Duration::from_millis(100)).await;
    assert_eq!(early, Err(WaitError::Behind { position: 2, wanted: 3 }));
    assert_eq!(world.store.checkpoints("names").unwrap()[0].1.token, told);
    tell.send_replace(more);
    views.wait_for(ViewId::of::<Names>(), more, SOON).await.unwrap();
}

#[tokio::test]
async fn rows_of_another_history_are_built_anew() {
    let world = World::new();
    let views = world.start();
    let token = world.append(patient(1), &[joined("Ada")]).await;
    views.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
    views.shutdown().await;
    let restored = world.another_history(2);
    let views = world.start_over(restored.clone());
    let token = Token { epoch: restored.watch().borrow().epoch, position: 0 };
    views.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
    assert_eq!(views.reader().row::<Names>(Key::patient(patient(1))).await.unwrap(), None);
}

#[tokio::test]
async fn rows_that_are_built_anew_for_another_history_answer_only_once_they_are_whole() {
    let world = World::new();
    let views = world.start();
    let token = world.append(patient(1), &[joined("Ada")]).await;
    views.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
    views.shutdown().await;
    let restored = world.another_history(2);
    let away = DoctoredLedger::reading(&restored, |_, _| Err(concord_ledger::ReadError::Unavailable));
    let (tell, heads) = tokio::sync::watch::channel(Token { position: 3, ..*restored.watch().borrow() });
    let views = world.start_over(DoctoredLedger::with_heads(away, heads));
    let mut status = views.watch(Names::NAME).unwrap();
    let retrying = status.wait_for(|status| status.state == State::Retrying);
    tokio::time::timeout(SOON, retrying).await.unwrap().unwrap();
    let answer = views.reader().row::<Names>(Key::patient(patient(1))).await;
    assert!(matches!(answer, Err(crate::ViewReadError::Building(_))), "{answer:?}");
    drop(tell);
}

#[tokio::test]
async fn lag_is_zero_at_the_head_and_grows_with_time_behind_it() {
    let world = World::new();
    let views = world.start();
    let token = world.append(patient(1), &[joined("Ada")]).await;
    views.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
    let status = views.watch("names").unwrap().borrow().clone();
    let lag = views.lag(&status);
    assert_eq!((lag.events, lag.age), (0, Duration::ZERO));
    views.clone().shutdown().await;
    world.append(patient(1), &[joined("Ben"), joined("Cyd")]).await;
    let hour = Duration::from_hours(1);
    world.clock.advance_to(world.clock.now().plus(hour));
    let lag = views.lag(&status);
    assert_eq!(lag.events, 2);
    assert!(lag.age >= hour);
}

#[tokio::test]
async fn lists_page_by_key_and_follow_their_rows() {
    let world = World::new();
    let views = world.start();
    let mut token = Token { epoch: world.epoch(), position: 0 };
    for n in 0..5 {
        let facts = vec![joined("Ada"); usize::try_from(n).unwrap() + 1];
        token = world.append(patient(n), &facts).await;
    }
    views.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
    let reader = views.reader();
    let (mut seen, mut after) = (Vec::new(), None);
    loop {
        let page = reader.list::<Names>(List::all(), after.as_ref(), 2).await.unwrap();
        assert!(page.items.len() <= 2);
        seen.extend(page.items.iter().map(|listed| listed.row.names.len()));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1], "most names first, each once");
    let forged = crate::Cursor::from_token("zz");
    assert!(reader.list::<Names>(List::all(), Some(&forged), 2).await.is_err());
}

#[tokio::test]
async fn a_history_pages_both_ways() {
    let world = World::new();
    let views = world.start();
    world.append(patient(2), &[joined("other")]).await;
    let token = world.append(patient(1), &[joined("Ada"), joined("Ben"), joined("Cyd")]).await;
    views.wait_for(ViewId { name: "log", version: 1 }, token, SOON).await.unwrap();
    let reader = views.reader();
    for (order, wanted) in [(Order::Ascending, [2, 3, 4]), (Order::Descending, [4, 3, 2])] {
        let first = reader.history::<support::Log>(patient(1), order, None, 2).await.unwrap();
        let second = reader.history::<support::Log>(patient(1), order, first.next.as_ref(), 2).await.unwrap();
        assert_eq!(second.next, None);
        let keys: Vec<_> =
            first.items.iter().chain(&second.items).filter_map(|(key, _)| key.position()).collect();
        assert_eq!(keys, wanted);
        let stolen = reader.history::<support::Log>(patient(2), order, first.next.as_ref(), 2).await;
        assert!(stolen.is_err(), "a page token is good for its own patient only");
    }
}
