//! What every store of a ledger can do; the same contract suite runs on each.

use async_trait::async_trait;
use concord_kernel::{CommandId, LedgerId, StreamRef, Token};
use futures::stream::BoxStream;
use tokio::sync::watch;

use crate::{Append, AppendError, Appended, Entry, Epoch, Epochs, Filter, Head, Page, ReadError, Receipt};

/// Events in order, some at a time.
pub type Others = BoxStream<'static, Vec<Entry>>;

/// A log of events in one dense order.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// Which ledger it is.
    fn id(&self) -> &LedgerId;

    /// Records a command's events and its receipt, durably, before it answers.
    ///
    /// The command id is looked up first, then the stream and the conditions, in one transaction.
    ///
    /// # Errors
    ///
    /// See [`AppendError`]; on all but [`AppendError::Unavailable`] nothing was recorded.
    async fn append(&self, append: Append) -> Result<Appended, AppendError>;

    /// Finds the receipt of a command, with the hash of its request.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    async fn receipt(&self, command: CommandId) -> Result<Option<([u8; 32], Receipt)>, ReadError>;

    /// Reads a stream's events after `after_version`, at most `limit`, in order.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    async fn read_stream(
        &self,
        stream: StreamRef,
        after_version: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError>;

    /// Reads events after position `after` that `filter` wants, searching at most `limit` positions, in order.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    async fn read(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, ReadError>;

    /// Where the history ends now, with the root over all of it.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    async fn head(&self) -> Result<Head, ReadError>;

    /// The epochs of the history, as they are stored. A ledger that keeps none knows of the present one alone, and so of
    /// no place in another.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    async fn epochs(&self) -> Result<Epochs, ReadError> {
        let Head { token, recorded_at, .. } = self.head().await?;
        Ok(Epochs::only(Epoch { id: token.epoch, after: 0, began_at: recorded_at }))
    }

    /// Follows the head: the value is always a committed one. Within an epoch it never goes back; another epoch may end
    /// earlier, and whoever serves a ledger stops then.
    fn watch(&self) -> watch::Receiver<Token>;

    /// What other processes append from now on, for whoever remembers what streams hold; `None` where nobody else writes. It
    /// is a service and no guarantee: much at once is left out, and what is remembered must be a condition of every append
    /// all the same.
    fn others(&self) -> Option<Others> {
        None
    }

    /// How many appends wait for the writer.
    fn waiting(&self) -> usize {
        0
    }

    /// Whether somebody is there to write: once `false`, every append is [`AppendError::Unavailable`] for good.
    fn has_writer(&self) -> bool {
        true
    }
}
