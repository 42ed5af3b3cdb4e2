//! Several processes at one head: a turn takes along what has come while it was waited for, and each process is told what
//! the others have written.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use concord_ledger::{AppendError, Appended, Expected, Ledger};
use futures::StreamExt;
use tokio_postgres::{Client, Config};

use crate::support::{append, clock, database, ledger_id, new, open_postgres, stream};

/// The longest that anything here may take.
const PATIENCE: Duration = Duration::from_mins(1);
const WAITING: &str = "SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%take_head%'";

async fn session(database: &Config) -> Client {
    let (client, connection) = database.connect(tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn until(mut is: impl AsyncFnMut() -> bool) {
    let becomes = async {
        while !is().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, becomes).await.expect("it comes to that");
}

/// Among the late-comers is a command that has taken effect already and one that cannot: the first gets its receipt, the
/// second is refused, and both cost the others nothing.
#[tokio::test(flavor = "multi_thread")]
async fn late_comers_share_a_turn_and_each_gets_its_own_answer() {
    let (database, clock) = (database(), clock());
    let first = open_postgres(&database, &clock).await;
    let earlier = new(first.append(append(1, stream(1), Expected::None, 1)).await);
    // It has written nothing yet, so it looks under the lock.
    let ledger = Arc::new(open_postgres(&database, &clock).await);
    let (holder, looker) = (session(&database).await, session(&database).await);
    let hold = format!("BEGIN; SELECT lock_head('{}')", ledger_id());
    holder.batch_execute(&hold).await.unwrap();
    let asked = |append| {
        let ledger = Arc::clone(&ledger);
        tokio::spawn(async move { ledger.append(append).await })
    };
    let waits = asked(append(2, stream(2), Expected::None, 1));
    until(async || looker.query_one(WAITING, &[]).await.unwrap().get::<_, i64>(0) == 1).await;
    let repeated = asked(append(1, stream(1), Expected::None, 1));
    let refused = asked(append(3, stream(1), Expected::None, 1));
    let late = asked(append(4, stream(3), Expected::None, 2));
    until(async || ledger.waiting() == 3).await;
    holder.batch_execute("COMMIT").await.unwrap();
    assert_eq!(new(waits.await.unwrap()).token.position, 2);
    assert_eq!(repeated.await.unwrap(), Ok(Appended::Repeated(earlier)));
    let conflict = AppendError::Conflict { stream: stream(1), actual: 1 };
    assert_eq!(refused.await.unwrap(), Err(conflict));
    assert_eq!(new(late.await.unwrap()).token.position, 4);
    let commits = "SELECT count(DISTINCT xmin::text), count(*) FROM receipts WHERE position > 1";
    let row = looker.query_one(commits, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (1, 2), "one transaction for both");
}

/// A late-comer that would be accepted, had it not taken effect before: the key of receipts refuses the whole turn, which
/// is then taken again with a look at the receipts.
#[tokio::test(flavor = "multi_thread")]
async fn a_late_comer_that_has_taken_effect_before_takes_no_effect_again() {
    let (database, clock) = (database(), clock());
    let first = open_postgres(&database, &clock).await;
    let earlier = new(first.append(append(1, stream(1), Expected::Any, 1)).await);
    let ledger = Arc::new(open_postgres(&database, &clock).await);
    let answers = [1, 2, 3].map(|number| {
        let ledger = Arc::clone(&ledger);
        tokio::spawn(async move { ledger.append(append(number, stream(1), Expected::Any, 1)).await })
    });
    let [repeated, second, third] = answers;
    assert_eq!(repeated.await.unwrap(), Ok(Appended::Repeated(earlier)));
    let positions = [new(second.await.unwrap()), new(third.await.unwrap())];
    let positions = BTreeSet::from(positions.map(|receipt| receipt.token.position));
    assert_eq!(positions, BTreeSet::from([2, 3]));
    assert_eq!(first.head().await.unwrap().token.position, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_is_told_what_the_others_have_written() {
    let (database, clock) = (database(), clock());
    let (here, there) = (open_postgres(&database, &clock).await, open_postgres(&database, &clock).await);
    let mut others = here.others().expect("others may write");
    new(here.append(append(1, stream(1), Expected::Any, 1)).await);
    for number in 2..5 {
        new(there.append(append(number, stream(1), Expected::Any, 2)).await);
    }
    // Whoever writes next comes across it.
    new(here.append(append(5, stream(2), Expected::Any, 1)).await);
    let told = tokio::time::timeout(PATIENCE, others.next()).await.unwrap().expect("the writer goes on");
    let expected = here.read(1, &concord_ledger::Filter::default(), 6).await.unwrap().entries;
    assert_eq!(told, expected);
    drop(here);
    assert!(
        tokio::time::timeout(PATIENCE, others.next()).await.unwrap().is_none(),
        "it ends with its writer"
    );
}
