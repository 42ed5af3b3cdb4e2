//! What only PostgreSQL can do to a ledger: other processes, lost connections, a server that dies, other programs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use concord_kernel::StreamRef;
use concord_ledger::{
    Append, AppendError, Appended, Entry, Expected, Filter, Ledger, OpenError, PostgresLedger,
    PostgresOptions,
};
use concord_servers::Postgres;
use postgres_es::PostgresEventRepository;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tokio_postgres::Config;

use crate::compatible::Scores;
use crate::model::any_append;
use crate::support::{
    NEWEST, Store, append, clock, database, given, ids, ledger_id, morning, new, open_postgres, statement,
    stream,
};

const HISTORIES: usize = 12;
const LENGTH: usize = 60;

pub(crate) async fn all(ledger: &dyn Ledger) -> Vec<Entry> {
    let mut entries = Vec::new();
    loop {
        let page = ledger.read(entries.len() as u64, &Filter::default(), usize::MAX).await.unwrap();
        if page.entries.is_empty() {
            return entries;
        }
        entries.extend(page.entries);
    }
}

/// Three processes take turns in one history, so each of them decides on what it has only heard of; it is the history
/// that memory makes of the same appends.
#[tokio::test]
async fn three_processes_do_together_what_memory_does_alone() {
    let mut runner = TestRunner::deterministic();
    for number in 0..HISTORIES {
        let steps = proptest::collection::vec((any_append(), 0..3_usize), LENGTH);
        let steps = steps.new_tree(&mut runner).unwrap().current();
        let (model, database, clock) = (Store::memory(), database(), clock());
        let mut processes = Vec::new();
        for _ in 0..3 {
            processes.push(open_postgres(&database, &clock).await);
        }
        for (append, process) in steps {
            let expected = model.ledger.append(append.clone()).await;
            assert_eq!(processes[process].append(append).await, expected, "history {number}");
            let (head, expected) = (processes[process].head().await, model.ledger.head().await.unwrap());
            assert_eq!(head.unwrap(), expected, "history {number}");
        }
        for process in &processes {
            assert_eq!(all(process).await, all(&*model.ledger).await, "history {number}");
        }
    }
}

/// A check in the statement that waits for the lock would let all of them pass.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_expect_the_same_one_succeeds() {
    let (database, clock) = (database(), clock());
    let mut processes = Vec::new();
    for _ in 0..5 {
        processes.push(Arc::new(open_postgres(&database, &clock).await));
    }
    for round in 0..6_u64 {
        let mut asked = tokio::task::JoinSet::new();
        for number in 0..20_u128 {
            let process = Arc::clone(&processes[usize::try_from(number % 5).unwrap()]);
            // Half of them write the stream, the others depend on it.
            let (own, expected) = (stream(7), Expected::Exact(round));
            let command = u128::from(round) * 100 + number;
            let append = if number % 2 == 0 {
                append(command, own, expected, 1)
            } else {
                given(append(command, own, Expected::Any, 1), &[(own, expected)])
            };
            asked.spawn(async move { process.append(append).await });
        }
        let answers = asked.join_all().await;
        let conflict = |answer: &Result<Appended, AppendError>| matches!(answer, Err(AppendError::Conflict { actual, .. }) if *actual == round + 1);
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
        assert_eq!(answers.iter().filter(|answer| conflict(answer)).count(), 19, "{answers:?}");
    }
    assert_eq!(all(&*processes[0]).await.len(), 6);
}

#[tokio::test]
async fn what_one_process_appends_another_hears_of_and_reads() {
    let (database, clock) = (database(), clock());
    let (one, other) = (open_postgres(&database, &clock).await, open_postgres(&database, &clock).await);
    let mut watch = other.watch();
    let receipt = new(one.append(append(1, stream(1), Expected::None, 2)).await);
    let heard = tokio::time::timeout(Duration::from_secs(5), watch.wait_for(|token| *token == receipt.token));
    heard.await.unwrap().unwrap();
    assert_eq!(other.read_stream(stream(1), 0, 9).await.unwrap().len(), 2);
    assert_eq!(other.receipt(crate::support::command(1)).await.unwrap().unwrap().1, receipt);
    let again = other.append(append(1, stream(1), Expected::None, 2)).await;
    assert_eq!(again, Ok(Appended::Repeated(receipt)));
}

