//! Rebuilds while everything else goes on and goes wrong.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use concord_kernel::{StreamKind, Token};
use concord_ledger::{Ledger, Page, ReadError};

use super::SOON;
use super::child::until;
use super::crash::{Dice, rounds};
use super::disk::Disk;
use super::doctored::{DoctoredLedger, DoctoredStore};
use super::support::{Copycat, Names, Row, World, joined, patient};
use crate::{
    Fact, Fault, Halt, Key, ListEntry, Options, Projections, Reason, Setup, Stage, State, Status, StoreError,
    View, ViewError, ViewId, ViewStore, WaitError,
};

/// Patients whose care teams grow.
const PATIENTS: u128 = 5;

/// Refuses the name `odd` while it is fussy: a program whose fold has changed since the rows were written. Each test that
/// needs it has its own.
struct Fussy<const TEST: usize>;

static FUSSY: [AtomicBool; 2] = [AtomicBool::new(false), AtomicBool::new(false)];

impl<const TEST: usize> View for Fussy<TEST> {
    const NAME: &'static str = "fussy";
    const VERSION: u32 = 1;
    const KINDS: &'static [StreamKind] = &[StreamKind::CareTeam];
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        vec![Key::patient(fact.patient)]
    }

    fn apply(row: &mut Option<Row>, key: &Key, fact: &Fact) -> Result<(), ViewError> {
        Copycat::apply(row, key, fact)?;
        let odd = row.as_ref().is_some_and(|row| row.names.last().is_some_and(|name| name == "odd"));
        let refused = odd && FUSSY[TEST].load(Ordering::SeqCst);
        if refused { Err(ViewError::Contradiction("an odd name")) } else { Ok(()) }
    }

    fn lists(_: &Key, _: &Row) -> Vec<ListEntry> {
        Vec::new()
    }
}

async fn becomes(views: &Projections, view: &str, is: impl FnMut(&Status) -> bool) -> Status {
    let mut status = views.watch(view).unwrap();
    tokio::time::timeout(SOON, status.wait_for(is)).await.expect(view).unwrap().clone()
}

/// What a build stopped before, if it did.
fn fault(status: &Status) -> Option<Fault> {
    status.rebuild.and_then(|progress| progress.fault)
}

fn stages(world: &World, view: &str) -> Vec<(Stage, u64)> {
    let builds = world.store.checkpoints(view).unwrap();
    builds.iter().map(|(_, stored)| (stored.stage, stored.token.position)).collect()
}

async fn names<V: View<Row = Row>>(views: &Projections, of: u128) -> Vec<String> {
    let row = views.reader().row::<V>(Key::patient(patient(of))).await.unwrap();
    row.unwrap_or_default().names
}

/// The rows of `V` are those of a view that nothing ever happened to.
async fn same_as_the_copy<V: View<Row = Row>>(views: &Projections, at: Token) {
    views.wait_for(ViewId::of::<V>(), at, SOON).await.unwrap();
    views.wait_for(ViewId::of::<Copycat>(), at, SOON).await.unwrap();
    for of in 0..PATIENTS {
        assert_eq!(names::<V>(views, of).await, names::<Copycat>(views, of).await, "patient {of}");
    }
}

/// `events` events of which the one at `odd` has the odd name.
async fn history(world: &World, events: u64, odd: u64) -> Token {
    let mut token = Token { epoch: world.epoch(), position: 0 };
    for position in 1..=events {
        let name = if position == odd { "odd".to_owned() } else { format!("n{position}") };
        token = world.append(patient(u128::from(position) % PATIENTS), &[joined(&name)]).await;
    }
    token
}

