//! The call of `CommandService`.

use concord_proto::concord::command::v1::command_service_server::CommandService;
use concord_proto::concord::command::v1::{ExecuteStreamRequest, ExecuteStreamResponse};
use concord_telemetry::trace;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming};
use tracing::Span;

use super::serve::serve;
use crate::asked::Commands;
use crate::limits::STREAM_IN_FLIGHT;

#[tonic::async_trait]
impl CommandService for Commands {
    type ExecuteStreamStream = ReceiverStream<Result<ExecuteStreamResponse, Status>>;

    async fn execute_stream(
        &self,
        request: Request<Streaming<ExecuteStreamRequest>>,
    ) -> Result<Response<Self::ExecuteStreamStream>, Status> {
        let caller = self.0.authenticate(request.metadata())?;
        let held = self.0.stream(&caller)?;
        let (answers, outbound) = mpsc::channel(STREAM_IN_FLIGHT);
        // A task of its own: a client that does not read its answers must not keep a command half way, where it would
        // hold up everybody else on the same patient. It ends with the client's stream.
        let traced = trace::parent_of(&Span::current());
        tokio::spawn(serve(self.0.clone(), caller, request.into_inner(), answers, (traced, held)));
        Ok(Response::new(ReceiverStream::new(outbound)))
    }
}
