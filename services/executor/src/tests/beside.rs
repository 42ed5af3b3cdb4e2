//! Another process on the same ledger: what is remembered here may be behind it, and no refusal may rest on that.

use std::sync::Arc;

use concord_ledger::Ledger;

use super::{admit, clock, executor, memory, refer, screen};
use crate::{ExecuteError, Request};

#[tokio::test]
async fn nothing_is_refused_for_what_another_process_has_changed_meanwhile() {
    let clock = clock();
    let ledger: Arc<dyn Ledger> = memory(&clock);
    let (one, other) = (executor(Arc::clone(&ledger), &clock), executor(ledger, &clock));
    one.execute(refer(1)).await.unwrap();
    // The other one remembers that nobody is screened.
    assert!(matches!(other.execute(admit(2)).await, Err(ExecuteError::Refused(_))));
    assert!(matches!(other.judge(admit(2)).await, Err(ExecuteError::Refused(_))));
    one.execute(screen(3)).await.unwrap();
    other.judge(admit(4)).await.unwrap();
    assert_eq!(other.execute(admit(4)).await.unwrap().stream_version, 3);
    // And it is the same the other way round.
    assert!(matches!(one.judge(admit(5)).await, Err(ExecuteError::Refused(_))));
}

#[tokio::test]
async fn a_version_that_the_caller_saw_elsewhere_is_no_conflict() {
    let clock = clock();
    let ledger: Arc<dyn Ledger> = memory(&clock);
    let (one, other) = (executor(Arc::clone(&ledger), &clock), executor(ledger, &clock));
    one.execute(refer(1)).await.unwrap();
    assert!(matches!(other.execute(refer(2)).await, Err(ExecuteError::Refused(_))));
    one.execute(screen(3)).await.unwrap();
    let admitted = Request { expected_version: Some(2), ..admit(4) };
    assert_eq!(other.execute(admitted).await.unwrap().stream_version, 3);
    let late = Request { expected_version: Some(2), ..admit(5) };
    assert!(matches!(one.execute(late).await, Err(ExecuteError::Conflict { actual: 3 })));
}
