//! Writers and readers at the same time.

use std::sync::Arc;

use concord_ledger::{AppendError, Expected, Filter};
use tokio::task::JoinSet;

use crate::support::{Store, append, stream};

const WRITERS: u128 = 20;
const ROUNDS: u128 = 10;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_writers_on_one_stream_agree_in_memory() {
    race(Store::memory()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn twenty_writers_on_one_stream_agree_on_sqlite() {
    race(Store::sqlite()).await;
}

/// What a writer of the race expects in its rounds.
fn expectation(writer: u128, round: u128) -> Expected {
    match (writer % 4, round) {
        (0, 0) => Expected::None,
        (0, _) => Expected::Exact(u64::try_from(round).unwrap()),
        (1, _) => Expected::Exists,
        (2, _) => Expected::Exact(u64::try_from(writer + round).unwrap()),
        (_, _) if writer == 3 && round == 0 => Expected::None,
        (_, _) => Expected::Any,
    }
}

async fn race(store: Store) {
    let mut writers = JoinSet::new();
    for writer in 0..WRITERS {
        let ledger = Arc::clone(&store.ledger);
        writers.spawn(async move {
            let mut taken = Vec::new();
            for round in 0..ROUNDS {
                let expected = expectation(writer, round);
                match ledger.append(append(writer * ROUNDS + round, stream(1), expected, 1)).await {
                    Ok(appended) => taken.push((expected, appended.into_receipt().stream_version)),
                    Err(error) => assert!(matches!(error, AppendError::Conflict { .. }), "{error}"),
                }
            }
            taken
        });
    }
    let mut taken: Vec<_> = writers.join_all().await.into_iter().flatten().collect();
    let rows = store.ledger.read_stream(stream(1), 0, 1_000).await.unwrap();
    taken.sort_by_key(|(_, version)| *version);
    let versions: Vec<u64> = taken.iter().map(|(_, version)| *version).collect();
    assert_eq!(versions, rows.iter().map(|row| row.version).collect::<Vec<u64>>());
    let first = taken.iter().filter(|(expected, _)| *expected == Expected::None).count();
    // Somebody who expects nothing may still lose to somebody who does not mind; two can never win.
    assert!(first <= 1, "{first} writers found the stream empty");
    for (expected, version) in taken {
        assert!(expected.holds(version - 1), "{expected:?} at {version}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn exactly_one_of_many_begins_a_stream() {
    for store in [Store::memory(), Store::sqlite()] {
        for round in 0..5 {
            let mut writers = JoinSet::new();
            for writer in 0..WRITERS {
                let ledger = Arc::clone(&store.ledger);
                let append = append(round * 100 + writer, stream(round), Expected::None, 1);
                writers.spawn(async move { ledger.append(append).await.is_ok() });
            }
            assert_eq!(writers.join_all().await.into_iter().filter(|won| *won).count(), 1);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_reader_sees_a_prefix_at_every_moment() {
    let store = Store::sqlite();
    let mut tasks = JoinSet::new();
    for writer in 0..8_u128 {
        let ledger = Arc::clone(&store.ledger);
        tasks.spawn(async move {
            for round in 0..40 {
                let number = writer * 100 + round;
                // Every fifth is refused, which must not leave a hole.
                let expected = if round % 5 == 4 { Expected::None } else { Expected::Any };
                let _ = ledger.append(append(number, stream(writer), expected, 2)).await;
            }
        });
    }
    for _ in 0..3 {
        let ledger = Arc::clone(&store.ledger);
        tasks.spawn(async move {
            let (mut watch, mut seen) = (ledger.watch(), 0);
            while seen < 8 * 32 * 2 {
                let promised = watch.borrow_and_update().position;
                loop {
                    let page = ledger.read(seen, &Filter::default(), 7).await.unwrap();
                    for entry in &page.entries {
                        assert_eq!(entry.position, seen + 1);
                        seen += 1;
                    }
                    assert_eq!(page.through, seen);
                    if page.entries.is_empty() {
                        break;
                    }
                }
                assert!(seen >= promised, "the watch was ahead of what can be read");
                if seen < 8 * 32 * 2 {
                    watch.changed().await.unwrap();
                }
            }
        });
    }
    tasks.join_all().await;
}
