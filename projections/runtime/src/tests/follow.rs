//! Views that another process keeps, on a store that both share. The ledger is one in memory, which both have.

use std::sync::Arc;
use std::time::Duration;

use concord_kernel::Token;
use concord_lease::{Duty, Lease, Post, PostOptions, PostgresLeases};
use concord_postgres::Server;
use uuid::Uuid;

use super::SOON;
use super::contract::{database, ledger};
use super::support::{Copycat, Log, Names, World, joined, patient};
use crate::{
    Halt, Key, Options, OrderError, PostgresViews, Projections, Setup, Stage, State, View, ViewId,
    ViewReadError, ViewStore, WaitError,
};

/// Longer than any test.
const NEVER: Duration = Duration::from_hours(1);

/// Processes that share a ledger and the store of its views.
struct Shared {
    world: World,
    database: Server,
}

impl Shared {
    fn new() -> Self {
        Self { world: World::new(), database: database() }
    }

    fn setup(&self, change: impl FnOnce(&mut Options)) -> Setup {
        let mut options = Options { poll: Duration::from_millis(100), ..Options::default() };
        change(&mut options);
        let store = PostgresViews::open(self.database.clone()).unwrap().of(&ledger("demo"));
        let (ledger, clock) = (Arc::clone(&self.world.ledger), Arc::clone(&self.world.clock));
        Setup::new(ledger, Arc::new(store), clock, options).with::<Names>().with::<Copycat>().with::<Log>()
    }

    fn keeper(&self) -> Projections {
        self.setup(|_| {}).start().unwrap()
    }

    fn follower(&self) -> Projections {
        self.setup(|_| {}).following().start().unwrap()
    }

    async fn joined(&self, name: &str) -> Token {
        self.world.append(patient(1), &[joined(name)]).await
    }
}

async fn names(views: &Projections) -> Vec<String> {
    let row = views.reader().row::<Names>(Key::patient(patient(1))).await.unwrap();
    row.map(|row| row.names).unwrap_or_default()
}

