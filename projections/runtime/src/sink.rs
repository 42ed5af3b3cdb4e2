//! Writes batches on a thread of its own, so that the next one is folded meanwhile.

use std::sync::{Arc, mpsc};
use std::thread;

use tokio::sync::oneshot;

use crate::store::Writes;
use crate::{StoreError, ViewStore};

/// Batches that wait for the writing thread; the runner keeps one in flight.
const BATCHES: usize = 1;

pub(crate) type Written = oneshot::Receiver<Result<(), StoreError>>;

type Job = (Vec<Writes>, oneshot::Sender<Result<(), StoreError>>);

/// The writing thread; it ends when this is dropped.
pub(crate) struct Sink {
    jobs: mpsc::SyncSender<Job>,
}

impl Sink {
    pub(crate) fn start(store: Arc<dyn ViewStore>) -> Self {
        let (jobs, queue) = mpsc::sync_channel::<Job>(BATCHES);
        let work = move || {
            while let Ok((writes, reply)) = queue.recv() {
                // A runner that was dropped reads the outcome from the checkpoint when it starts again.
                let _ = reply.send(store.commit(&writes));
            }
        };
        let named = thread::Builder::new().name("views-write".into());
        named.spawn(work).expect("the system has room for one more thread at the start");
        Self { jobs }
    }

    /// Hands a batch over.
    pub(crate) fn write(&self, writes: Vec<Writes>) -> Written {
        let (reply, written) = oneshot::channel();
        // A thread that is gone drops `reply`, which the waiting side takes for its end.
        let _ = self.jobs.send((writes, reply));
        written
    }
}
