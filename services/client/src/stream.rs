//! Many commands in flight on one stream.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use concord_proto::concord::command::v1::command_service_client::CommandServiceClient;
use concord_proto::concord::command::v1::execute_stream_response::Outcome;
use concord_proto::concord::command::v1::{ExecuteStreamRequest, ExecuteStreamResponse};
use concord_proto::concord::common::v1::CommandReceipt;
use tokio::sync::{mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Streaming;

use crate::fault::Error;
use crate::{Asks, Authorised, Fault};

/// Commands that wait to be written to the connection; past it, [`CommandStream::begin`] waits.
const WAITING: usize = 256;

type Waiting = HashMap<u64, oneshot::Sender<Result<CommandReceipt, Fault>>>;

/// A stream of commands. Dropping it closes the sending side; what was begun is still answered.
pub struct CommandStream {
    requests: mpsc::Sender<ExecuteStreamRequest>,
    unanswered: Arc<Unanswered>,
    next: AtomicU64,
}

/// The answer to come of a command that was begun.
#[derive(Debug)]
pub struct Answer(oneshot::Receiver<Result<CommandReceipt, Fault>>);

/// `None` once the stream has ended: nobody will answer any more.
struct Unanswered(Mutex<Option<Waiting>>);

impl CommandStream {
    pub(crate) async fn open(mut service: CommandServiceClient<Authorised>) -> Result<Self, Error> {
        let (requests, outbound) = mpsc::channel(WAITING);
        let answers = service.execute_stream(ReceiverStream::new(outbound)).await?.into_inner();
        let unanswered = Arc::new(Unanswered(Mutex::new(Some(HashMap::new()))));
        tokio::spawn(deliver(answers, Arc::clone(&unanswered)));
        Ok(Self { requests, unanswered, next: AtomicU64::new(1) })
    }

    /// Sends a command and waits for its receipt.
    ///
    /// # Errors
    ///
    /// [`Error::Call`] with what the server said; [`Error::StreamEnded`] when it may or may not have taken effect.
    pub async fn execute(&self, asked: impl Asks) -> Result<CommandReceipt, Error> {
        self.begin(asked).await?.receipt().await
    }

    /// Sends a command; waits only while the connection takes no more.
    ///
    /// # Errors
    ///
    /// [`Error::StreamEnded`] when the stream takes no more commands.
    pub async fn begin(&self, asked: impl Asks) -> Result<Answer, Error> {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let (answer, waiting) = oneshot::channel();
        self.unanswered.lock().as_mut().ok_or(Error::StreamEnded)?.insert(id, answer);
        let entry = Entry { id, unanswered: &self.unanswered, sent: false };
        let request = ExecuteStreamRequest { id, command: Some(asked.streamed()) };
        self.requests.send(request).await.map_err(|_| Error::StreamEnded)?;
        entry.sent();
        Ok(Answer(waiting))
    }
}

/// A place among the unanswered that is given back unless its command was sent: nobody answers one that was not. So
/// somebody who gives up while they wait to send leaves nothing behind.
struct Entry<'a> {
    id: u64,
    unanswered: &'a Unanswered,
    sent: bool,
}

impl Entry<'_> {
    fn sent(mut self) {
        self.sent = true;
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        if !self.sent {
            self.unanswered.lock().as_mut().map(|waiting| waiting.remove(&self.id));
        }
    }
}

impl Answer {
    /// Waits for the receipt.
    ///
    /// # Errors
    ///
    /// See [`CommandStream::execute`].
    pub async fn receipt(self) -> Result<CommandReceipt, Error> {
        let answered = self.0.await.map_err(|_| Error::StreamEnded)?;
        answered.map_err(|fault| Error::Call(Box::new(fault)))
    }
}

impl Unanswered {
    fn lock(&self) -> MutexGuard<'_, Option<Waiting>> {
        self.0.lock().expect("nothing panics while it holds the map")
    }
}

async fn deliver(mut answers: Streaming<ExecuteStreamResponse>, unanswered: Arc<Unanswered>) {
    while let Ok(Some(ExecuteStreamResponse { id, outcome })) = answers.message().await {
        let waiting = unanswered.lock().as_mut().and_then(|waiting| waiting.remove(&id));
        let result = match outcome {
            Some(Outcome::Receipt(receipt)) => Ok(receipt),
            Some(Outcome::Error(error)) => Err(Fault::from(error)),
            None => continue,
        };
        if let Some(waiting) = waiting {
            // Nobody has to wait for an answer.
            let _unread = waiting.send(result);
        }
    }
    // Dropping the senders tells everybody who waits.
    unanswered.lock().take();
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use concord_proto::concord::episode::v1::ReferPatientRequest;

    use super::*;

    /// A stream whose connection takes one command and no more.
    fn stuck() -> (CommandStream, mpsc::Receiver<ExecuteStreamRequest>) {
        let (requests, outbound) = mpsc::channel(1);
        let unanswered = Arc::new(Unanswered(Mutex::new(Some(HashMap::new()))));
        (CommandStream { requests, unanswered, next: AtomicU64::new(1) }, outbound)
    }

    fn unanswered(stream: &CommandStream) -> Vec<u64> {
        stream.unanswered.lock().as_ref().unwrap().keys().copied().collect()
    }

    #[tokio::test]
    async fn giving_up_while_waiting_to_send_leaves_nothing_behind() {
        let (stream, mut outbound) = stuck();
        let _first = stream.begin(ReferPatientRequest::default()).await.unwrap();
        {
            let mut second = pin!(stream.begin(ReferPatientRequest::default()));
            assert!(second.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            assert_eq!(unanswered(&stream).len(), 2);
        }
        assert_eq!(unanswered(&stream), [1], "what was sent is still to be answered");
        assert_eq!(outbound.recv().await.map(|request| request.id), Some(1));
    }

    #[tokio::test]
    async fn a_command_that_cannot_be_sent_leaves_nothing_behind() {
        let (stream, outbound) = stuck();
        drop(outbound);
        let refused = stream.begin(ReferPatientRequest::default()).await;
        assert!(matches!(refused, Err(Error::StreamEnded)));
        assert!(unanswered(&stream).is_empty());
    }
}
