//! One stream of commands, served by one task.

use concord_proto::concord::command::v1::execute_stream_request::Command;
use concord_proto::concord::command::v1::execute_stream_response::Outcome;
use concord_proto::concord::command::v1::{CommandError, ExecuteStreamRequest, ExecuteStreamResponse};
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc::{OwnedPermit, Sender};
use tonic::{Status, Streaming};
use tonic_types::pb;

use super::dispatch::prepare_any;
use crate::asked::execute;
use crate::door::Caller;
use crate::status::rpc_status;
use crate::{Door, Failure, Invalid};

type Answer = Result<ExecuteStreamResponse, Status>;

/// Reads commands, executes them side by side and answers each, until the client has sent its last, or the service
/// closes, and what was begun is answered.
///
/// A command is read only when there is room for its answer. So what is in flight is bounded, an answer never waits,
/// and whatever was begun runs on even when the client reads nothing.
pub(super) async fn serve(
    door: Door,
    caller: Caller,
    mut commands: Streaming<ExecuteStreamRequest>,
    answers: Sender<Answer>,
) {
    let closed = door.closed();
    tokio::pin!(closed);
    let mut running = FuturesUnordered::new();
    let mut room: Option<OwnedPermit<Answer>> = None;
    let mut more = true;
    while more || !running.is_empty() {
        tokio::select! {
            biased;
            Some(()) = running.next() => {}
            () = &mut closed, if more => more = false,
            next = read(&answers, &mut room, &mut commands), if more => match next {
                Some((Ok(request), room)) => running.push(answer(&door, &caller, request, room)),
                Some((Err(broken), room)) => {
                    room.send(Err(broken));
                    more = false;
                }
                None => more = false,
            },
        }
    }
}

/// Waits for room and then for a command; what it has when it is dropped half way stays in `room`.
async fn read(
    answers: &Sender<Answer>,
    room: &mut Option<OwnedPermit<Answer>>,
    commands: &mut Streaming<ExecuteStreamRequest>,
) -> Option<(Result<ExecuteStreamRequest, Status>, OwnedPermit<Answer>)> {
    if room.is_none() {
        *room = Some(answers.clone().reserve_owned().await.ok()?);
    }
    let next = commands.message().await.transpose()?;
    Some((next, room.take()?))
}

async fn answer(door: &Door, caller: &Caller, request: ExecuteStreamRequest, room: OwnedPermit<Answer>) {
    let ExecuteStreamRequest { id, command } = request;
    let outcome = match outcome(door, caller, command).await {
        Ok(receipt) => Outcome::Receipt(receipt),
        Err(failure) => Outcome::Error(error(&failure)),
    };
    room.send(Ok(ExecuteStreamResponse { id, outcome: Some(outcome) }));
}

async fn outcome(
    door: &Door,
    caller: &Caller,
    command: Option<Command>,
) -> Result<concord_proto::concord::common::v1::CommandReceipt, Failure> {
    door.still(caller)?;
    let command = command.ok_or_else(|| Invalid::new("command", "is required"))?;
    let issued = prepare_any(caller, command)?;
    door.at_most(execute(caller, issued)).await
}

fn error(failure: &Failure) -> CommandError {
    let pb::Status { code, message, details } = rpc_status(failure);
    CommandError { code, message, details }
}