async fn becomes(views: &Projections, state: State) {
    let mut status = views.watch(Names::NAME).unwrap();
    let reached = status.wait_for(|status| status.state == state);
    tokio::time::timeout(SOON, reached).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_shows_what_was_written_before_the_token_and_never_writes() {
    let shared = Shared::new();
    let follower = shared.follower();
    let first = shared.joined("Ada").await;
    let early = follower.wait_for(ViewId::of::<Names>(), first, Duration::from_millis(300)).await;
    assert_eq!(early, Err(WaitError::Behind { position: 0, wanted: 1 }), "nobody keeps them");
    let asked = follower.reader().row::<Names>(Key::patient(patient(1))).await;
    assert!(matches!(asked, Err(ViewReadError::Building(_))), "{asked:?}");
    let keeper = shared.keeper();
    follower.wait_for(ViewId::of::<Names>(), first, SOON).await.unwrap();
    assert_eq!(names(&follower).await, ["Ada"]);
    for name in ["Ben", "Cid", "Dot"] {
        let token = shared.joined(name).await;
        follower.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
        assert_eq!(names(&follower).await.last().unwrap(), name);
    }
    assert_eq!(follower.shutdown().await, Halt::Shutdown);
    assert_eq!(keeper.shutdown().await, Halt::Shutdown);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_of_another_history_is_refused_by_a_follower_too() {
    let shared = Shared::new();
    let (keeper, follower) = (shared.keeper(), shared.follower());
    let token = shared.joined("Ada").await;
    follower.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
    let other = Token { epoch: Uuid::from_u128(9), position: 1 };
    let refused = follower.wait_for(ViewId::of::<Names>(), other, SOON).await;
    assert_eq!(refused, Err(WaitError::EpochChanged { now: token.epoch }));
    drop(keeper);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_follower_is_asked_to_rebuild_is_built_by_who_keeps_it() {
    let shared = Shared::new();
    let (keeper, follower) = (shared.keeper(), shared.follower());
    let token = shared.joined("Ada").await;
    follower.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
    // One that nobody shares the views with does not look for what others begin.
    assert_eq!(keeper.shutdown().await, Halt::Shutdown);
    let leases = Arc::new(PostgresLeases::open(shared.database.clone()).await.unwrap());
    let lease = Lease::of(&ledger("demo"), Duty::Projector);
    let (post, term) = Post::new(leases, lease, Uuid::from_u128(1), PostOptions::default());
    let term = tokio::spawn(term.run());
    let keeper = shared.setup(|_| {}).led_by(post.clone()).start().unwrap();
    let begun = follower.rebuild(Names::NAME).await.unwrap();
    assert_eq!(begun.generation, 2);
    let mut status = follower.watch(Names::NAME).unwrap();
    let built = status.wait_for(|status| status.rebuild.is_none() && status.state == State::Live);
    tokio::time::timeout(SOON, built).await.unwrap().unwrap();
    assert_eq!(names(&follower).await, ["Ada"]);
    assert!(matches!(follower.retry(Names::NAME).await, Err(OrderError::Elsewhere)));
    keeper.shutdown().await;
    post.resigned().await;
    term.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follower_that_has_not_heard_of_a_new_build_asks_it_all_the_same() {
    let shared = Shared::new();
    let keeper = shared.keeper();
    let token = shared.joined("Ada").await;
    keeper.wait_for(ViewId::of::<Names>(), token, SOON).await.unwrap();
    // It has looked once, and will not again.
    let rarely = |options: &mut Options| (options.poll, options.follow) = (NEVER, NEVER);
    let follower = shared.setup(rarely).following().start().unwrap();
    for view in [ViewId::of::<Names>(), ViewId::of::<Copycat>(), ViewId::of::<Log>()] {
        follower.wait_for(view, token, SOON).await.unwrap();
    }
    keeper.rebuild(Names::NAME).await.unwrap();
    let mut status = keeper.watch(Names::NAME).unwrap();
    let built = status.wait_for(|status| status.rebuild.is_none());
    tokio::time::timeout(SOON, built).await.unwrap().unwrap();
    assert_eq!(keeper.drop_retired(Names::NAME).await.unwrap(), 1);
    assert_eq!(names(&follower).await, ["Ada"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn views_that_nobody_keeps_any_more_are_told() {
    let shared = Shared::new();
    let keeper = shared.keeper();
    let follower =
        shared.setup(|options| options.stall = Duration::from_millis(200)).following().start().unwrap();
    let first = shared.joined("Ada").await;
    follower.wait_for(ViewId::of::<Names>(), first, SOON).await.unwrap();
    keeper.shutdown().await;
    assert!(follower.healthy(), "there is nothing that they lack");
    let second = shared.joined("Ben").await;
    becomes(&follower, State::Stalled).await;
    assert!(!follower.healthy());
    assert_eq!(names(&follower).await, ["Ada"], "what is known is shown");
    let _again = shared.keeper();
    follower.wait_for(ViewId::of::<Names>(), second, SOON).await.unwrap();
    becomes(&follower, State::Live).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_keeps_the_views_and_the_other_takes_over_when_it_ends() {
    let shared = Shared::new();
    let leases = Arc::new(PostgresLeases::open(shared.database.clone()).await.unwrap());
    let stand = |number| {
        let lease = Lease::of(&ledger("demo"), Duty::Projector);
        let options = PostOptions { term: NEVER, look: Duration::from_millis(50) };
        let (post, term) = Post::new(Arc::clone(&leases) as _, lease, Uuid::from_u128(number), options);
        tokio::spawn(term.run());
        (post.clone(), shared.setup(|_| {}).led_by(post).start().unwrap())
    };
    let (_, one) = stand(1);
    let first = shared.joined("Ada").await;
    one.wait_for(ViewId::of::<Names>(), first, SOON).await.unwrap();
    let (post, other) = stand(2);
    other.wait_for(ViewId::of::<Names>(), first, SOON).await.unwrap();
    assert_eq!(post.held(), None);
    // A runner that ends resigns, though nobody says so to its lease.
    one.shutdown().await;
    let second = shared.joined("Ben").await;
    other.wait_for(ViewId::of::<Names>(), second, SOON).await.unwrap();
    assert_eq!(names(&other).await, ["Ada", "Ben"]);
    assert!(post.held().is_some());
    let store = PostgresViews::open(shared.database.clone()).unwrap().of(&ledger("demo"));
    let builds = store.checkpoints(Names::NAME).unwrap();
    assert!(matches!(&builds[..], [(1, build)] if build.stage == Stage::Active && build.generation == 1));
}
