//! A store that fails: nobody is told that a look is on record that is not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use concord_kernel::{CommandId, LedgerId, StreamRef, Token};
use concord_ledger::{Append, AppendError, Appended, Entry, Filter, Head, Ledger, Page, ReadError, Receipt};
use concord_looks::{Answering, Limits, LooksError, Record};
use tokio::sync::watch;

use crate::support::{in_memory, keep, look, noon};

/// A ledger whose disk is full for as long as somebody says so.
struct Full {
    inner: Arc<dyn Ledger>,
    full: AtomicBool,
}

#[async_trait]
impl Ledger for Full {
    fn id(&self) -> &LedgerId {
        self.inner.id()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        if self.full.load(Ordering::SeqCst) {
            return Err(AppendError::Unavailable);
        }
        self.inner.append(append).await
    }

    async fn receipt(&self, command: CommandId) -> Result<Option<([u8; 32], Receipt)>, ReadError> {
        self.inner.receipt(command).await
    }

    async fn read_stream(
        &self,
        stream: StreamRef,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        self.inner.read_stream(stream, after, limit).await
    }

    async fn read(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, ReadError> {
        self.inner.read(after, filter, limit).await
    }

    async fn head(&self) -> Result<Head, ReadError> {
        self.inner.head().await
    }

    fn watch(&self) -> watch::Receiver<Token> {
        self.inner.watch()
    }
}

/// What is answered while the disk is full and after it has room again, and how many events there are then.
async fn told(answering: Answering) -> (Result<(), LooksError>, Result<(), LooksError>, u64) {
    let (inner, clock) = in_memory();
    let ledger = Arc::new(Full { inner, full: AtomicBool::new(true) });
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
