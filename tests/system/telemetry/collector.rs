//! A collector of OpenTelemetry's spans that keeps them, behind a real socket.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::trace_service_server::{
    TraceService, TraceServiceServer,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use tokio::net::TcpListener;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Request, Response, Status};

/// How long spans may take to arrive: they are sent in batches, every five seconds.
const PATIENCE: Duration = Duration::from_mins(1);

/// How often it is looked whether they have.
const LOOK: Duration = Duration::from_millis(100);

/// Spans as they arrive.
#[derive(Clone, Default)]
pub(super) struct Collector(Arc<Mutex<Vec<Span>>>);

#[tonic::async_trait]
impl TraceService for Collector {
    async fn export(
        &self,
        request: Request<ExportTraceServiceRequest>,
    ) -> Result<Response<ExportTraceServiceResponse>, Status> {
        let spans = request.into_inner().resource_spans.into_iter().flat_map(|of| of.scope_spans);
        self.0.lock().unwrap().extend(spans.flat_map(|of| of.spans));
        Ok(Response::new(ExportTraceServiceResponse::default()))
    }
}

impl Collector {
    /// Listens on a free port; gives its address.
    pub(super) async fn listen() -> (Self, String) {
        let collector = Self::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let service = TraceServiceServer::new(collector.clone());
        let server = tonic::transport::Server::builder().add_service(service);
        tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
        (collector, address)
    }

    /// Everything that has arrived.
    pub(super) fn spans(&self) -> Vec<Span> {
        self.0.lock().unwrap().clone()
    }

    /// Waits until one of the spans is the one that is wanted.
    pub(super) async fn find(&self, what: &str, wanted: impl Fn(&Span) -> bool) -> Span {
        let found = async {
            loop {
                if let Some(span) = self.spans().into_iter().find(&wanted) {
                    return span;
                }
                tokio::time::sleep(LOOK).await;
            }
        };
        let Ok(span) = tokio::time::timeout(PATIENCE, found).await else {
            let names: Vec<_> = self.spans().into_iter().map(|span| span.name).collect();
            panic!("no {what} among {names:?}");
        };
        span
    }
}

/// A span's attribute as text; empty when it has none.
pub(super) fn attribute(span: &Span, name: &str) -> String {
    let value = span.attributes.iter().find(|pair| pair.key == name).and_then(|pair| pair.value.clone());
    match value.and_then(|value| value.value) {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(other) => format!("{other:?}"),
        None => String::new(),
    }
}