#[tokio::test]
async fn a_fact_that_a_rebuild_cannot_fold_stops_the_rebuild_alone_until_it_is_mended() {
    // First and last, within a page and at the edges of pages and of what is written at once.
    for odd in [1, 2, 16, 17, 40, 64, 65, 128, 150] {
        FUSSY[0].store(false, Ordering::SeqCst);
        let world = World::new();
        let setup =
            || world.setup(world.ledger.clone(), world.store.clone()).with::<Fussy<0>>().with::<Copycat>();
        let views = setup().start().unwrap();
        let token = history(&world, 150, odd).await;
        views.wait_for(ViewId::of::<Fussy<0>>(), token, SOON).await.unwrap();

        FUSSY[0].store(true, Ordering::SeqCst);
        views.rebuild("fussy").await.unwrap();
        // Appends go on meanwhile.
        let token = history(&world, 30, 0).await;
        let status = becomes(&views, "fussy", |status| fault(status).is_some()).await;
        let reason = Reason::Refused(ViewError::Contradiction("an odd name"));
        assert_eq!(fault(&status), Some(Fault { position: odd, reason }));
        same_as_the_copy::<Fussy<0>>(&views, token).await;
        assert!(views.healthy(), "the rows that answer are as good as before");
        assert_eq!(stages(&world, "fussy"), [(Stage::Active, 180), (Stage::Building, odd - 1)]);

        // Also over a restart nothing is left out.
        views.shutdown().await;
        let views = setup().start().unwrap();
        let token = history(&world, 10, 0).await;
        becomes(&views, "fussy", |status| fault(status).is_some()).await;
        same_as_the_copy::<Fussy<0>>(&views, token).await;
        assert_eq!(stages(&world, "fussy"), [(Stage::Active, 190), (Stage::Building, odd - 1)]);

        FUSSY[0].store(false, Ordering::SeqCst);
        views.retry("fussy").await.unwrap();
        let token = history(&world, 10, 0).await;
        becomes(&views, "fussy", |status| status.rebuild.is_none()).await;
        same_as_the_copy::<Fussy<0>>(&views, token).await;
        let stages = stages(&world, "fussy");
        assert_eq!((stages[0].0, stages[1].0), (Stage::Retired, Stage::Active), "odd at {odd}");
    }
}

#[tokio::test]
async fn an_event_that_becomes_unreadable_stops_a_rebuild_and_is_read_again_once_it_can_be() {
    let world = World::new();
    let broken = Arc::new(AtomicBool::new(false));
    let ledger = DoctoredLedger::reading(&world.ledger, {
        let broken = broken.clone();
        move |_, mut page| {
            let damaged = page.entries.iter_mut().filter(|entry| entry.position == 77);
            if broken.load(Ordering::SeqCst) {
                // As a decoder that no longer knows a shape.
                damaged.for_each(|entry| entry.payload = b"{\"Unheard\":{}}".as_slice().into());
            }
            Ok(page)
        }
    });
    let views = world.start_over(ledger);
    let token = history(&world, 150, 0).await;
    same_as_the_copy::<Names>(&views, token).await;
    broken.store(true, Ordering::SeqCst);
    views.rebuild("names").await.unwrap();
    let status = becomes(&views, "names", |status| fault(status).is_some()).await;
    assert_eq!(fault(&status), Some(Fault { position: 77, reason: Reason::Unreadable }));
    same_as_the_copy::<Names>(&views, history(&world, 20, 0).await).await;
    broken.store(false, Ordering::SeqCst);
    views.retry("names").await.unwrap();
    becomes(&views, "names", |status| status.rebuild.is_none()).await;
    same_as_the_copy::<Names>(&views, history(&world, 20, 0).await).await;
}

/// Changes a page into one that leaves something out or is not in order.
type Spoil = fn(u64, Page) -> Result<Page, ReadError>;

