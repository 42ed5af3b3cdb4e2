//! A bare tonic service that does nothing: the ceiling of what unary gRPC can carry on this machine.

use std::net::SocketAddr;
use std::time::Duration;

use concord_proto::concord::bench::v1::echo_service_client::EchoServiceClient;
use concord_proto::concord::bench::v1::echo_service_server::{EchoService, EchoServiceServer};
use concord_proto::concord::bench::v1::{EchoRequest, EchoResponse};
use concord_proto::concord::common::v1::{CommandReceipt, Token};
use tokio::net::TcpListener;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Server};
use tonic::{Request, Response, Status};

use crate::BenchError;
use crate::load::{Measured, closed_loop};
use crate::mix::Mix;

struct Echo;

#[tonic::async_trait]
impl EchoService for Echo {
    async fn echo(&self, request: Request<EchoRequest>) -> Result<Response<EchoResponse>, Status> {
        let header = request.into_inner().command.and_then(|command| command.header).unwrap_or_default();
        let token = Token { epoch: header.patient_id, position: 1 };
        let receipt =
            CommandReceipt { token: Some(token), stream_version: 1, events: 1, ..Default::default() };
        Ok(Response::new(EchoResponse { receipt: Some(receipt) }))
    }
}

/// Serves the echo on a free port of loopback and prints where; runs until the process ends.
///
/// # Errors
///
/// [`BenchError`] when it cannot listen.
pub async fn serve() -> Result<(), BenchError> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    Ok(Server::builder().add_service(EchoServiceServer::new(Echo)).serve_with_incoming(incoming).await?)
}

/// Calls an echo server for `length`.
pub(crate) async fn run(
    channels: Vec<Channel>,
    workers: usize,
    mix: Mix,
    length: Duration,
) -> Result<Measured, BenchError> {
    closed_loop(workers, length, move |worker, n| {
        let mut client = EchoServiceClient::new(channels[worker % channels.len()].clone());
        let command = mix.score(worker, n);
        async move {
            client.echo(EchoRequest { command: Some(command) }).await?;
            Ok(())
        }
    })
    .await
}
