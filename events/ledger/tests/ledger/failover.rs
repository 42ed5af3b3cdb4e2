//! A primary that is lost, and a standby that takes its place.

use std::sync::Arc;
use std::time::Duration;

use concord_ledger::{Expected, Ledger, PostgresLedger};
use concord_servers::Postgres;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::task::JoinSet;
use tokio_postgres::Config;

use crate::postgres::{ask, nothing_is_lost};
use crate::schedules::schedules;
use crate::support::{append, clock, new, open_postgres, stream};

/// Failovers without `CONCORD_SOAK`.
const FAILOVERS: u64 = 2;
const WORKERS: u128 = 6;
const COMMANDS: u128 = 60;

/// Both servers, in the order in which they are tried.
fn either(one: &Postgres, other: &Postgres, database: &str) -> Config {
    let (first, second) = (one.folder().display(), other.folder().display());
    let ports = format!("{},{}", one.port(), other.port());
    format!("host={first},{second} port={ports} user=concord dbname={database}").parse().unwrap()
}

fn database(server: &Postgres) -> String {
    let address: Config = server.database().unwrap().parse().unwrap();
    address.get_dbname().unwrap().to_owned()
}

/// Commands of many at once; gives what was acknowledged, and where.
fn load(ledger: &Arc<PostgresLedger>) -> JoinSet<Vec<(u128, u64)>> {
    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let ledger = Arc::clone(ledger);
        workers.spawn(async move {
            let mut acknowledged = Vec::new();
            for n in 0..COMMANDS {
                let number = worker * 1_000 + n;
                let position = ask(&ledger, &append(number, stream(worker % 4), Expected::Any, 1)).await;
                acknowledged.push((number, position));
            }
            acknowledged
        });
    }
    workers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_standby_that_takes_over_under_load_has_everything_that_was_acknowledged() {
    for seed in 0..schedules(FAILOVERS) {
        println!("seed {seed}");
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut primary = Postgres::start().unwrap();
        let name = database(&primary);
        let standby = primary.standby().unwrap();
        primary.wait_for_standby().unwrap();
        let ledger = Arc::new(open_postgres(&either(&primary, &standby, &name), &clock()).await);
        let epoch = ledger.head().await.unwrap().token.epoch;
        let workers = load(&ledger);
        tokio::time::sleep(Duration::from_millis(random.random_range(20..300))).await;
        primary.kill().unwrap();
        standby.promote().unwrap();
        let acknowledged = workers.join_all().await.concat();
        assert_eq!(acknowledged.len() as u128, WORKERS * COMMANDS);
        nothing_is_lost(&ledger, &acknowledged).await;
        assert_eq!(ledger.head().await.unwrap().token.epoch, epoch, "seed {seed}: nothing was lost");
    }
}

/// A standby that nobody waits for may be behind. What it then does not have was acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_suite_sees_a_standby_that_nobody_waits_for() {
    let mut primary = Postgres::start().unwrap();
    let name = database(&primary);
    let mut standby = primary.standby().unwrap();
    let ledger = open_postgres(&either(&primary, &standby, &name), &clock()).await;
    let mut acknowledged = Vec::new();
    for number in 0..10 {
        if number == 5 {
            standby.kill().unwrap();
        }
        acknowledged.push((
            number,
            new(ledger.append(append(number, stream(1), Expected::Any, 1)).await).token.position,
        ));
    }
    primary.kill().unwrap();
    standby.run().unwrap();
    standby.promote().unwrap();
    let seen = tokio::spawn(async move { nothing_is_lost(&ledger, &acknowledged).await }).await;
    assert!(seen.is_err_and(|error| error.is_panic()));
}
