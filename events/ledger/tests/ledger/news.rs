//! Hearing of other processes: by a hint at once, and without it all the same.

use std::time::Duration;

use concord_kernel::Token;
use concord_ledger::{DatabaseOptions, Expected, Ledger, PostgresDatabase, PostgresLedger, PostgresOptions};
use concord_postgres::Server;
use tokio_postgres::Config;

use crate::support::{append, behind_pgbouncer, clock, database, ids, ledger_id, new, statement, stream};

/// Longer than any test: whoever hears of something has not looked for it.
const NEVER: Duration = Duration::from_hours(1);
const PATIENCE: Duration = Duration::from_mins(1);

async fn open(database: &PostgresDatabase) -> PostgresLedger {
    PostgresLedger::open(database, ledger_id(), clock(), ids(), PostgresOptions::default()).await.unwrap()
}

/// A process that looks at the heads only when it hears something.
fn hears(database: &Config, listen: Option<&Config>) -> PostgresDatabase {
    let listen = listen.map(Server::local);
    let options = DatabaseOptions { look: NEVER, look_anyway: NEVER, listen, ..DatabaseOptions::default() };
    PostgresDatabase::new(Server::local(database), options)
}

async fn reaches(ledger: &PostgresLedger, token: Token) -> bool {
    let mut watch = ledger.watch();
    let reached = watch.wait_for(|head| head.position >= token.position);
    tokio::time::timeout(PATIENCE, reached).await.is_ok_and(|reached| reached.is_ok())
}

