//! Many commands in flight on one stream: each answer sends the next command of its slot.

use std::time::{Duration, Instant};

use concord_proto::concord::command::v1::command_service_client::CommandServiceClient;
use concord_proto::concord::command::v1::execute_stream_request::Command;
use concord_proto::concord::command::v1::execute_stream_response::Outcome;
use concord_proto::concord::command::v1::{CommandError, ExecuteStreamRequest};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Code, Request, Status};

use crate::BenchError;
use crate::load::Recorder;

/// Keeps `slots` commands in flight until `next` has no more for any slot; `next(slot, n)` is a slot's n-th command.
pub(crate) async fn drive(
    channel: Channel,
    bearer: MetadataValue<Ascii>,
    slots: usize,
    mut next: impl FnMut(usize, u64) -> Option<Command>,
) -> Result<(Recorder, Duration), BenchError> {
    let (sender, receiver) = mpsc::channel(slots.max(1));
    let mut sent = vec![(Instant::now(), 0_u64); slots];
    let mut in_flight = 0;
    for (slot, (at, _)) in sent.iter_mut().enumerate() {
        if let Some(command) = next(slot, 0) {
            *at = Instant::now();
            let _ = sender.send(ExecuteStreamRequest { id: slot as u64, command: Some(command) }).await;
            in_flight += 1;
        }
    }
    let started = Instant::now();
    let mut request = Request::new(ReceiverStream::new(receiver));
    request.metadata_mut().insert("authorization", bearer);
    let mut answers = CommandServiceClient::new(channel).execute_stream(request).await?.into_inner();
    let mut recorder = Recorder::new();
    while in_flight > 0 {
        let Some(answer) = answers.message().await? else { break };
        if let Some(Outcome::Error(error)) = answer.outcome {
            return Err(failed(&error));
        }
        let slot = usize::try_from(answer.id).unwrap_or(usize::MAX);
        let Some((at, n)) = sent.get_mut(slot) else { continue };
        recorder.record(at.elapsed());
        *n += 1;
        match next(slot, *n) {
            Some(command) => {
                *at = Instant::now();
                let _ = sender.send(ExecuteStreamRequest { id: answer.id, command: Some(command) }).await;
            }
            None => in_flight -= 1,
        }
    }
    Ok((recorder, started.elapsed()))
}

#[expect(clippy::disallowed_methods, reason = "the status that the server sent, put together again")]
fn failed(error: &CommandError) -> BenchError {
    Status::new(Code::from_i32(error.code), error.message.clone()).into()
}
