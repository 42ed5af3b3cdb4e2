//! Whatever somebody does who may write everything, a checkpoint that was kept elsewhere shows it, and the first wrong
//! position is named.

use concord_audit::{Checkpoint, Fault, Recorded, Report, Walk};
use concord_ledger::merkle::{Frontier, Hash};

use crate::support::{LEDGER, events, fill, memory, rehash};

const EVENTS: u64 = 40;
/// After how many events a checkpoint was kept.
const KEPT: [u64; 4] = [10, 20, 30, 40];

type Events = Vec<(Recorded, Hash)>;

async fn history() -> (Events, Vec<Checkpoint>) {
    let ledger = memory();
    fill(&*ledger, EVENTS).await;
    let events = events(&*ledger).await;
    let root = |size: u64| {
        let mut frontier = Frontier::default();
        events.iter().take(usize::try_from(size).unwrap()).for_each(|(_, leaf)| frontier.push(*leaf));
        frontier.root()
    };
    let kept = KEPT.map(|size| Checkpoint { origin: "any".to_owned(), size, root: root(size) });
    (events, kept.to_vec())
}

fn walk(events: &Events, kept: &[Checkpoint]) -> Result<Report, Fault> {
    let mut walk = Walk::new(LEDGER, kept.to_vec());
    for (event, leaf) in events {
        walk.step(event, Some(*leaf))?;
    }
    walk.finish()
}

fn renumber(events: &mut Events) {
    let mut versions = std::collections::HashMap::new();
    for (position, (event, _)) in (1..).zip(events) {
        event.position = position;
        event.recorded_at_micros = 1_000_000 + i64::try_from(position).unwrap();
        let version = versions.entry(event.stream().unwrap()).or_insert(0);
        *version += 1;
        event.version = *version;
    }
}

#[tokio::test]
async fn what_nobody_touched_holds() {
    let (events, kept) = history().await;
    let report = walk(&events, &kept).unwrap();
    assert_eq!((report.events, report.checkpoints, report.root), (EVENTS, 4, kept[3].root));
}

/// An edit, and what is found when hashes are left as they were.
type Edit = (&'static str, fn(&mut Events), Fault);

/// Each edit is of position 25 (index 24) or close to it.
fn edits() -> Vec<Edit> {
    let leaf = Fault::Leaf { position: 25 };
    vec![
        ("payload", |events| events[24].0.payload.push(' '), leaf),
        ("metadata", |events| events[24].0.metadata = "{}".to_owned(), leaf),
        ("name", |events| events[24].0.event_type = "SomethingElse".to_owned(), leaf),
        ("time", |events| events[24].0.recorded_at_micros += 1, leaf),
        ("shape", |events| events[24].0.event_version = 2, leaf),
        ("leaf", |events| events[24].1[0] ^= 1, leaf),
        ("stream", |events| events[24].0.stream_id = uuid::Uuid::nil(), Fault::Version { position: 25 }),
        ("order", |events| events.swap(24, 25), Fault::NotNext { position: 25 }),
        ("missing", |events| drop(events.remove(24)), Fault::NotNext { position: 25 }),
        ("double", |events| events.insert(25, events[24].clone()), Fault::NotNext { position: 26 }),
        ("tail", |events| events.truncate(24), Fault::Shortened { position: 25, signed: 30 }),
    ]
}

#[tokio::test]
async fn an_edit_is_found_where_it_is() {
    let (sound, kept) = history().await;
    for (what, edit, fault) in edits() {
        let mut events = sound.clone();
        edit(&mut events);
        assert_eq!(walk(&events, &kept), Err(fault), "{what}");
    }
}

#[tokio::test]
async fn an_edit_with_every_hash_made_anew_is_found_by_the_next_checkpoint() {
    let (sound, kept) = history().await;
    for (what, edit, _) in edits().into_iter().filter(|(what, ..)| !["leaf", "tail"].contains(what)) {
        let mut events = sound.clone();
        edit(&mut events);
        renumber(&mut events);
        rehash(&mut events);
        // By itself it is as sound as the true one.
        assert!(walk(&events, &[]).is_ok(), "{what}");
        let found = walk(&events, &kept);
        // Times were made anew from the first event on.
        assert_eq!(found, Err(Fault::Checkpoint { from: 1, to: 10 }), "{what}");
    }
    let mut events = sound.clone();
    events[24].0.payload.push(' ');
    rehash(&mut events);
    assert!(walk(&events, &[]).is_ok());
    assert_eq!(walk(&events, &kept), Err(Fault::Checkpoint { from: 21, to: 30 }), "between two checkpoints");
}

#[tokio::test]
async fn the_suite_sees_an_edit_that_no_checkpoint_was_kept_for() {
    let (mut events, kept) = history().await;
    events[24].0.payload.push(' ');
    rehash(&mut events);
    // What was kept before the edit says nothing about it: that is why checkpoints are kept elsewhere all the time.
    assert!(walk(&events, &kept[..2]).is_ok());
    assert!(walk(&events, &kept[..3]).is_err());
}
