//! Histories that go back: no place means two events, and nobody finds out late.

use std::time::Duration;

use concord_kernel::{SeededIds, Token};
use concord_ledger::{
    AppendError, Diverged, Expected, Filter, Ledger, LocateError, OpenError, Seen, SqliteLedger,
    SqliteOptions, begin_epoch_in_database, begin_epoch_in_file, fsck, locate,
};
use tokio_postgres::Config;

use crate::support::{
    append, clock, database, file, ids, ledger_id, new, open, open_postgres, options, statement, stream,
};

/// How long somebody may take to hear of something.
const SOON: Duration = Duration::from_secs(30);

async fn fill(ledger: &dyn Ledger, commands: std::ops::Range<u128>) -> Token {
    let mut last = None;
    for number in commands {
        last = Some(new(ledger.append(append(number, stream(number % 3), Expected::Any, 1)).await).token);
    }
    last.unwrap()
}

async fn seen(ledger: &dyn Ledger, token: Token) -> Seen {
    let page = ledger.read(token.position - 1, &Filter::default(), 1).await.unwrap();
    Seen { token, leaf: page.entries[0].leaf_hash }
}

fn open_seen(path: &std::path::Path, seen: Seen) -> Result<SqliteLedger, OpenError> {
    let options = SqliteOptions { seen: Some(seen), ..options() };
    SqliteLedger::open(path, ledger_id(), clock(), ids(), options)
}

#[tokio::test]
async fn an_older_file_is_refused_until_somebody_says_that_it_is_meant() {
    let folder = tempfile::tempdir().unwrap();
    let (path, older) = (file(&folder), folder.path().join("older"));
    let ledger = open(&path, options());
    let kept = fill(&ledger, 0..10).await;
    drop(ledger);
    std::fs::copy(&path, &older).unwrap();
    let ledger = open(&path, options());
    let lost = fill(&ledger, 10..15).await;
    let remembered = seen(&ledger, lost).await;
    drop(ledger);
    drop(open_seen(&path, remembered).unwrap());

    std::fs::copy(&older, &path).unwrap();
    let refused = open_seen(&path, remembered).err().unwrap();
    assert!(matches!(refused, OpenError::WentBack { served: 15, found: 10 }), "{refused}");
    let gone = folder.path().join("gone");
    let refused = open_seen(&gone, remembered).err().unwrap();
    assert!(matches!(refused, OpenError::WentBack { served: 15, found: 0 }), "{refused}");

    let begun = begin_epoch_in_file(&path, &ledger_id(), &*clock(), &SeededIds::new(5)).unwrap();
    assert_eq!((begun.was, begun.now.position), (kept, 10));
    let ledger = open_seen(&path, remembered).unwrap();
    let now = fill(&ledger, 100..107).await;
    assert_eq!((now.epoch, now.position), (begun.now.epoch, 17));
    assert_eq!(locate(&ledger, kept).await, Ok(Token { epoch: now.epoch, ..kept }), "this is still so");
    let diverged = Err(LocateError::Diverged(Diverged { now: now.epoch, at: 10 }));
    assert_eq!(locate(&ledger, lost).await, diverged, "15 is another event now");
    assert_eq!(locate(&ledger, now).await, Ok(now));
    drop(ledger);
    assert_eq!(fsck(&path, &mut |_, _| {}).unwrap().epoch, now.epoch);
}

/// Somebody went on with an older copy for longer than what was lost: the end alone does not show it.
#[tokio::test]
async fn another_history_of_the_same_length_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (path, older) = (file(&folder), folder.path().join("older"));
    let ledger = open(&path, options());
    fill(&ledger, 0..10).await;
    drop(ledger);
    std::fs::copy(&path, &older).unwrap();
    let ledger = open(&path, options());
    let lost = fill(&ledger, 10..15).await;
    let remembered = seen(&ledger, lost).await;
    drop(ledger);
    std::fs::copy(&older, &path).unwrap();
    let ledger = open(&path, options());
    fill(&ledger, 20..40).await;
    drop(ledger);
    let refused = open_seen(&path, remembered).err().unwrap();
    assert!(matches!(refused, OpenError::WentBack { served: 15, found: 30 }), "{refused}");
    // Whoever compares the positions alone does not see it.
    let by_position = Seen { token: lost, leaf: seen(&open(&path, options()), lost).await.leaf };
    assert!(open_seen(&path, by_position).is_ok());
}

