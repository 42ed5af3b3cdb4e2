//! Reads and decodes pages of the ledger on a thread of its own, ahead of the fold.

use std::sync::Arc;
use std::sync::mpsc::{self, TrySendError};
use std::thread;

use concord_kernel::{Clock, Instant, StreamKind, Token};
use concord_ledger::{Entry, Filter, Ledger, Page, ReadError};
use concord_telemetry::{TraceParent, trace, traceparent_of};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

use crate::Told;
use crate::fact::tell;
use crate::rules::Rules;

/// Pages that may be asked for and not yet read.
const REQUESTS: usize = 8;

/// Some consecutive events.
#[derive(Debug)]
pub(crate) struct Batch {
    /// The events after the position that was asked for.
    pub(crate) told: Vec<Told>,
    /// The last position.
    pub(crate) through: u64,
    /// Where the ledger ended when the page was read.
    pub(crate) head: u64,
    /// Everything recorded before this instant is in the ledger's first `through` events.
    pub(crate) complete_as_of: Instant,
    /// In which traces the first of the events were recorded, where these are kept.
    pub(crate) traces: Vec<TraceParent>,
}

/// Why there is no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceError {
    /// The ledger is away.
    Unavailable,
    /// The ledger ended before its head, or left something out.
    Corrupt,
    /// The reading thread is gone.
    Broken,
}

/// A page to come; a reader that is gone never sends it, which the waiting side takes for [`SourceError::Broken`].
pub(crate) type Pending = oneshot::Receiver<Result<Batch, SourceError>>;

struct Request {
    after: u64,
    limit: usize,
    reply: oneshot::Sender<Result<Batch, SourceError>>,
}

/// The reading thread; it ends when this is dropped.
pub(crate) struct Source {
    requests: mpsc::SyncSender<Request>,
}

impl Source {
    pub(crate) fn start(ledger: Arc<dyn Ledger>, clock: Arc<dyn Clock>, runtime: Handle) -> Self {
        let (requests, queue) = mpsc::sync_channel::<Request>(REQUESTS);
        let work = move || {
            let mut rules = Rules::default();
            while let Ok(Request { after, limit, reply }) = queue.recv() {
                // Nobody listens any more after a rebuild was given up: the page is simply not wanted.
                let _ = reply.send(runtime.block_on(page(&*ledger, &*clock, &mut rules, after, limit)));
            }
        };
        let named = thread::Builder::new().name("views-read".into());
        named.spawn(work).expect("the system has room for one more thread at the start");
        Self { requests }
    }

    /// Asks for the events after `after`, at most `limit`.
    pub(crate) fn request(&self, after: u64, limit: usize) -> Pending {
        let (reply, pending) = oneshot::channel();
        if let Err(TrySendError::Full(request)) = self.requests.try_send(Request { after, limit, reply }) {
            // Nobody listens only when the page is not wanted any more.
            let _ = request.reply.send(Err(SourceError::Unavailable));
        }
        pending
    }
}

async fn page(
    ledger: &dyn Ledger,
    clock: &dyn Clock,
    rules: &mut Rules,
    after: u64,
    limit: usize,
) -> Result<Batch, SourceError> {
    let asked_at = clock.now();
    let Token { epoch, position: head } = *ledger.watch().borrow();
    // What is committed can be read a moment before it is told of. Rows that knew it already would look, to a session
    // that begins just then, as if the ledger had lost something.
    let limit = usize::try_from(head.saturating_sub(after)).unwrap_or(limit).clamp(1, limit);
    let Page { entries, through } =
        ledger.read(after, &Filter::default(), limit).await.map_err(SourceError::from)?;
    // A short history must never pass for a complete one: every position is there, and there is a next one
    // while the head is ahead.
    let dense = entries.iter().zip(after + 1..).all(|(entry, position)| entry.position == position);
    let complete = after + entries.len() as u64 == through && (through > after || head <= after);
    if !dense || !complete {
        tracing::error!(after, through, head, entries = entries.len(), "ledger ended before its head");
        return Err(SourceError::Corrupt);
    }
    let last = entries.last().map(|entry| entry.recorded_at);
    let head = head.max(through);
    let complete_as_of = match last {
        Some(recorded_at) if through < head => recorded_at,
        Some(_) | None => asked_at,
    };
    let traces = traces(&entries);
    let published = |entry: &Entry| entry.stream.kind == StreamKind::Ruleset;
    rules
        .know(ledger, Token { epoch, position: through }, asked_at, || entries.iter().any(published))
        .await?;
    let told = |entry| tell(entry, rules.at(entry));
    Ok(Batch { told: entries.iter().map(told).collect(), through, head, complete_as_of, traces })
}

impl From<ReadError> for SourceError {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Unavailable => Self::Unavailable,
            ReadError::Keyless | ReadError::Shredded => {
                tracing::error!("nobody here has the keys of the ledger");
                Self::Unavailable
            }
            ReadError::Corrupt(what) => {
                tracing::error!(what, "ledger is corrupt");
                Self::Corrupt
            }
        }
    }
}

fn traces(entries: &[Entry]) -> Vec<TraceParent> {
    if !trace::is_on() {
        return Vec::new();
    }
    entries.iter().filter_map(|entry| traceparent_of(&entry.metadata)).take(trace::LINKS).collect()
}
