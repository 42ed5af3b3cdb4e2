//! What happens among commands that share a transaction.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex};

use concord_ledger::{
    Append, AppendError, Appended, CrashPoint, Expected, Faults, Ledger, SqliteLedger, SqliteOptions,
};
use rusqlite::Connection;
use tempfile::TempDir;
use tokio::task::JoinSet;

use crate::support::{append, file, given, new, open, options, stream};

/// Holds the writer at the beginning of its first transaction, so that what comes meanwhile shares the second.
#[derive(Default)]
struct Gate {
    open: Mutex<bool>,
    opened: Condvar,
    transactions: AtomicU32,
}

impl Gate {
    fn open(&self) {
        *self.open.lock().unwrap() = true;
        self.opened.notify_all();
    }
}

impl Faults for Gate {
    fn reached(&self, point: CrashPoint) {
        if point == CrashPoint::AfterBegin {
            self.transactions.fetch_add(1, Ordering::SeqCst);
            drop(self.opened.wait_while(self.open.lock().unwrap(), |open| !*open).unwrap());
        }
    }
}

struct Gated {
    gate: Arc<Gate>,
    ledger: Arc<SqliteLedger>,
    folder: TempDir,
}

fn gated(options: SqliteOptions) -> Gated {
    let (folder, gate) = (tempfile::tempdir().unwrap(), Arc::new(Gate::default()));
    let faults: Arc<dyn Faults> = gate.clone();
    let ledger = Arc::new(open(&file(&folder), SqliteOptions { faults: Some(faults), ..options }));
    Gated { gate, ledger, folder }
}

impl Gated {
    /// Answers to appends that share one transaction, in their order; the first has one of its own before them.
    async fn together(&self, appends: Vec<Append>) -> Vec<Result<Appended, AppendError>> {
        let mut tasks = JoinSet::new();
        for (index, append) in appends.into_iter().enumerate() {
            let ledger = Arc::clone(&self.ledger);
            tasks.spawn(async move { (index, ledger.append(append).await) });
            // A current-thread runtime runs the new task up to its answer, so that the order is the queue's.
            tokio::task::yield_now().await;
            while index == 0 && self.gate.transactions.load(Ordering::SeqCst) == 0 {
                tokio::task::yield_now().await;
            }
        }
        self.gate.open();
        let mut answers = tasks.join_all().await;
        answers.sort_by_key(|(index, _)| *index);
        answers.into_iter().map(|(_, answer)| answer).collect()
    }
}