#[tokio::test]
async fn a_history_that_is_cut_holed_or_out_of_order_stops_the_views_and_flips_nothing() {
    let spoilt: [(&str, Spoil); 6] = [
        ("an error", |_, _| Err(ReadError::Corrupt("on purpose"))),
        ("nothing more", |after, _| Ok(Page { entries: Vec::new(), through: after })),
        ("nothing, said to be all", |_, page| Ok(Page { entries: Vec::new(), ..page })),
        ("a hole", |_, mut page| {
            page.entries.remove(2);
            Ok(page)
        }),
        ("out of order", |_, mut page| {
            page.entries.swap(1, 2);
            Ok(page)
        }),
        ("an entry twice", |_, mut page| {
            page.entries[3] = page.entries[2].clone();
            Ok(page)
        }),
    ];
    for (what, spoil) in spoilt {
        let (world, on) = (World::new(), Arc::new(AtomicBool::new(false)));
        let ledger = DoctoredLedger::reading(&world.ledger, {
            let on = on.clone();
            move |after, page| {
                if on.load(Ordering::SeqCst) && after >= 80 { spoil(after, page) } else { Ok(page) }
            }
        });
        let views = world.start_over(ledger);
        let token = history(&world, 150, 0).await;
        same_as_the_copy::<Names>(&views, token).await;
        let before = names::<Names>(&views, 1).await;
        on.store(true, Ordering::SeqCst);
        views.rebuild("names").await.unwrap();
        let stopped = |status: &Status| status.state == State::Stopped(Halt::LedgerCorrupt);
        becomes(&views, "names", stopped).await;
        let stages = stages(&world, "names");
        assert_eq!(stages[0], (Stage::Active, 150), "{what}");
        assert!(stages[1].0 == Stage::Building && stages[1].1 <= 80, "{what}: {stages:?}");
        assert_eq!(names::<Names>(&views, 1).await, before, "{what}: the old rows stay");
        let later = Token { position: 151, ..token };
        assert_eq!(views.wait_for(ViewId::of::<Names>(), later, SOON).await, Err(WaitError::Stopped));
    }
}

/// What may fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Read,
    Load,
    Commit,
    /// The commit has taken place, and nobody is told.
    AfterCommit,
    Activate,
    AfterActivate,
}

const PARTS: [Part; 6] =
    [Part::Read, Part::Load, Part::Commit, Part::AfterCommit, Part::Activate, Part::AfterActivate];

/// Fails now and then, while it is told to.
struct Failing {
    dice: Mutex<Dice>,
    /// Absent: all of them.
    part: Option<Part>,
    on: AtomicBool,
    failures: AtomicU64,
}

impl Failing {
    /// One part alone or all of them, and at other moments, by `seed`.
    fn new(seed: u64) -> Arc<Self> {
        let part = usize::try_from(seed).unwrap() % (PARTS.len() + 1);
        let (dice, on, failures) = (Mutex::new(Dice(seed)), AtomicBool::new(true), AtomicU64::new(0));
        Arc::new(Self { dice, part: PARTS.get(part).copied(), on, failures })
    }

    fn fails(&self, part: Part) -> bool {
        // Often enough to be met, and so seldom that something gets through: what is read is read often.
        let sides = match part {
            Part::Read | Part::Load => 10,
            Part::Commit | Part::AfterCommit | Part::Activate | Part::AfterActivate => 3,
        };
        let may = self.on.load(Ordering::SeqCst) && self.part.is_none_or(|only| only == part);
        // The first time for certain.
        let never = self.failures.load(Ordering::SeqCst) == 0;
        let fails = may && (never || self.dice.lock().unwrap().roll(sides) == 0);
        self.failures.fetch_add(u64::from(fails), Ordering::SeqCst);
        fails
    }

    fn store(&self, part: Part) -> Result<(), StoreError> {
        if self.fails(part) { Err(StoreError::Unavailable("on purpose".into())) } else { Ok(()) }
    }
}

fn failing_store(disk: &Disk, failing: &Arc<Failing>) -> DoctoredStore {
    let mut store = DoctoredStore::over(&disk.store);
    let (load, commit, activate) = (failing.clone(), failing.clone(), failing.clone());
    store.load = Box::new(move |store, instance, keys| {
        load.store(Part::Load)?;
        store.load(instance, keys)
    });
    store.commit = Box::new(move |store, batch| {
        commit.store(Part::Commit)?;
        store.commit(batch)?;
        commit.store(Part::AfterCommit)
    });
    store.activate = Box::new(move |store, instance, at| {
        activate.store(Part::Activate)?;
        store.activate(instance, at)?;
        activate.store(Part::AfterActivate)
    });
    store
}

/// The same as [`Names`] in another version, which must be built first.
struct SameNames;

impl View for SameNames {
    const NAME: &'static str = Names::NAME;
    const VERSION: u32 = Names::VERSION + 2;
    const KINDS: &'static [StreamKind] = Names::KINDS;
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        Names::touches(fact)
    }

    fn apply(row: &mut Option<Row>, key: &Key, fact: &Fact) -> Result<(), ViewError> {
        Names::apply(row, key, fact)
    }

    fn lists(key: &Key, row: &Row) -> Vec<ListEntry> {
        Names::lists(key, row)
    }
}

