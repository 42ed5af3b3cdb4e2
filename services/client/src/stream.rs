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
        let request = ExecuteStreamRequest { id, command: Some(asked.streamed()) };
        if self.requests.send(request).await.is_err() {
            return Err(Error::StreamEnded);
        }
        Ok(Answer(waiting))
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
