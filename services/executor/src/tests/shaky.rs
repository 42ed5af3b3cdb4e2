//! A ledger on which others are faster, that fails, whose answers get lost, and that takes its time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use concord_kernel::{CommandId, LedgerId, ManualClock, StreamRef, Token};
use concord_ledger::{
    Append, AppendError, Appended, Entry, Filter, Head, Ledger, MemoryLedger, Page, ReadError, Receipt,
};
use tokio::sync::watch;

use super::executor;
use crate::Request;

/// What happens next.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Another process records this just before the next append.
    Rival(Box<Request>),
    /// The next append fails and has not taken place.
    NotTaken(AppendError),
    /// The next append takes place, and its answer gets lost.
    AnswerLost,
    /// The read after so many others fails.
    ReadFails(u64),
}

pub(super) struct Shaky {
    inner: Arc<MemoryLedger>,
    clock: Arc<ManualClock>,
    /// Absent once it has happened.
    next: Mutex<Option<Trouble>>,
    /// Decides how long things take.
    pace: AtomicU64,
}

impl Shaky {
    pub(super) fn over(inner: Arc<MemoryLedger>, clock: Arc<ManualClock>, seed: u64) -> Arc<Self> {
        Arc::new(Self { inner, clock, next: Mutex::new(None), pace: AtomicU64::new(seed) })
    }

    pub(super) fn prepare(&self, trouble: Option<Trouble>) {
        *self.next.lock().unwrap() = trouble;
    }

    /// Whether what was prepared has not happened; it will not happen any more.
    pub(super) fn was_spared(&self) -> bool {
        self.next.lock().unwrap().take().is_some()
    }

    /// Lets others have their turn, now this often and now that.
    async fn take_time(&self) {
        let turn = self.pace.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::SeqCst) >> 32;
        let turns = match turn % 6 {
            5 => 12,
            few => few % 4,
        };
        for _ in 0..turns {
            tokio::task::yield_now().await;
        }
    }

    fn happens(&self, is: impl FnOnce(&Trouble) -> bool) -> Option<Trouble> {
        let mut next = self.next.lock().unwrap();
        if next.as_ref().is_some_and(is) { next.take() } else { None }
    }

    async fn read_or_fail(&self) -> Result<(), ReadError> {
        self.take_time().await;
        let mut next = self.next.lock().unwrap();
        match next.as_mut() {
            Some(Trouble::ReadFails(0)) => {
                *next = None;
                Err(ReadError::Unavailable)
            }
            Some(Trouble::ReadFails(others)) => {
                *others -= 1;
                Ok(())
            }
            Some(Trouble::Rival(_) | Trouble::NotTaken(_) | Trouble::AnswerLost) | None => Ok(()),
        }
    }
}

#[async_trait]
impl Ledger for Shaky {
    fn id(&self) -> &LedgerId {
        self.inner.id()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.take_time().await;
        if let Some(Trouble::NotTaken(error)) = self.happens(|next| matches!(next, Trouble::NotTaken(_))) {
            return Err(error);
        }
        if let Some(Trouble::Rival(request)) = self.happens(|next| matches!(next, Trouble::Rival(_))) {
            // It may be refused; then nobody was faster.
            let _ = executor(self.inner.clone(), &self.clock).execute(*request).await;
        }
        let answer = self.inner.append(append).await;
        // Longest between what takes place and its answer.
        for _ in 0..2 {
            self.take_time().await;
        }
        let lost = self.happens(|next| matches!(next, Trouble::AnswerLost)).is_some();
        if lost { Err(AppendError::Unavailable) } else { answer }
    }

    async fn receipt(&self, command: CommandId) -> Result<Option<([u8; 32], Receipt)>, ReadError> {
        self.read_or_fail().await?;
        self.inner.receipt(command).await
    }

    async fn read_stream(
        &self,
        stream: StreamRef,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        self.read_or_fail().await?;
        let found = self.inner.read_stream(stream, after, limit).await;
        self.take_time().await;
        found
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
