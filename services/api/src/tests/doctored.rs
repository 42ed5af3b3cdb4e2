//! A ledger that does what it should, except where a test says otherwise.

use std::sync::Arc;

use async_trait::async_trait;
use concord_kernel::{CommandId, LedgerId, StreamRef, Token};
use concord_ledger::{Append, AppendError, Appended, Entry, Filter, Head, Ledger, Page, ReadError, Receipt};
use tokio::sync::watch;

type Asked = dyn Fn(Append) -> Append + Send + Sync;
type Found = dyn Fn(Option<([u8; 32], Receipt)>) -> Option<([u8; 32], Receipt)> + Send + Sync;
type Read = dyn Fn(u64, Page) -> Result<Page, ReadError> + Send + Sync;

/// A ledger with changed questions and answers.
pub(crate) struct Doctored {
    ledger: Arc<dyn Ledger>,
    /// What is appended in an append's place.
    pub(crate) append: Box<Asked>,
    /// What is answered in a receipt's place.
    pub(crate) receipt: Box<Found>,
    /// What is answered for the events after a position.
    pub(crate) read: Box<Read>,
    /// What is told of the head in its place.
    pub(crate) heads: Option<watch::Receiver<Token>>,
}

impl Doctored {
    /// One that changes nothing.
    pub(crate) fn over(ledger: Arc<dyn Ledger>) -> Self {
        Self {
            ledger,
            append: Box::new(|append| append),
            receipt: Box::new(|receipt| receipt),
            read: Box::new(|_, page| Ok(page)),
            heads: None,
        }
    }
}

#[async_trait]
impl Ledger for Doctored {
    fn id(&self) -> &LedgerId {
        self.ledger.id()
    }

    async fn append(&self, append: Append) -> Result<Appended, AppendError> {
        self.ledger.append((self.append)(append)).await
    }

    async fn receipt(&self, command: CommandId) -> Result<Option<([u8; 32], Receipt)>, ReadError> {
        Ok((self.receipt)(self.ledger.receipt(command).await?))
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
        (self.read)(after, self.ledger.read(after, filter, limit).await?)
    }

    async fn head(&self) -> Result<Head, ReadError> {
        self.ledger.head().await
    }

    fn watch(&self) -> watch::Receiver<Token> {
        self.heads.clone().unwrap_or_else(|| self.ledger.watch())
    }
}
