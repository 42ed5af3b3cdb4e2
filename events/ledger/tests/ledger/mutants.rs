//! Ledgers with a fault that others have had, so that the schedules can show that they see it.

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use concord_kernel::{CommandId, LedgerId, StreamRef, Token};
use concord_ledger::{Append, AppendError, Appended, Entry, Filter, Head, Ledger, Page, ReadError, Receipt};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tokio::sync::watch;

/// How long something is not visible.
const HIDDEN: Duration = Duration::from_millis(1);

/// What is wrong with a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Positions are given out before the commit: later ones may become visible first.
    OutOfOrder,
    /// A refused append keeps the position it was given.
    Holes,
    /// The events of an append become visible one by one.
    Halves,
    /// An append is answered before its events can be read.
    Early,
}

/// A ledger with a fault.
pub(crate) struct Mutant {
    ledger: Arc<dyn Ledger>,
    fault: Fault,
    random: Mutex<ChaCha8Rng>,
    /// Metadata of commands that are not visible yet.
    hidden: Mutex<HashSet<bytes::Bytes>>,
    /// Nothing after it is visible yet; 0 for everything.
    end: AtomicU64,
    /// Where refused appends have left holes.
    holes: Mutex<Vec<u64>>,
}

impl Mutant {
    pub(crate) fn new(ledger: Arc<dyn Ledger>, fault: Fault, seed: u64) -> Self {
        let random = Mutex::new(ChaCha8Rng::seed_from_u64(seed));
        let (hidden, end, holes) = (Mutex::default(), AtomicU64::new(0), Mutex::default());
        Self { ledger, fault, random, hidden, end, holes }
    }

    /// The entries as somebody sees them.
    fn show(&self, mut entries: Vec<Entry>, whole: bool) -> Vec<Entry> {
        match self.fault {
            Fault::OutOfOrder => {
                let hidden = self.hidden.lock().unwrap();
                entries.retain(|entry| !hidden.contains(&entry.metadata));
            }
            Fault::Holes => {
                let holes = self.holes.lock().unwrap();
                for entry in &mut entries {
                    let before = holes.iter().filter(|hole| **hole < entry.position).count();
                    entry.position += before as u64;
                }
            }
            Fault::Halves => {
                let (last, before) = (entries.len().wrapping_sub(1), entries.len().wrapping_sub(2));
                let several = entries.get(before).zip(entries.get(last));
                if whole && several.is_some_and(|(one, other)| one.metadata == other.metadata) {
                    entries.pop();
                }
            }
            Fault::Early => {
                let end = self.end.load(Ordering::SeqCst);
                entries.retain(|entry| end == 0 || entry.position <= end);
            }
        }
        entries
    }
}

#[async_trait]
impl Ledger for Mutant {
    fn id(&self) -> &LedgerId {
        self.ledger.id()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        let unlucky = self.random.lock().unwrap().random_bool(0.3);
        let command = append.metadata.clone();
        match self.fault {
            Fault::OutOfOrder if unlucky => {
                self.hidden.lock().unwrap().insert(command.clone());
                let answer = self.ledger.append(append).await;
                tokio::time::sleep(HIDDEN).await;
                self.hidden.lock().unwrap().remove(&command);
                answer
            }
            Fault::Holes => {
                let answer = self.ledger.append(append).await;
                if answer.is_err() {
                    self.holes.lock().unwrap().push(self.ledger.watch().borrow().position);
                }
                answer
            }
            Fault::Early if unlucky => {
                self.end.store(self.ledger.watch().borrow().position.max(1), Ordering::SeqCst);
                self.ledger.append(append).await
            }
            Fault::OutOfOrder | Fault::Halves | Fault::Early => {
                self.end.store(0, Ordering::SeqCst);
                self.ledger.append(append).await
            }
        }
    }

    async fn receipt(&self, command: CommandId) -> Result<Option<([u8; 32], Receipt)>, ReadError> {
        self.ledger.receipt(command).await
    }

    async fn read_stream(
        &self,
        stream: StreamRef,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        self.ledger.read_stream(stream, after, limit).await
    }

    async fn read(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, ReadError> {
        let page = self.ledger.read(after, filter, limit).await?;
        let whole = page.entries.len() < limit;
        let entries = self.show(page.entries, whole);
        Ok(Page { through: entries.last().map_or(after, |entry| entry.position), entries })
    }

    async fn head(&self) -> Result<Head, ReadError> {
        self.ledger.head().await
    }

    fn watch(&self) -> watch::Receiver<Token> {
        self.ledger.watch()
    }
}