#[tokio::test]
async fn a_first_build_answers_only_once_it_has_everything() {
    let world = World::new();
    let views = world.start();
    same_as_the_copy::<Names>(&views, history(&world, 50, 0).await).await;
    views.shutdown().await;
    // The rows of the older version are far behind: being ahead of them is not enough.
    let token = history(&world, 250, 0).await;
    let (mut store, flipped) = (DoctoredStore::over(&world.store), Arc::new(AtomicU64::new(0)));
    store.activate = Box::new({
        let flipped = flipped.clone();
        move |store, instance, at| {
            flipped.store(at.position, Ordering::SeqCst);
            store.activate(instance, at)
        }
    });
    let views = world.setup(world.ledger.clone(), Arc::new(store)).with::<SameNames>().start().unwrap();
    becomes(&views, "names", |status| status.state == State::Live).await;
    assert_eq!(flipped.load(Ordering::SeqCst), token.position);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_that_begins_where_the_live_build_is_does_not_overtake_it() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Arc::new(Disk::open(folder.path(), None));
    // The runner takes the order at position 0, and finds a long history right after that.
    let (mut store, once) = (DoctoredStore::over(&disk.store), AtomicU64::new(0));
    store.begun = Box::new({
        let (disk, runtime) = (disk.clone(), tokio::runtime::Handle::current());
        move || {
            if once.fetch_add(1, Ordering::SeqCst) == VIEWS {
                let (disk, runtime) = (disk.clone(), runtime.clone());
                let appends = move || {
                    for _ in 0..30 {
                        runtime.block_on(disk.append(10));
                    }
                };
                std::thread::spawn(appends).join().unwrap();
            }
        }
    });
    let views = disk.setup(Arc::new(store)).start().unwrap();
    for view in ["names", "copycat", "log"] {
        becomes(&views, view, |status| status.state == State::Live).await;
    }
    views.rebuild("names").await.unwrap();
    disk.settle(&views).await;
    // All go on, the new build with them.
    disk.append(10).await;
    disk.settle(&views).await;
    views.shutdown().await;
    assert_eq!(disk.complete().await, Ok(()));
}

/// The views of [`Disk`], each of which begins a build at the first start.
const VIEWS: u64 = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_build_that_answers_ends_the_one_it_replaces_wherever_that_is() {
    FUSSY[1].store(true, Ordering::SeqCst);
    let world = World::new();
    let (mut store, failures) = (DoctoredStore::over(&world.store), Arc::new(AtomicU64::new(0)));
    store.activate = Box::new({
        let failures = failures.clone();
        move |store, instance, at| {
            match failures.fetch_add(1, Ordering::SeqCst) {
                // Whoever begins anew finds the old build far behind, and able to go on.
                0 => Err(StoreError::Unavailable("on purpose".into())),
                _ => store.activate(instance, at),
            }
        }
    });
    let setup = world.setup(world.ledger.clone(), Arc::new(store));
    let views = setup.with::<Fussy<1>>().with::<Copycat>().start().unwrap();
    let token = history(&world, 300, 20).await;
    becomes(&views, "fussy", |status| matches!(status.state, State::Paused(_))).await;
    views.wait_for(ViewId::of::<Copycat>(), token, SOON).await.unwrap();
    FUSSY[1].store(false, Ordering::SeqCst);
    views.rebuild("fussy").await.unwrap();
    until("it answers", || failures.load(Ordering::SeqCst) == 2);
    becomes(&views, "fussy", |status| status.rebuild.is_none() && status.state == State::Live).await;
    same_as_the_copy::<Fussy<1>>(&views, history(&world, 20, 0).await).await;
    assert_eq!(stages(&world, "fussy")[1], (Stage::Active, 320));
}

/// Whatever fails, nobody is told of rows that are not stored.
fn told_is_stored(disk: &Disk, views: &Projections) -> Result<(), String> {
    for status in views.statuses() {
        let (view, told) = (status.view.name, status.token.position);
        let stored = disk.stored(view);
        if told > stored {
            return Err(format!("{view} is said to be at {told} and is at {stored}"));
        }
    }
    Ok(())
}