/// A command that is asked again beside new ones, in one batch: its own stream has gone on, and that is no conflict.
#[tokio::test]
async fn a_command_that_is_repeated_among_new_ones_gets_its_receipt() {
    let ledger = Store::postgres().await.ledger;
    let first = new(ledger.append(append(1, stream(1), Expected::None, 1)).await);
    for round in 0..20_u128 {
        let others = (0..6)
            .map(|n| ledger.append(append(100 + round * 10 + n, stream(100 + round), Expected::Any, 1)));
        let (again, reused, _) = tokio::join!(
            ledger.append(append(1, stream(1), Expected::None, 1)),
            ledger.append(Append { request_hash: [9; 32], ..append(1, stream(1), Expected::None, 1) }),
            futures::future::join_all(others),
        );
        assert_eq!(again, Ok(Appended::Repeated(first.clone())));
        assert_eq!(reused, Err(AppendError::CommandReused));
    }
}

/// Asks until there is an answer, as a client does, and gives the position of the command's event.
pub(crate) async fn ask(ledger: &PostgresLedger, append: &Append) -> u64 {
    for _ in 0..40 {
        match ledger.append(append.clone()).await {
            Ok(answer) => return answer.into_receipt().token.position,
            Err(AppendError::Unavailable) => tokio::time::sleep(Duration::from_millis(50)).await,
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the ledger did not come back");
}

/// Whether every acknowledged command is there, once, where it was said to be, and every root holds.
pub(crate) async fn nothing_is_lost(ledger: &PostgresLedger, acknowledged: &[(u128, u64)]) {
    let entries = all(ledger).await;
    let leaves: Vec<_> = entries.iter().map(|entry| entry.leaf_hash).collect();
    assert_eq!(ledger.head().await.unwrap().root, concord_ledger::merkle::root(&leaves));
    let metadata: Vec<_> = entries.iter().map(|entry| entry.metadata.clone()).collect();
    assert_eq!(metadata.iter().collect::<BTreeSet<_>>().len(), metadata.len(), "a command is there twice");
    for (number, position) in acknowledged {
        let entry = &entries[usize::try_from(*position).unwrap() - 1];
        assert_eq!(entry.metadata, format!("{{\"command\":\"{number}\"}}"), "at {position}");
    }
}

/// Connections are cut while commits are under way: it is open then whether they happened.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn commands_take_effect_once_though_connections_are_cut_all_the_time() {
    let (database, clock) = (database(), clock());
    let processes =
        [Arc::new(open_postgres(&database, &clock).await), Arc::new(open_postgres(&database, &clock).await)];
    let done = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let cutting = tokio::spawn({
        let (database, done) = (database.clone(), Arc::clone(&done));
        async move {
            let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < 0.3";
            while !done.load(std::sync::atomic::Ordering::SeqCst) {
                statement(&database, cut).await;
                tokio::time::sleep(Duration::from_millis(30)).await;
            }
        }
    });
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..8_u128 {
        let process = Arc::clone(&processes[usize::try_from(worker % 2).unwrap()]);
        workers.spawn(async move {
            let mut acknowledged = Vec::new();
            for n in 0..25 {
                let number = worker * 1_000 + n;
                acknowledged.push((
                    number,
                    ask(&process, &append(number, stream(worker % 3), Expected::Any, 1)).await,
                ));
            }
            acknowledged
        });
    }
    let acknowledged = workers.join_all().await.concat();
    done.store(true, std::sync::atomic::Ordering::SeqCst);
    cutting.await.unwrap();
    assert_eq!(all(&*processes[0]).await.len(), 200);
    nothing_is_lost(&processes[1], &acknowledged).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_is_killed_under_load_loses_nothing_that_was_acknowledged() {
    let mut server = Postgres::start().unwrap();
    let database: Config = server.database().unwrap().parse().unwrap();
    let ledger = Arc::new(open_postgres(&database, &clock()).await);
    let mut acknowledged = Vec::new();
    for round in 0..3_u128 {
        let mut workers = tokio::task::JoinSet::new();
        for worker in 0..8_u128 {
            let ledger = Arc::clone(&ledger);
            workers.spawn(async move {
                let mut acknowledged = Vec::new();
                for n in 0..40 {
                    let number = round * 100_000 + worker * 1_000 + n;
                    let position = ask(&ledger, &append(number, stream(worker), Expected::Any, 1)).await;
                    acknowledged.push((number, position));
                }
                acknowledged
            });
        }
        tokio::time::sleep(Duration::from_millis(60 * (1 + u64::try_from(round).unwrap()))).await;
        server.kill().unwrap();
        server.run().unwrap();
        acknowledged.extend(workers.join_all().await.concat());
        nothing_is_lost(&ledger, &acknowledged).await;
    }
    assert_eq!(acknowledged.len(), 3 * 8 * 40);
}

/// Between processes whose clocks differ, and when one of them is set back.
#[tokio::test]
async fn time_never_runs_back_between_processes() {
    let (database, ahead, behind) = (database(), clock(), clock());
    ahead.set(morning().plus_days(5));
    let (one, other) = (open_postgres(&database, &ahead).await, open_postgres(&database, &behind).await);
    for number in 0..12 {
        if number == 6 {
            ahead.set(morning().plus_days(-5));
        }
        let process = if number % 2 == 0 { &one } else { &other };
        new(process.append(append(number, stream(number % 3), Expected::Any, 2)).await);
    }
    let entries = all(&other).await;
    assert!(entries[0].recorded_at >= morning().plus_days(5));
    assert!(entries.windows(2).all(|pair| pair[0].recorded_at < pair[1].recorded_at));
}

#[tokio::test]
async fn nobody_changes_what_was_recorded() {
    let (database, clock) = (database(), clock());
    let ledger = open_postgres(&database, &clock).await;
    new(ledger.append(append(1, stream(1), Expected::None, 1)).await);
    let (client, connection) = database.connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    for change in [
        "UPDATE events SET payload = '{}'",
        "DELETE FROM events",
        "TRUNCATE events",
        "UPDATE receipts SET position = 9",
        "DELETE FROM receipts",
        "TRUNCATE receipts CASCADE",
        "DELETE FROM heads",
        "TRUNCATE heads",
    ] {
        let refused = client.batch_execute(change).await.unwrap_err();
        assert!(refused.as_db_error().unwrap().message().ends_with("is append-only"), "{change}");
    }
    assert_eq!(all(&ledger).await.len(), 1);
}

#[tokio::test]
async fn a_server_that_does_not_wait_for_the_disk_is_refused() {
    for settings in ["-c synchronous_commit=off", "-c fsync=off"] {
        let server = Postgres::start_with(settings).unwrap();
        let database: Config = server.database().unwrap().parse().unwrap();
        let opened =
            PostgresLedger::open(&database, ledger_id(), clock(), ids(), PostgresOptions::default()).await;
        let Err(OpenError::Store(cause)) = opened else { panic!("{settings} was taken") };
        assert!(cause.to_string().contains("does not wait for the disk"), "{cause}");
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let (database, clock) = (database(), clock());
    drop(open_postgres(&database, &clock).await);
    statement(&database, "INSERT INTO schema_versions (version) VALUES (99)").await;
    let opened = PostgresLedger::open(&database, ledger_id(), clock, ids(), PostgresOptions::default()).await;
    assert!(matches!(opened, Err(OpenError::NewerSchema { found: 99, known: NEWEST })));
}

/// What is no JSON is refused, and those who waited beside it do not suffer for it.
#[tokio::test]
async fn a_payload_that_cannot_be_stored_is_refused_alone() {
    let ledger = Store::postgres().await.ledger;
    let mut bad = append(1, stream(1), Expected::Any, 1);
    bad.events[0].payload = bytes::Bytes::from_static(b"{\"half\":");
    let others = (2..6).map(|number| ledger.append(append(number, stream(number), Expected::None, 1)));
    let (refused, taken) = tokio::join!(ledger.append(bad), futures::future::join_all(others));
    assert!(matches!(refused, Err(AppendError::Corrupt(_))), "{refused:?}");
    assert!(taken.iter().all(Result::is_ok), "{taken:?}");
    assert_eq!(all(&*ledger).await.len(), 4);
}

#[tokio::test]
async fn a_postgres_es_program_reads_the_log() {
    use cqrs_es::AggregateContext;
    use cqrs_es::EventStore;
    use cqrs_es::persist::{PersistedEventRepository, PersistedEventStore};
    let (database, clock) = (database(), clock());
    let ledger = open_postgres(&database, &clock).await;
    let own: StreamRef = stream(1);
    for number in 1..=6_u128 {
        let mut append = append(number, stream(number % 2), Expected::Any, 1);
        append.events[0].payload = format!("{{\"ScaleTaken\":{{\"score\":{number}}}}}").into();
        new(ledger.append(append).await);
    }
    let tokio_postgres::config::Host::Unix(folder) = &database.get_hosts()[0] else { panic!("a socket") };
    let connect = sqlx::postgres::PgConnectOptions::new()
        .socket(folder)
        .port(database.get_ports()[0])
        .username("concord")
        .database(database.get_dbname().unwrap());
    let pool = sqlx::PgPool::connect_with(connect).await.unwrap();
    let repository = PostgresEventRepository::new(pool.clone());
    let events = repository.get_events::<Scores>(&own.id.to_string()).await.unwrap();
    assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(events[2].metadata["command"], "5");
    let store = PersistedEventStore::<_, Scores>::new_event_store(repository);
    assert_eq!(store.load_aggregate(&own.id.to_string()).await.unwrap().aggregate().sum, 1 + 3 + 5);
    pool.close().await;
}
