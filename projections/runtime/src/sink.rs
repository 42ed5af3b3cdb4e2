//! Writes batches on a thread of its own, so that the next one is folded meanwhile.

use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Instant;

use concord_kernel::TenantId;
use concord_telemetry::{as_f64, metric};
use tokio::sync::oneshot;
use tracing::Span;

use crate::store::Writes;
use crate::{StoreError, ViewStore};

/// Batches that wait for the writing thread; the runner keeps one in flight.
const BATCHES: usize = 1;

pub(crate) type Written = oneshot::Receiver<Result<(), StoreError>>;

struct Job {
    writes: Vec<Writes>,
    /// Ends when they are written.
    span: Span,
    reply: oneshot::Sender<Result<(), StoreError>>,
}

/// The writing thread; it ends when this is dropped.
pub(crate) struct Sink {
    jobs: mpsc::SyncSender<Job>,
}

impl Sink {
    pub(crate) fn start(store: Arc<dyn ViewStore>, tenant: &TenantId) -> Self {
        let seconds = metric::VIEW_WRITE_SECONDS.of([tenant.as_str()]);
        let events = metric::VIEW_BATCH.of([tenant.as_str()]);
        let (jobs, queue) = mpsc::sync_channel::<Job>(BATCHES);
        let work = move || {
            while let Ok(Job { writes, span, reply }) = queue.recv() {
                let began = Instant::now();
                let written = span.in_scope(|| store.commit(&writes));
                seconds.record(began.elapsed());
                if let Some(first) = writes.first() {
                    events.record(as_f64(first.to - first.from.position));
                }
                drop(span);
                // A runner that was dropped reads the outcome from the checkpoint when it starts again.
                let _ = reply.send(written);
            }
        };
        let named = thread::Builder::new().name("views-write".into());
        named.spawn(work).expect("the system has room for one more thread at the start");
        Self { jobs }
    }

    /// Hands a batch over.
    pub(crate) fn write(&self, writes: Vec<Writes>, span: Span) -> Written {
        let (reply, written) = oneshot::channel();
        // A thread that is gone drops `reply`, which the waiting side takes for its end.
        let _ = self.jobs.send(Job { writes, span, reply });
        written
    }
}