/// Appends and rebuilds while store and ledger fail now and then; then all must be as if they never had.
async fn endure(seed: u64) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::open(folder.path(), None);
    let failing = Failing::new(seed);
    let ledger: Arc<dyn Ledger> = DoctoredLedger::reading(&disk.ledger, {
        let failing = failing.clone();
        move |_, page| if failing.fails(Part::Read) { Err(ReadError::Unavailable) } else { Ok(page) }
    });
    let options = Options {
        batch: 8,
        write_events: 32,
        // So small that rows are read back from the store.
        cache_bytes: 300,
        retry_first: Duration::from_millis(1),
        retry_most: Duration::from_millis(4),
        poll: Duration::from_millis(20),
        ..Options::default()
    };
    let setup = Setup::new(ledger, Arc::new(failing_store(&disk, &failing)), super::disk::clock(), options);
    let views = setup.with::<Names>().with::<Copycat>().with::<super::support::Log>().start().unwrap();
    let mut dice = Dice(seed + 1);
    for step in 0..30 {
        let events = usize::try_from(dice.roll(12)).unwrap() + 1;
        disk.append(events).await;
        told_is_stored(&disk, &views)?;
        if step % 6 == 3 {
            let begun = views.rebuild("names").await;
            begun.map_err(|error| format!("{error}: {:?}", views.statuses()))?;
        }
        if dice.roll(4) == 0 {
            tokio::time::sleep(Duration::from_millis(dice.roll(6))).await;
        }
    }
    // The build that is under way is about to answer.
    until("something fails", || failing.failures.load(Ordering::SeqCst) > 0);
    failing.on.store(false, Ordering::SeqCst);
    disk.settle(&views).await;
    for status in views.statuses() {
        becomes(&views, status.view.name, |status| status.state == State::Live).await;
    }
    views.shutdown().await;
    disk.complete().await
}

/// Runs with failures without `CONCORD_SOAK`.
const FAILURES: u64 = 7;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn errors_of_store_and_ledger_in_the_middle_leave_no_view_short() {
    for seed in 0..rounds(FAILURES) {
        assert_eq!(endure(seed).await, Ok(()), "seed {seed}");
    }
}

/// The next version of [`Names`]: it has no room for an odd name.
struct NextNames;

impl View for NextNames {
    const NAME: &'static str = Names::NAME;
    const VERSION: u32 = Names::VERSION + 1;
    const KINDS: &'static [StreamKind] = Names::KINDS;
    type Row = Row;

    fn touches(fact: &Fact) -> Vec<Key> {
        Names::touches(fact)
    }

    fn apply(row: &mut Option<Row>, key: &Key, fact: &Fact) -> Result<(), ViewError> {
        Names::apply(row, key, fact)?;
        let odd = row.as_ref().is_some_and(|row| row.names.iter().any(|name| name == "odd"));
        if odd { Err(ViewError::Contradiction("an odd name")) } else { Ok(()) }
    }

    fn lists(key: &Key, row: &Row) -> Vec<ListEntry> {
        Names::lists(key, row)
    }
}

#[tokio::test]
async fn a_first_build_that_meets_a_fact_it_cannot_fold_says_that_its_view_is_paused() {
    let world = World::new();
    let views = world.start();
    let token = history(&world, 40, 30).await;
    same_as_the_copy::<Names>(&views, token).await;
    views.shutdown().await;
    let setup = world.setup(world.ledger.clone(), world.store.clone());
    let views = setup.with::<NextNames>().with::<Copycat>().start().unwrap();
    let reason = Reason::Refused(ViewError::Contradiction("an odd name"));
    let paused = State::Paused(Fault { position: 30, reason });
    let status = becomes(&views, "names", |status| status.state == paused).await;
    assert_eq!(
        fault(&status),
        Some(Fault { position: 30, reason }),
        "whoever watches the build hears of it too"
    );
    assert!(!views.healthy());
    let stopped = views.wait_for(ViewId::of::<NextNames>(), token, SOON).await;
    assert_eq!(stopped, Err(WaitError::Stopped), "who waits for it need not wait to the end");
    assert_eq!(stages(&world, "names"), [(Stage::Active, 40), (Stage::Building, 29)]);
}