#[tokio::test]
async fn later_commands_see_earlier_ones_of_their_transaction() {
    let gated = gated(options());
    let answers = gated
        .together(vec![
            append(1, stream(9), Expected::Any, 1),
            append(2, stream(1), Expected::None, 2),
            append(3, stream(1), Expected::None, 1),
            append(4, stream(1), Expected::Exact(2), 1),
            given(append(5, stream(2), Expected::None, 1), &[(stream(1), Expected::Exact(2))]),
            given(append(6, stream(2), Expected::None, 1), &[(stream(1), Expected::Exact(3))]),
            append(2, stream(1), Expected::None, 2),
        ])
        .await;
    let conflict = |actual| Err(AppendError::Conflict { stream: stream(1), actual });
    let positions: Vec<Option<u64>> = answers
        .iter()
        .map(|answer| answer.clone().ok().map(|appended| appended.into_receipt().token.position))
        .collect();
    assert_eq!(positions, [Some(1), Some(3), None, Some(4), None, Some(5), Some(3)]);
    assert_eq!((&answers[2], &answers[4]), (&conflict(2), &conflict(3)));
    assert!(matches!(answers[6], Ok(Appended::Repeated(_))));
    assert_eq!(gated.gate.transactions.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_stream_that_was_forgotten_within_its_transaction_is_found_again() {
    let gated = gated(SqliteOptions { cached_streams: 0, ..options() });
    let appends = (0..12).map(|number| {
        append(number, stream(number % 3), Expected::Exact(u64::try_from(number).unwrap() / 3), 1)
    });
    let answers = gated.together(appends.collect()).await;
    let versions: Vec<u64> = answers.into_iter().map(|answer| new(answer).stream_version).collect();
    assert_eq!(versions, [1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4]);
    assert_eq!(gated.gate.transactions.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_command_that_cannot_be_stored_takes_no_other_with_it() {
    let gated = gated(options());
    let other = Connection::open(file(&gated.folder)).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER refuse BEFORE INSERT ON entries WHEN NEW.version = 3
             BEGIN SELECT RAISE(ABORT, 'refused'); END",
        )
        .unwrap();
    let answers = gated
        .together(vec![
            append(1, stream(9), Expected::Any, 1),
            append(2, stream(1), Expected::Any, 1),
            append(3, stream(2), Expected::Any, 4),
            append(4, stream(1), Expected::Exact(1), 1),
        ])
        .await;
    assert!(matches!(answers[2], Err(AppendError::Corrupt(_))), "{:?}", answers[2]);
    let last = answers[3].clone().unwrap().into_receipt();
    assert_eq!((last.token.position, last.stream_version), (3, 2));
    assert_eq!(gated.ledger.read_stream(stream(2), 0, 9).await.unwrap(), []);
}

#[tokio::test]
async fn more_than_the_queue_holds_is_refused_at_once() {
    let gated = gated(SqliteOptions { queue: 3, ..options() });
    let appends = (1..=6).map(|number| append(number, stream(number), Expected::None, 1)).collect();
    let answers = gated.together(appends).await;
    // The first has left the queue for its transaction, three wait, the others find no room.
    let refused = answers.iter().filter(|answer| **answer == Err(AppendError::Overloaded)).count();
    assert_eq!((refused, answers[4].is_err(), answers[5].is_err()), (2, true, true));
    assert_eq!(gated.ledger.head().await.unwrap().token.position, 4);
}

#[tokio::test]
async fn transactions_are_bounded_in_commands_and_bytes() {
    for (options, transactions) in [
        (SqliteOptions { batch_commands: 2, ..options() }, 4),
        (SqliteOptions { batch_bytes: 1, ..options() }, 6),
    ] {
        let gated = gated(options);
        let appends = (1..=6).map(|number| append(number, stream(number), Expected::None, 1)).collect();
        gated.together(appends).await.into_iter().for_each(|answer| drop(new(answer)));
        assert_eq!(gated.gate.transactions.load(Ordering::SeqCst), transactions);
    }
}

#[tokio::test]
async fn queued_appends_are_committed_when_the_ledger_closes() {
    let Gated { gate, ledger, folder } = gated(options());
    let waiting = ledger.append(append(1, stream(1), Expected::None, 1));
    // Polled once, so that it is queued, then abandoned like a call whose client went away.
    tokio::select! { biased; answer = waiting => panic!("{answer:?}"), () = std::future::ready(()) => {} }
    gate.open();
    drop(ledger);
    let again = open(&file(&folder), options());
    assert_eq!(again.head().await.unwrap().token.position, 1);
}

#[tokio::test]
async fn what_another_connection_writes_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (one, two) = (open(&file(&folder), options()), open(&file(&folder), options()));
    for number in 0..10 {
        let ledger = if number % 2 == 0 { &one } else { &two };
        let receipt = new(ledger.append(append(number, stream(1), Expected::Any, 1)).await);
        assert_eq!(u128::from(receipt.stream_version), number + 1);
    }
    let stale = two.append(append(20, stream(1), Expected::Exact(9), 1)).await;
    assert_eq!(stale, Err(AppendError::Conflict { stream: stream(1), actual: 10 }));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_command_that_two_connections_take_at_once_has_one_effect_and_one_receipt() {
    let folder = tempfile::tempdir().unwrap();
    let ledgers = [(), ()].map(|()| Arc::new(open(&file(&folder), options())));
    for number in 0..25 {
        let mut tasks = JoinSet::new();
        for index in 0..6 {
            let ledger = Arc::clone(&ledgers[index % 2]);
            let mut asked = append(number, stream(number % 3), Expected::Any, 2);
            // The last of each connection comes with another body.
            asked.request_hash[0] = if index < 4 { 0 } else { 255 };
            tasks.spawn(async move { (asked.request_hash[0], ledger.append(asked).await) });
        }
        let (mut news, mut receipts, mut reused) = (Vec::new(), Vec::new(), 0);
        for (body, answer) in tasks.join_all().await {
            match answer {
                Ok(Appended::New(receipt)) => news.push((body, receipt)),
                Ok(Appended::Repeated(receipt)) => receipts.push((body, receipt)),
                Err(error) => {
                    assert_eq!(error, AppendError::CommandReused);
                    reused += 1;
                }
            }
        }
        // Whichever body came first is the command's; the others get its receipt or are refused.
        assert_eq!(news.len(), 1, "{news:?}");
        assert!(receipts.iter().all(|receipt| *receipt == news[0]), "{news:?} {receipts:?}");
        assert_eq!((receipts.len(), reused), if news[0].0 == 0 { (3, 2) } else { (1, 4) });
    }
    let events = ledgers[0].read(0, &concord_ledger::Filter::default(), 100).await.unwrap();
    assert_eq!(events.through, 50);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_write_ahead_log_stays_short_under_load() {
    let folder = tempfile::tempdir().unwrap();
    let limits = SqliteOptions { checkpoint_bytes: 256 * 1024, restart_bytes: 1024 * 1024, ..options() };
    let ledger = Arc::new(open(&file(&folder), limits));
    let log = folder.path().join("clinical.ledger-wal");
    let mut longest = 0;
    for round in 0..60 {
        let mut tasks = JoinSet::new();
        for task in 0..32 {
            let ledger = Arc::clone(&ledger);
            let append = append(round * 32 + task, stream(task), Expected::Any, 2);
            tasks.spawn(async move { ledger.append(append).await.map(drop) });
        }
        tasks.join_all().await.into_iter().for_each(|answer| answer.unwrap());
        longest = longest.max(std::fs::metadata(&log).unwrap().len());
    }
    assert!(longest < 2 * 1024 * 1024, "{longest} bytes");
}
