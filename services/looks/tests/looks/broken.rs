//! A store that fails: nobody is told that a look is on record that is not.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use concord_ledger::Ledger;
use concord_looks::{Answering, Limits, LooksError, Record};

use crate::support::{Watched, in_memory, keep, look, noon};

/// What is answered while the disk is full and after it has room again, and how many events there are then.
async fn told(answering: Answering) -> (Result<(), LooksError>, Result<(), LooksError>, u64) {
    let (inner, clock) = in_memory();
    let ledger = Arc::new(Watched::new(inner));
    ledger.full.store(true, Ordering::SeqCst);
    let looks = keep(Arc::clone(&ledger) as _, clock, Limits::default()).answering(answering);
    let one = || vec![Record::Look(look(noon(), 7, [3]))];
    let full = looks.record(one()).await.map(drop);
    ledger.full.store(false, Ordering::SeqCst);
    let later = looks.record(one()).await.map(drop);
    (full, later, ledger.head().await.unwrap().token.position)
}

#[tokio::test]
async fn a_look_that_cannot_be_recorded_is_refused_and_the_next_is_recorded_when_there_is_room() {
    assert_eq!(told(Answering::AfterTheRecord).await, (Err(LooksError::Unavailable), Ok(()), 1));
}

#[tokio::test]
async fn the_suite_sees_a_look_that_is_answered_without_its_record() {
    let (full, ..) = told(Answering::MutationBeforeTheRecord).await;
    assert_eq!(full, Ok(()), "the mutation answers though nothing could be recorded");
}
