//! One stream of commands, served by one task.

use concord_proto::concord::command::v1::execute_stream_request::Command;
use concord_proto::concord::command::v1::execute_stream_response::Outcome;
use concord_proto::concord::command::v1::{CommandError, ExecuteStreamRequest, ExecuteStreamResponse};
use concord_proto::concord::common::v1::CommandReceipt;
use concord_telemetry::TraceParent;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use tokio::sync::mpsc::{OwnedPermit, Sender};
use tonic::{Status, Streaming};
use tonic_types::pb;
use tracing::Instrument;

use super::dispatch::{call_of, name_of, prepare_any};
use crate::asked::{NotPrepared, Prepared, execute};
use crate::door::Caller;
use crate::looking::{Call, refuses};
use crate::observe::StreamCommand;
use crate::oversize::explained;
use crate::rates::OpenStream;
use crate::status::rpc_status;
use crate::{Door, Failure, Invalid};

/// What a message of the stream asks for that asks for nothing.
const NOTHING: &str = "none";

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
    (traced, _held): (Option<TraceParent>, OpenStream),
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
            next = read(&answers, &mut room, &mut commands), if more => match next {
                Some((Ok(ExecuteStreamRequest { id, command }), room)) => {
                    // What runs beside others holds the command once, decoded; what cannot be decoded need not run at
                    // all, and who is refused waits until that is on record.
                    let name = command.as_ref().map_or(NOTHING, name_of);
                    let observed = StreamCommand::begin(name, caller.identity.tenant.as_str(), traced);
                    let call = command.as_ref().map_or(Call::of::<ExecuteStreamRequest>(), call_of);
                    match issue(&door, &caller, command) {
                        Err(NotPrepared { about, failure }) if !refuses(&failure, about) => {
                            answer(room, (id, observed), Err(failure));
                        }
                        issued => running.push(run(&door, &caller, (id, call, observed), issued, room)),
                    }
                }
                Some((Err(broken), room)) => {
                    room.send(Err(explained(broken, door.message_bytes())));
                    more = false;
                }
                None => more = false,
            },
            // Asked only while there is nothing to do, which comes soon: what is in flight has a bound.
            () = &mut closed, if more => more = false,
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

/// Decodes and permits, while the caller's token lasts.
fn issue(door: &Door, caller: &Caller, command: Option<Command>) -> Result<Prepared, NotPrepared> {
    door.command(caller)?;
    let command = command.ok_or_else(|| Invalid::new("command", "is required"))?;
    prepare_any(&door.policies(), caller, command)
}

async fn run(
    door: &Door,
    caller: &Caller,
    (id, call, observed): (u64, Call, StreamCommand),
    issued: Result<Prepared, NotPrepared>,
    room: OwnedPermit<Answer>,
) {
    let span = observed.span.clone();
    let policies = door.policies();
    let (about, outcome) = match issued {
        Ok(issued) => {
            let about = issued.about();
            (about, door.at_most(execute(&policies, caller, issued)).instrument(span).await)
        }
        Err(NotPrepared { about, failure }) => (about, Err(failure)),
    };
    let outcome = match outcome {
        Ok(receipt) => Ok(receipt),
        Err(failure) => Err(door.refused(caller, call, about, failure).await),
    };
    answer(room, (id, observed), outcome);
}

fn answer(
    room: OwnedPermit<Answer>,
    (id, observed): (u64, StreamCommand),
    outcome: Result<CommandReceipt, Failure>,
) {
    observed.end(outcome.as_ref().err());
    let outcome = match outcome {
        Ok(receipt) => Outcome::Receipt(receipt),
        Err(failure) => Outcome::Error(error(&failure)),
    };
    room.send(Ok(ExecuteStreamResponse { id, outcome: Some(outcome) }));
}

fn error(failure: &Failure) -> CommandError {
    let pb::Status { code, message, details } = rpc_status(failure);
    CommandError { code, message, details }
}
