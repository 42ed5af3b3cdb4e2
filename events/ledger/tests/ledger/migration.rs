//! Tables of the version before, and programs of it that are at work while the tables change.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use concord_ledger::{Expected, Ledger, Migrated, PostgresDatabase};
use tokio_postgres::{Client, Config, NoTls};

use crate::support::{NEWEST, append, clock, database, new, open_postgres, statement, stream};

const FIRST: &str = include_str!("../../src/postgres/schema_1.sql");
/// Made by every version in the same way.
const VERSIONS: &str = "CREATE TABLE schema_versions (
    version integer PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT clock_timestamp());
    INSERT INTO schema_versions (version) VALUES (1);
    INSERT INTO heads VALUES ('hillside/clinical', gen_random_uuid(), 0, now(), '')";
/// An append as the first version makes it.
const LOCK: &str = "SELECT epoch FROM heads WHERE ledger = 'hillside/clinical' FOR UPDATE";
const APPEND: &str = "SELECT append_batch(ledger, epoch, position, frontier, recorded_at + interval '1 us', frontier,
    ARRAY['scales'], ARRAY[gen_random_uuid()::text], ARRAY[1::bigint], ARRAY['ScaleTaken'], ARRAY['1'], ARRAY['{}'],
    ARRAY['{}'], ARRAY[now()], ARRAY[decode(repeat('00', 32), 'hex')], ARRAY[gen_random_uuid()],
    ARRAY[decode(repeat('00', 32), 'hex')], ARRAY[position + 1], ARRAY[1], ARRAY[1::bigint], ARRAY[now()],
    ARRAY[''::bytea])
    FROM heads WHERE ledger = 'hillside/clinical'";

async fn client(database: &Config) -> Client {
    let (client, connection) = database.connect(NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Appends as a program of the first version does, until `done` and ten times more; gives how often.
async fn of_the_first_version(client: Client, done: Arc<AtomicBool>) -> i64 {
    let (mut appended, mut more) = (0, 10);
    while more > 0 {
        if done.load(Ordering::SeqCst) {
            more -= 1;
        }
        client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED").await.unwrap();
        client.query_one(LOCK, &[]).await.unwrap();
        assert!(client.query_one(APPEND, &[]).await.unwrap().get::<_, bool>(0));
        client.batch_execute("COMMIT").await.unwrap();
        appended += 1;
    }
    appended
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn programs_of_the_first_version_go_on_while_several_of_this_one_migrate() {
    let (database, clock) = (database(), clock());
    statement(&database, FIRST).await;
    statement(&database, VERSIONS).await;
    let done = Arc::new(AtomicBool::new(false));
    let mut before = tokio::task::JoinSet::new();
    for _ in 0..2 {
        before.spawn(of_the_first_version(client(&database).await, Arc::clone(&done)));
    }
    let (one, other, third) = tokio::join!(
        open_postgres(&database, &clock),
        open_postgres(&database, &clock),
        open_postgres(&database, &clock)
    );
    done.store(true, Ordering::SeqCst);
    for (number, ledger) in (1..).zip([&one, &other, &third]) {
        new(ledger.append(append(number, stream(1), Expected::Any, 1)).await);
    }
    let appended: i64 = before.join_all().await.iter().sum();
    let client = client(&database).await;
    let there = "SELECT count(*) FROM events WHERE ledger = 'hillside/clinical'";
    assert_eq!(client.query_one(there, &[]).await.unwrap().get::<_, i64>(0), appended);
    assert_eq!(one.head().await.unwrap().token.position, 3);
    let versions = "SELECT array_agg(version ORDER BY version) FROM schema_versions";
    assert_eq!(
        client.query_one(versions, &[]).await.unwrap().get::<_, Vec<i32>>(0),
        (1..=i32::try_from(NEWEST).unwrap()).collect::<Vec<_>>()
    );
}

#[tokio::test]
async fn what_was_migrated_is_said() {
    let database = database();
    let migrated = PostgresDatabase::from(&database).migrate().await.unwrap();
    assert_eq!(migrated, Migrated { from: 0, to: NEWEST });
    let again = PostgresDatabase::from(&database).migrate().await.unwrap();
    assert_eq!(again, Migrated { from: NEWEST, to: NEWEST });
}

/// The tables change in one transaction, or not at all.
#[tokio::test]
async fn a_step_that_fails_leaves_everything_as_it_was() {
    let database = database();
    statement(&database, FIRST).await;
    statement(&database, VERSIONS).await;
    statement(&database, "CREATE FUNCTION lock_head(text) RETURNS integer LANGUAGE sql AS 'SELECT 1'").await;
    PostgresDatabase::from(&database).migrate().await.unwrap_err();
    let client = client(&database).await;
    let left = "SELECT (SELECT max(version) FROM schema_versions), to_regprocedure('begin_ledger(text, uuid, timestamptz)') IS NULL";
    let row = client.query_one(left, &[]).await.unwrap();
    assert_eq!((row.get::<_, i32>(0), row.get::<_, bool>(1)), (1, true));
    statement(&database, "DROP FUNCTION lock_head(text)").await;
    assert_eq!(PostgresDatabase::from(&database).migrate().await.unwrap(), Migrated { from: 1, to: NEWEST });
}
