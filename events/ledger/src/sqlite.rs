//! The durable ledger on one machine: one SQLite file, one writer thread, group commit without a timer.
//!
//! An append waits in a bounded queue. The writer takes whatever waits, decides each command in the light of those
//! before it, commits them as one transaction and answers when the commit has reached the disk.

use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use async_trait::async_trait;
use concord_kernel::{Clock, CommandId, IdSource, LedgerId, StreamRef, Token};
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};

use self::checkpoint::Checkpointer;
use self::reader::Readers;
use self::writer::Writer;
use crate::merkle::Hash;
use crate::meter::CheckpointMeter;
use crate::tip::Published;
use crate::work::Work;
use crate::{
    Append, AppendError, Appended, Entry, Epochs, Filter, Head, Ledger, OpenError, Page, ReadError, Receipt,
    vault,
};

mod batch;
mod checkpoint;
mod copy;
mod ends;
pub(crate) mod epochs;
pub(crate) mod failure;
mod options;
mod reader;
mod restore;
pub(crate) mod schema;
mod streams;
mod upgrade;
mod writer;

pub use copy::export_file;
pub use epochs::begin_epoch_in_file;
pub use options::{CrashPoint, Durability, Faults, SqliteOptions};
pub use restore::restore_file;

/// A ledger in a SQLite file. Take the [`crate::DataFolder`] first: only one process may write it.
///
/// Dropping it waits until the appends that are already queued are committed.
pub struct SqliteLedger {
    id: LedgerId,
    options: SqliteOptions,
    published: Arc<Published>,
    /// They change only while nobody serves the ledger.
    epochs: Epochs,
    readers: Arc<Readers>,
    queue: Option<mpsc::Sender<Work>>,
    writer: Option<JoinHandle<()>>,
}

impl SqliteLedger {
    /// Opens the file, initialising it with a new epoch when it is new, and starts its writer.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    #[expect(
        clippy::needless_pass_by_value,
        reason = "every source of ids and time is passed as a shared one"
    )]
    pub fn open(
        path: &Path,
        id: LedgerId,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        options: SqliteOptions,
    ) -> Result<Self, OpenError> {
        let connection = schema::open_writer(path, &id, clock.as_ref(), ids.as_ref(), &options)?;
        let checkpoints = CheckpointMeter::new(&id);
        checkpoint::settle(&connection, &checkpoints)?;
        let tip = schema::tip(&connection).map_err(|_| OpenError::Corrupt("the head row is unreadable"))?;
        let published = Arc::new(Published::new(tip));
        let epochs =
            epochs::all(&connection).ok().flatten().ok_or(OpenError::Corrupt("the epochs are unreadable"))?;
        let checkpointer = Checkpointer::start(path, &options, checkpoints)?;
        let (queue, queued) = mpsc::channel(options.queue.max(1));
        let writer =
            Writer::new(connection, &id, clock, options.clone(), Arc::clone(&published), checkpointer)
                .map_err(|_| OpenError::Corrupt("the ends of streams are unreadable"))?;
        let readers = Readers::new(path.to_owned(), &options, writer.fresh());
        let writer = thread::Builder::new()
            .name("ledger-writer".to_owned())
            .spawn(move || writer.run(queued))
            .map_err(|error| OpenError::Store(Box::new(error)))?;
        let readers = Arc::new(readers);
        Ok(Self { id, options, published, epochs, readers, queue: Some(queue), writer: Some(writer) })
    }
}

impl Drop for SqliteLedger {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

#[async_trait]
impl Ledger for SqliteLedger {
    fn id(&self) -> &LedgerId {
        &self.id
    }

    async fn append(&self, mut append: Append) -> Result<Appended, AppendError> {
        self.options.limits.check(&append)?;
        let queue = self.queue.as_ref().ok_or(AppendError::Unavailable)?;
        // To seal and hash is wasted on a full queue, which is when there is no time to waste.
        let place = queue.try_reserve().map_err(|error| match error {
            TrySendError::Full(()) => AppendError::Overloaded,
            TrySendError::Closed(()) => AppendError::Unavailable,
        })?;
        let (command, reply) = (append.command, append.reply.clone());
        vault::seal(&*self.options.vault, &self.id, &mut append).await?;
        let (work, answered) = Work::new(append);
        place.send(work);
        match answered.await.unwrap_or(Err(AppendError::Unavailable))? {
            Appended::New(receipt) => Ok(Appended::New(Receipt { reply, ..receipt })),
            Appended::Repeated(mut receipt) => {
                vault::open_reply(&*self.options.vault, &self.id, command, &mut receipt.reply).await?;
                Ok(Appended::Repeated(receipt))
            }
        }
    }

    async fn receipt(&self, command: CommandId) -> Result<Option<(Hash, Receipt)>, ReadError> {
        let epoch = self.published.tip().epoch;
        let found =
            self.readers.run(move |_, connection| Readers::receipt(connection, command, epoch)).await?;
        let Some((hash, mut receipt)) = found else { return Ok(None) };
        vault::open_reply(&*self.options.vault, &self.id, command, &mut receipt.reply).await?;
        Ok(Some((hash, receipt)))
    }

    async fn read_stream(
        &self,
        stream: StreamRef,
        after: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        let read =
            self.readers.run(move |readers, connection| readers.stream(connection, stream, after, limit));
        let mut entries = read.await?;
        vault::open(&*self.options.vault, &self.id, &mut entries).await?;
        Ok(entries)
    }

    async fn read(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, ReadError> {
        let (filter, limit) = (filter.clone(), limit.min(self.options.page));
        let read = self.readers.run(move |_, connection| Readers::page(connection, after, &filter, limit));
        let mut page = read.await?;
        vault::open(&*self.options.vault, &self.id, &mut page.entries).await?;
        Ok(page)
    }

    async fn head(&self) -> Result<Head, ReadError> {
        let tip = self.published.tip();
        let token = Token { epoch: tip.epoch, position: tip.position() };
        Ok(Head { token, recorded_at: tip.recorded_at, root: tip.frontier.root() })
    }

    async fn epochs(&self) -> Result<Epochs, ReadError> {
        Ok(self.epochs.clone())
    }

    fn watch(&self) -> watch::Receiver<Token> {
        self.published.watch()
    }

    fn waiting(&self) -> usize {
        self.queue.as_ref().map_or(0, |queue| queue.max_capacity() - queue.capacity())
    }

    fn has_writer(&self) -> bool {
        self.queue.as_ref().is_some_and(|queue| !queue.is_closed())
    }
}
