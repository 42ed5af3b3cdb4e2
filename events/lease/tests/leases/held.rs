//! Leases on a server, and posts over it.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use async_trait::async_trait;
use concord_kernel::{LedgerId, TenantId};
use concord_lease::{
    Duty, Fence, Lease, LeaseError, Leases, Post, PostOptions, PostgresLeases, SoleLeases, Term,
};
use concord_postgres::Server;
use concord_servers::Postgres;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Long enough that it does not run out by itself.
const LONG: Duration = Duration::from_mins(10);
const SHORT: Duration = Duration::from_millis(300);
const PATIENCE: Duration = Duration::from_mins(1);

fn database() -> Server {
    static SERVER: LazyLock<Postgres> = LazyLock::new(|| Postgres::start().unwrap());
    Server::parse(&SERVER.database().unwrap()).unwrap()
}

fn lease(tenant: &str, duty: Duty) -> Lease {
    Lease::of(&LedgerId::clinical(TenantId::parse(tenant).unwrap()), duty)
}

fn process(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// Asks until the lease is there.
async fn taken(leases: &PostgresLeases, lease: &Lease, holder: Uuid) -> Fence {
    let asked = async {
        loop {
            if let Some(fence) = leases.take(lease, holder, LONG).await.unwrap() {
                return fence;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_ask_at_once_one_has_it() {
    let (database, lease) = (database(), lease("demo", Duty::Projector));
    let mut asked = JoinSet::new();
    for number in 0..12 {
        let (database, lease) = (database.clone(), lease.clone());
        asked.spawn(async move {
            // Each makes the table, if nobody was faster.
            let leases = PostgresLeases::open(database).await.unwrap();
            leases.take(&lease, process(number), LONG).await.unwrap()
        });
    }
    let had: Vec<_> = asked.join_all().await.into_iter().flatten().collect();
    assert_eq!(had, [Fence::new(1)]);
}

#[tokio::test]
async fn duties_and_ledgers_do_not_wait_for_each_other() {
    let leases = PostgresLeases::open(database()).await.unwrap();
    for tenant in ["demo", "riverbend"] {
        for duty in [Duty::Projector, Duty::Timers, Duty::Pharmacy, Duty::Partners] {
            let taken = leases.take(&lease(tenant, duty), process(1), LONG).await.unwrap();
            assert_eq!(taken, Some(Fence::new(1)), "{tenant} {duty:?}");
        }
    }
}

#[tokio::test]
async fn what_ran_out_is_renewed_until_somebody_else_takes_it_and_never_after() {
    let leases = PostgresLeases::open(database()).await.unwrap();
    let lease = lease("demo", Duty::Projector);
    let first = leases.take(&lease, process(1), SHORT).await.unwrap().unwrap();
    assert_eq!(leases.take(&lease, process(2), LONG).await.unwrap(), None, "it is held");
    tokio::time::sleep(SHORT * 2).await;
    assert!(leases.renew(&lease, process(1), first, SHORT).await.unwrap(), "nobody else was there");
    let second = taken(&leases, &lease, process(2)).await;
    assert!(second > first);
    assert!(!leases.renew(&lease, process(1), first, LONG).await.unwrap());
    leases.release(&lease, process(1), first).await.unwrap();
    assert_eq!(
        leases.take(&lease, process(3), LONG).await.unwrap(),
        None,
        "it was not the first one's to release"
    );
}

#[tokio::test]
async fn what_is_released_can_be_had_at_once_under_a_higher_fence() {
    let leases = PostgresLeases::open(database()).await.unwrap();
    let lease = lease("demo", Duty::Timers);
    for number in 1..4 {
        let fence = leases.take(&lease, process(1), LONG).await.unwrap().unwrap();
        assert_eq!(fence, Fence::new(number));
        leases.release(&lease, process(1), fence).await.unwrap();
    }
}

/// A process that stands for the projector's lease.
fn standing(leases: &Arc<PostgresLeases>, number: u128, term: Duration) -> (Post, Term) {
    let options = PostOptions { term, look: Duration::from_millis(50) };
    Post::new(Arc::clone(leases) as _, lease("demo", Duty::Projector), process(number), options)
}

async fn holds(post: &Post) -> Fence {
    let mut held = post.watch();
    let held = tokio::time::timeout(PATIENCE, held.wait_for(Option::is_some));
    held.await.unwrap().unwrap().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_serves_and_the_other_takes_over_when_it_resigns() {
    let leases = Arc::new(PostgresLeases::open(database()).await.unwrap());
    let ((one, term), (other, standby)) = (standing(&leases, 1, LONG), standing(&leases, 2, LONG));
    let one_runs = tokio::spawn(term.run());
    let first = holds(&one).await;
    let other_runs = tokio::spawn(standby.run());
    assert_eq!(other.held(), None);
    one.resigned().await;
    one_runs.await.unwrap();
    let second = holds(&other).await;
    assert!(second > first, "it did not wait for the end of the term");
    assert_eq!(one.held(), None);
    other.resigned().await;
    other_runs.await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_refused_by_a_store_gives_up_and_stands_again() {
    let leases = Arc::new(PostgresLeases::open(database()).await.unwrap());
    let (post, term) = standing(&leases, 1, LONG);
    let runs = tokio::spawn(term.run());
    let first = holds(&post).await;
    post.give_up(first);
    let mut held = post.watch();
    let again = held.wait_for(|now| now.is_some_and(|fence| fence > first));
    assert!(tokio::time::timeout(PATIENCE, again).await.unwrap().is_ok());
    post.resigned().await;
    runs.await.unwrap();
}

/// The server, for one whose renewals do not reach it.
struct CutOff(Arc<PostgresLeases>);

#[async_trait]
impl Leases for CutOff {
    async fn take(&self, lease: &Lease, holder: Uuid, term: Duration) -> Result<Option<Fence>, LeaseError> {
        self.0.take(lease, holder, term).await
    }

    async fn renew(&self, _: &Lease, _: Uuid, _: Fence, _: Duration) -> Result<bool, LeaseError> {
        std::future::pending().await
    }

    async fn release(&self, lease: &Lease, holder: Uuid, fence: Fence) -> Result<(), LeaseError> {
        self.0.release(lease, holder, fence).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_is_not_renewed_is_over_here_before_anybody_else_has_it() {
    let leases = Arc::new(PostgresLeases::open(database()).await.unwrap());
    let lease = lease("demo", Duty::Projector);
    let options = PostOptions { term: Duration::from_secs(2), look: LONG };
    let cut_off = Arc::new(CutOff(Arc::clone(&leases)));
    let (post, term) = Post::new(cut_off, lease.clone(), process(1), options);
    let runs = tokio::spawn(term.run());
    let first = holds(&post).await;
    let second = taken(&leases, &lease, process(2)).await;
    assert!(second > first);
    assert_eq!(post.held(), None);
    runs.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_post_whose_task_is_gone_holds_nothing() {
    let leases = Arc::new(PostgresLeases::open(database()).await.unwrap());
    let (post, term) = standing(&leases, 1, LONG);
    let runs = tokio::spawn(term.run());
    holds(&post).await;
    runs.abort();
    assert!(runs.await.unwrap_err().is_cancelled());
    assert_eq!(post.held(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_is_done_while_the_lease_is_held_and_dropped_when_it_is_lost() {
    let leases = Arc::new(PostgresLeases::open(database()).await.unwrap());
    let (post, term) = standing(&leases, 1, LONG);
    let runs = tokio::spawn(term.run());
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let working = post.clone();
    let works = tokio::spawn(async move {
        let work = |fence| {
            let told = told.clone();
            async move {
                told.send(fence).unwrap();
                std::future::pending::<()>().await;
            }
        };
        working.while_held(work).await;
    });
    let mut hear = async || tokio::time::timeout(PATIENCE, heard.recv()).await.unwrap().unwrap();
    let first = hear().await;
    post.give_up(first);
    assert!(hear().await > first, "it is begun again in the next term");
    post.resigned().await;
    runs.await.unwrap();
    works.await.unwrap();
}

#[tokio::test]
async fn a_process_without_rivals_has_every_lease() {
    let lease = lease("demo", Duty::Timers);
    assert_eq!(SoleLeases.take(&lease, process(1), LONG).await.unwrap(), Some(Fence::NONE));
    assert!(SoleLeases.renew(&lease, process(1), Fence::NONE, LONG).await.unwrap());
}
