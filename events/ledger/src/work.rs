//! An append on its way to the writer.

use std::mem::size_of;

use concord_telemetry::{TraceParent, trace};
use tokio::sync::oneshot;

use crate::leaf::digest;
use crate::merkle::Hash;
use crate::{Append, AppendError, Appended};

/// What an append is answered.
pub(crate) type Answer = Result<Appended, AppendError>;

/// An append whose payloads, sealed by now, are hashed, so that the writer need not.
pub(crate) struct Work {
    pub(crate) append: Append,
    pub(crate) payloads: Vec<Hash>,
    pub(crate) metadata: Hash,
    pub(crate) bytes: usize,
    /// The trace that it belongs to, where that is kept.
    pub(crate) traced: Option<TraceParent>,
    answer: Option<oneshot::Sender<Answer>>,
}

impl Work {
    /// Hashes what is stored, on the caller's thread.
    pub(crate) fn new(append: Append) -> (Self, oneshot::Receiver<Answer>) {
        let mut bytes = append.reply.len() + size_of::<Append>();
        let mut payloads = Vec::with_capacity(append.events.len());
        for event in &append.events {
            payloads.push(digest(&event.payload));
            bytes += event.payload.len() + append.metadata.len();
        }
        let metadata = digest(&append.metadata);
        let (answer, answered) = oneshot::channel();
        let traced = trace::waiting();
        (Self { append, payloads, metadata, bytes, traced, answer: Some(answer) }, answered)
    }

    /// Answers the caller, once; one that has gone away does not mind.
    pub(crate) fn answer(&mut self, answer: Answer) {
        if let Some(caller) = self.answer.take() {
            let _ = caller.send(answer);
        }
    }
}

/// How many of the first appends fit into one transaction; at least one.
pub(crate) fn fitting(waiting: &[Work], bytes: usize) -> usize {
    let mut sum = 0_usize;
    let fitting = waiting.iter().take_while(|work| {
        sum = sum.saturating_add(work.bytes);
        sum <= bytes
    });
    fitting.count().max(1)
}