#[tokio::test]
async fn places_after_the_end_of_the_history_are_of_another_one() {
    for ledger in [crate::support::Store::memory().ledger, crate::support::Store::sqlite().ledger] {
        let token = fill(&*ledger, 0..3).await;
        assert_eq!(locate(&*ledger, token).await, Ok(token));
        let beyond = Token { position: 4, ..token };
        let diverged = Err(LocateError::Diverged(Diverged { now: token.epoch, at: 3 }));
        assert_eq!(locate(&*ledger, beyond).await, diverged);
        let unknown = Token { epoch: uuid::Uuid::from_u128(9), position: 0 };
        let diverged = Err(LocateError::Diverged(Diverged { now: token.epoch, at: 0 }));
        assert_eq!(locate(&*ledger, unknown).await, diverged);
    }
}

/// A process that has not heard yet of what another has appended asks the database before it says that nothing is there.
#[tokio::test]
async fn a_place_that_another_process_gave_is_found_at_once() {
    let (database, clock) = (database(), clock());
    let (one, other) = (open_postgres(&database, &clock).await, open_postgres(&database, &clock).await);
    for number in 0..20 {
        let token = fill(&one, number..number + 1).await;
        assert_eq!(locate(&other, token).await, Ok(token));
    }
}

/// The head row, to set the database back to it.
async fn head_row(database: &Config) -> (String, i64) {
    let (client, connection) = database.connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let row = "SELECT format('UPDATE heads SET position = %s, recorded_at = %L, frontier = %L',
        position, recorded_at, frontier), position FROM heads";
    let row = client.query_one(row, &[]).await.unwrap();
    (row.get(0), row.get(1))
}

/// Sets the database back, as a promoted standby that had not everything would be.
async fn set_back(database: &Config, (head, position): (String, i64)) {
    let sql = format!(
        "SET session_replication_role = replica;
        DELETE FROM events WHERE position > {position}; DELETE FROM receipts WHERE position > {position}; {head}"
    );
    statement(database, &sql).await;
}

#[tokio::test]
async fn a_process_writes_no_more_to_a_history_that_went_back() {
    for others_went_on in [false, true] {
        let (database, clock) = (database(), clock());
        let ledger = open_postgres(&database, &clock).await;
        fill(&ledger, 0..10).await;
        let older = head_row(&database).await;
        fill(&ledger, 10..15).await;
        set_back(&database, older).await;
        if others_went_on {
            fill(&open_postgres(&database, &clock).await, 20..40).await;
        }
        let refused = ledger.append(append(50, stream(1), Expected::Any, 1)).await;
        assert_eq!(refused, Err(AppendError::Unavailable), "others went on: {others_went_on}");
        wait_for(|| !ledger.has_writer()).await;
        let again = ledger.append(append(50, stream(1), Expected::Any, 1)).await;
        assert_eq!(again, Err(AppendError::Unavailable), "for good");
        let fresh = open_postgres(&database, &clock).await;
        assert_eq!(fresh.receipt(crate::support::command(50)).await, Ok(None), "nothing was written");
    }
}

#[tokio::test]
async fn a_process_that_serves_an_epoch_hears_when_another_begins_and_writes_no_more() {
    let (database, clock) = (database(), clock());
    let ledger = open_postgres(&database, &clock).await;
    let told = fill(&ledger, 0..4).await;
    let begun = begin_epoch_in_database(&database, &ledger_id(), &*clock, &SeededIds::new(5)).await.unwrap();
    assert_eq!((begun.was, begun.now.position), (told, 4));
    let refused = ledger.append(append(50, stream(1), Expected::Any, 1)).await;
    assert_eq!(refused, Err(AppendError::Unavailable));
    let mut watch = ledger.watch();
    let heard = tokio::time::timeout(SOON, watch.wait_for(|token| token.epoch == begun.now.epoch)).await;
    assert_eq!(*heard.unwrap().unwrap(), begun.now);
    let again = open_postgres(&database, &clock).await;
    assert_eq!(fill(&again, 50..51).await, Token { position: 5, ..begun.now });
    assert_eq!(locate(&again, told).await, Ok(Token { position: 4, ..begun.now }));
}

async fn wait_for(condition: impl Fn() -> bool) {
    let waiting = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(SOON, waiting).await.unwrap();
}

/// Two processes whose folders remember different places: once one of them has been acknowledged, the other starts too.
#[tokio::test]
async fn what_one_process_acknowledged_holds_for_all() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let ledger = open(&path, options());
    let token = fill(&ledger, 0..5).await;
    drop(ledger);
    begin_epoch_in_file(&path, &ledger_id(), &*clock(), &SeededIds::new(5)).unwrap();
    for position in [3, 5, 9] {
        let elsewhere = Seen { token: Token { position, ..token }, leaf: [9; 32] };
        assert!(open_seen(&path, elsewhere).is_ok(), "{position}");
    }
    let unknown = Seen { token: Token { epoch: uuid::Uuid::from_u128(9), position: 3 }, leaf: [9; 32] };
    assert!(matches!(open_seen(&path, unknown).err(), Some(OpenError::WentBack { .. })));
}
