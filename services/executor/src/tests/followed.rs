//! What other processes write to the same ledger is folded into what is remembered here.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use concord_kernel::{CommandId, LedgerId, StreamRef, Token};
use concord_ledger::{
    Append, AppendError, Appended, Entry, Filter, Head, Ledger, MemoryLedger, Others, Page, ReadError,
    Receipt,
};
use futures::StreamExt;
use futures::channel::mpsc;
use tokio::sync::watch;

use super::{admit, clock, executor, memory, refer, screen, stream};
use crate::{ExecuteError, Executor};

/// The longest that anything here may take.
const PATIENCE: Duration = Duration::from_mins(1);

/// A ledger that tells of others what the test says.
struct Told {
    inner: Arc<MemoryLedger>,
    others: Mutex<Option<mpsc::UnboundedReceiver<Vec<Entry>>>>,
    appends: AtomicUsize,
    /// From where on streams were read.
    reads: Mutex<Vec<(StreamRef, u64)>>,
}

#[async_trait]
impl Ledger for Told {
    fn id(&self) -> &LedgerId {
        self.inner.id()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.appends.fetch_add(1, Ordering::SeqCst);
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
        self.reads.lock().unwrap().push((stream, after));
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

    fn others(&self) -> Option<Others> {
        Some(self.others.lock().unwrap().take()?.boxed())
    }
}

type Teller = mpsc::UnboundedSender<Vec<Entry>>;

/// An executor here, one elsewhere, and whoever tells the first what the second has written.
fn both() -> (Executor, Executor, Arc<Told>, Teller) {
    let clock = clock();
    let inner = memory(&clock);
    let (teller, others) = mpsc::unbounded();
    let (appends, reads) = (AtomicUsize::new(0), Mutex::default());
    let told = Arc::new(Told { inner: Arc::clone(&inner), others: Mutex::new(Some(others)), appends, reads });
    (executor(Arc::clone(&told) as _, &clock), executor(inner, &clock), told, teller)
}

async fn version(executor: &Executor, is: impl Fn(Option<u64>) -> bool) {
    let becomes = async {
        while !is(executor.cached(stream()).map(|folded| folded.version)) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, becomes).await.expect("it is taken in");
}

async fn after(ledger: &Told, position: u64) -> Vec<Entry> {
    ledger.inner.read(position, &Filter::default(), 100).await.unwrap().entries
}

#[tokio::test]
async fn what_others_write_is_folded_into_what_is_remembered_and_costs_no_second_attempt() {
    let (here, elsewhere, told, teller) = both();
    here.execute(refer(1)).await.unwrap();
    elsewhere.execute(screen(2)).await.unwrap();
    told.reads.lock().unwrap().clear();
    // What is remembered already may come with it.
    teller.unbounded_send(after(&told, 0).await).unwrap();
    version(&here, |version| version == Some(2)).await;
    let (ours, theirs) = (here.cached(stream()).unwrap(), elsewhere.cached(stream()).unwrap());
    assert_eq!(format!("{:?}", ours.state), format!("{:?}", theirs.state));
    here.execute(admit(3)).await.unwrap();
    assert_eq!(told.appends.load(Ordering::SeqCst), 2, "one for each command");
    assert_eq!(*told.reads.lock().unwrap(), [], "and nothing was read again");
}

#[tokio::test]
async fn a_lost_race_reads_only_what_the_winner_wrote() {
    let (here, elsewhere, told, _teller) = both();
    here.execute(refer(1)).await.unwrap();
    elsewhere.execute(screen(2)).await.unwrap();
    told.reads.lock().unwrap().clear();
    // On what is remembered it would be accepted; it is not, on what the winner wrote.
    assert!(matches!(here.execute(screen(3)).await, Err(ExecuteError::Refused(_))));
    assert_eq!(told.appends.load(Ordering::SeqCst), 2, "the append was refused, and then the command");
    let reads = told.reads.lock().unwrap();
    assert!(reads.contains(&(stream(), 1)));
    assert!(!reads.contains(&(stream(), 0)), "what was folded already");
}

#[tokio::test]
async fn what_does_not_follow_is_forgotten_and_read_anew() {
    let (here, elsewhere, told, teller) = both();
    here.execute(refer(1)).await.unwrap();
    elsewhere.execute(screen(2)).await.unwrap();
    elsewhere.execute(admit(3)).await.unwrap();
    // The second event got lost on the way.
    teller.unbounded_send(after(&told, 2).await).unwrap();
    version(&here, |version| version.is_none()).await;
    assert!(here.execute(admit(4)).await.is_err(), "the patient is admitted already");
    assert_eq!(here.cached(stream()).map(|folded| folded.version), Some(3));
}
