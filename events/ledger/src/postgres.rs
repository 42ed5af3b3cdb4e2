//! The durable ledger of many processes: PostgreSQL, one head row a ledger, group commit in each process.
//!
//! An append waits in a bounded queue. The writer takes whatever waits while the last batch commits, and answers when
//! the server says that it is committed. Every process sees what the others append: its head follows the table.

use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use concord_kernel::{Clock, CommandId, IdSource, LedgerId, StreamRef, Token};
use concord_postgres::Link;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{broadcast, mpsc, watch};

use self::failure::opening;
use self::reader::Readers;
use self::writer::{Told, Writer};
use crate::merkle::Hash;
use crate::tip::Published;
use crate::work::Work;
use crate::{
    Append, AppendError, Appended, Entry, Epochs, Filter, Head, Ledger, OpenError, Others, Page, ReadError,
    Receipt, vault,
};

mod batch;
mod copy;
mod database;
mod epochs;
mod failure;
mod history;
mod news;
mod options;
mod others;
mod reader;
mod restore;
mod schema;
mod stamp;
mod table;
mod text;
mod tip;
mod writer;

pub use copy::{export_database, fsck_database};
pub use database::{DatabaseOptions, PostgresDatabase};
pub use epochs::{begin_epoch_in_database, database_holds};
pub use options::PostgresOptions;
pub use restore::restore_database;
pub use schema::Migrated;

/// A ledger in a PostgreSQL database, which other processes may write at the same time.
///
/// When it is dropped, the appends that are already queued are still committed, as long as the runtime goes on.
pub struct PostgresLedger {
    id: LedgerId,
    options: PostgresOptions,
    published: Arc<Published>,
    readers: Arc<Readers>,
    queue: mpsc::Sender<Work>,
    /// Where others have been, as the writer finds it; the writer alone keeps it open.
    others: broadcast::WeakSender<Range<u64>>,
    /// What is heard of others stops when nobody has the database any more.
    _database: PostgresDatabase,
}

impl PostgresLedger {
    /// Connects, brings the schema to this program's version if the role may, begins the ledger with a new epoch when it has
    /// not begun, and starts its writer.
    ///
    /// # Errors
    ///
    /// See [`OpenError`]. A server that does not wait for the disk, or is a standby, is refused.
    pub async fn open(
        database: impl Into<PostgresDatabase>,
        id: LedgerId,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
        options: PostgresOptions,
    ) -> Result<Self, OpenError> {
        let database = database.into();
        let link = Link::connect(database.pool().server()).await.map_err(opening)?;
        link.fitness().await.map_err(opening)?.map_err(|unfit| OpenError::Store(Box::new(unfit)))?;
        schema::migrate(&link).await?;
        if let Some(seen) = &options.seen {
            epochs::insist(link.client(), &id.to_string(), seen).await?;
        }
        let tip = schema::begin(&link, &id, clock.now(), ids.next()).await?;
        let published = Arc::new(Published::new(tip));
        let readers = Arc::new(Readers::new(Arc::clone(database.pool()), &id));
        let (queue, queued) = mpsc::channel(options.queue.max(1));
        let news = database.news();
        news.follow(id.to_string(), &published);
        let (spans, _) = broadcast::channel(others::WAITING);
        let others = spans.downgrade();
        let told = Told { published: Arc::clone(&published), news, others: spans };
        tokio::spawn(Writer::new(link, &id, clock, options.clone(), told, queued).run());
        Ok(Self { id, options, published, readers, queue, others, _database: database })
    }
}

#[async_trait]
impl Ledger for PostgresLedger {
    fn id(&self) -> &LedgerId {
        &self.id
    }

    async fn append(&self, mut append: Append) -> Result<Appended, AppendError> {
        self.options.limits.check(&append)?;
        // To seal and hash is wasted on a full queue, which is when there is no time to waste.
        let place = self.queue.try_reserve().map_err(|error| match error {
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
        let found = self.readers.receipt(command).await?;
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
        let mut entries = self.readers.stream(stream, after, limit).await?;
        vault::open(&*self.options.vault, &self.id, &mut entries).await?;
        Ok(entries)
    }

    async fn read(&self, after: u64, filter: &Filter, limit: usize) -> Result<Page, ReadError> {
        let mut page = self.readers.page(after, filter, limit.min(self.options.page)).await?;
        vault::open(&*self.options.vault, &self.id, &mut page.entries).await?;
        Ok(page)
    }

    async fn head(&self) -> Result<Head, ReadError> {
        let tip = self.readers.tip().await?;
        self.published.advance(&tip);
        let token = Token { epoch: tip.epoch, position: tip.position() };
        Ok(Head { token, recorded_at: tip.recorded_at, root: tip.frontier.root() })
    }

    async fn epochs(&self) -> Result<Epochs, ReadError> {
        Ok(self.readers.epochs().await?)
    }

    fn watch(&self) -> watch::Receiver<Token> {
        self.published.watch()
    }

    fn others(&self) -> Option<Others> {
        let spans = self.others.upgrade()?.subscribe();
        let opening = (Arc::clone(&self.options.vault), self.id.clone());
        Some(others::follow(spans, Arc::clone(&self.readers), opening))
    }

    fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    fn has_writer(&self) -> bool {
        !self.queue.is_closed()
    }
}