/// Until so many listen: what was told before goes to nobody.
async fn they_listen(database: &Config, many: i64) {
    let (client, connection) = database.connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let listening = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND query = 'LISTEN concord_heads' AND state = 'idle'";
    let asked = async {
        while client.query_one(listening, &[]).await.unwrap().get::<_, i64>(0) < many {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("they listen");
}

#[tokio::test]
async fn what_others_commit_is_heard_without_looking_for_it() {
    let database = database();
    let (one, other) = (open(&hears(&database, None)).await, open(&hears(&database, None)).await);
    they_listen(&database, 2).await;
    for number in 1..=20 {
        let receipt = new(one.append(append(number, stream(number), Expected::None, 1)).await);
        assert!(reaches(&other, receipt.token).await, "{number}");
    }
}

#[tokio::test]
async fn who_listened_listens_again_after_the_connection_was_lost() {
    let database = database();
    let (one, other) = (open(&hears(&database, None)).await, open(&hears(&database, None)).await);
    for number in 1..=3 {
        they_listen(&database, 2).await;
        let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND query = 'LISTEN concord_heads'";
        statement(&database, cut).await;
        // Told to nobody, perhaps: whoever listens again looks first.
        let receipt = new(one.append(append(number, stream(number), Expected::None, 1)).await);
        assert!(reaches(&other, receipt.token).await, "{number}");
    }
}

#[tokio::test]
async fn behind_pgbouncer_others_are_heard_at_the_database_itself() {
    let database = database();
    let pooled = behind_pgbouncer(&database);
    let listen = Some(&database);
    let (one, other) = (open(&hears(&pooled, listen)).await, open(&hears(&pooled, listen)).await);
    they_listen(&database, 2).await;
    let receipt = new(one.append(append(1, stream(1), Expected::None, 1)).await);
    assert!(reaches(&other, receipt.token).await);
}

/// A PgBouncer answers LISTEN and passes nothing on: whoever believed the answer would never look.
#[tokio::test]
async fn who_listens_behind_pgbouncer_and_hears_nothing_looks() {
    let pooled = behind_pgbouncer(&database());
    let believes = DatabaseOptions { look_anyway: NEVER, ..DatabaseOptions::default() };
    let process = || PostgresDatabase::new(Server::local(&pooled), believes.clone());
    let (one, other) = (open(&process()).await, open(&process()).await);
    for number in 1..=20 {
        let receipt = new(one.append(append(number, stream(number), Expected::None, 1)).await);
        assert!(reaches(&other, receipt.token).await, "{number}");
    }
}

/// Whoever is heard by itself does not look as often as one that is deaf.
#[tokio::test]
async fn who_hears_itself_does_not_look() {
    let address = database();
    let options = DatabaseOptions { look_anyway: NEVER, ..DatabaseOptions::default() };
    let process = PostgresDatabase::new(Server::local(&address), options);
    let _ledger = open(&process).await;
    they_listen(&address, 1).await;
    let (client, connection) = address.connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    // Sessions that have looked at the heads since the last one did.
    let newest = "SELECT max(query_start)::text FROM pg_stat_activity
        WHERE datname = current_database() AND query LIKE '%FROM heads WHERE ledger = ANY%' AND pid <> pg_backend_pid()";
    let asked = async {
        let mut last: Option<String> = None;
        loop {
            let looked: Option<String> = client.query_one(newest, &[]).await.unwrap().get(0);
            if looked.is_some() && looked == last {
                return;
            }
            last = looked;
            // Ten times as long as between two looks of one that is deaf.
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    };
    tokio::time::timeout(PATIENCE, asked).await.expect("it stops looking");
}

#[tokio::test]
async fn who_hears_nothing_looks() {
    let database = database();
    let deaf: Config = "host=/nowhere user=nobody".parse().unwrap();
    let listen = Some(Server::local(&deaf));
    let deaf = PostgresDatabase::new(
        Server::local(&database),
        DatabaseOptions { listen, look_anyway: NEVER, ..DatabaseOptions::default() },
    );
    let (one, other) = (open(&PostgresDatabase::from(&database)).await, open(&deaf).await);
    let receipt = new(one.append(append(1, stream(1), Expected::None, 1)).await);
    assert!(reaches(&other, receipt.token).await);
}

/// Without a hint and without a look nothing arrives: what arrives in the other tests came by the one that they leave.
#[tokio::test]
async fn the_suite_sees_a_process_that_nobody_tells() {
    let address = database();
    let deaf: Config = "host=/nowhere user=nobody".parse().unwrap();
    let (one, other) = (open(&hears(&address, None)).await, open(&hears(&address, Some(&deaf))).await);
    // Whoever opens a ledger looks once: only that can bring it one of these.
    for number in 1..=3 {
        let receipt = new(one.append(append(number, stream(1), Expected::Any, 1)).await);
        let mut watch = other.watch();
        let reached = watch.wait_for(|head| head.position >= receipt.token.position);
        if tokio::time::timeout(Duration::from_secs(1), reached).await.is_err() {
            return;
        }
    }
    panic!("it arrives though nobody tells");
}

/// Sessions of the database.
async fn sessions(database: &Config) -> i64 {
    let (client, connection) = database.connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let all = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()";
    client.query_one(all, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn many_ledgers_of_a_process_share_the_connections_that_read() {
    const LEDGERS: u64 = 24;
    let address = database();
    let options = DatabaseOptions { readers: 3, ..DatabaseOptions::default() };
    let database = PostgresDatabase::new(Server::local(&address), options);
    let mut ledgers = Vec::new();
    for number in 0..LEDGERS {
        let tenant = concord_kernel::TenantId::parse(&format!("tenant-{number}")).unwrap();
        let id = concord_kernel::LedgerId::clinical(tenant);
        let options = PostgresOptions::default();
        ledgers.push(PostgresLedger::open(&database, id, clock(), ids(), options).await.unwrap());
    }
    for ledger in &ledgers {
        let receipt = new(ledger.append(append(1, stream(1), Expected::None, 1)).await);
        assert_eq!(ledger.head().await.unwrap().token, receipt.token);
    }
    // One that writes for each, the three that read, and one that listens.
    assert!(sessions(&address).await <= i64::try_from(LEDGERS).unwrap() + 3 + 1);
}
