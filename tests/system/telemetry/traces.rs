//! One trace from a call through the append to the views and the stream that show it.

use concord_client::Client;
use concord_proto::concord::chart::v1::ConfirmNoKnownAllergiesRequest;
use concord_proto::concord::chart::v1::chart_service_client::ChartServiceClient;
use concord_proto::concord::command::v1::ExecuteStreamRequest;
use concord_proto::concord::command::v1::command_service_client::CommandServiceClient;
use concord_proto::concord::command::v1::execute_stream_request::Command;
use concord_servers::Nats;
use concord_support::Intake;
use tonic::Request;

use super::collector::{Collector, attribute};
use super::{talkative, talkative_with};
use crate::PSYCHIATRIST;

/// The trace of a caller that has one already, as the standard's own example has it.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const CALLER: &str = "b7ad6b7169203331";

fn traced<T>(message: T, token: &str) -> Request<T> {
    let mut request = Request::new(message);
    let metadata = request.metadata_mut();
    metadata.insert("authorization", format!("Bearer {token}").parse().unwrap());
    metadata.insert("traceparent", format!("00-{TRACE}-{CALLER}-01").parse().unwrap());
    request
}

fn bytes(hex_text: &str) -> Vec<u8> {
    let digits: Vec<char> = hex_text.chars().collect();
    let byte = |pair: &[char]| u8::from_str_radix(&pair.iter().collect::<String>(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_trace_goes_from_a_call_to_the_views_and_the_stream_that_show_it() {
    let folder = tempfile::tempdir().unwrap();
    let (collector, address) = Collector::listen().await;
    let nats = Nats::start().unwrap();
    let servers = format!("{:?}", nats.urls());
    let settings = [("CONCORD_TELEMETRY__OTLP", address.as_str()), ("CONCORD_NATS__SERVERS", &servers)];
    let server = talkative_with(folder.path(), settings).await;
    let token = server.token(PSYCHIATRIST).await.unwrap();
    let doctor = Client::connect(server.url.clone(), &token).await.unwrap();
    let intake = Intake::admit(&doctor).await.unwrap();
    let mut chart = ChartServiceClient::connect(server.url.clone()).await.unwrap();
    let asked = ConfirmNoKnownAllergiesRequest { header: intake.header() };
    let receipt = chart.confirm_no_known_allergies(traced(asked, &token)).await.unwrap().into_inner().receipt;
    let position = receipt.unwrap().token.unwrap().position.to_string();

    let ours = bytes(TRACE);
    let call =
        collector.find("call of the trace", |span| span.trace_id == ours && span.name.contains('/')).await;
    assert_eq!(call.name, "concord.chart.v1.ChartService/ConfirmNoKnownAllergies");
    assert_eq!(call.parent_span_id, bytes(CALLER), "it goes on with the caller's trace");
    assert_eq!(attribute(&call, "concord.tenant"), "demo");
    assert_eq!(attribute(&call, "concord.outcome"), "OK");
    let under_call = |name: &'static str| {
        let call = call.span_id.clone();
        let ours = ours.clone();
        move |span: &opentelemetry_proto::tonic::trace::v1::Span| {
            span.name == name && span.parent_span_id == call && span.trace_id == ours
        }
    };
    collector.find("decision of the call", under_call("decide")).await;
    let append = collector.find("append of the call", under_call("append")).await;
    assert_eq!(attribute(&append, "concord.position"), position);
    let linked = |name: &'static str| {
        let (append, ours) = (append.span_id.clone(), ours.clone());
        move |span: &opentelemetry_proto::tonic::trace::v1::Span| {
            let to_it = |link: &opentelemetry_proto::tonic::trace::v1::span::Link| {
                link.span_id == append && link.trace_id == ours
            };
            span.name == name && span.links.iter().any(to_it)
        }
    };
    let commit = collector.find("commit linked to the append", linked("commit")).await;
    assert_eq!(attribute(&commit, "concord.ledger"), "demo/clinical");
    let fold = collector.find("fold linked to the append", linked("fold")).await;
    let through: u64 = attribute(&fold, "concord.position").parse().unwrap();
    assert!(through >= position.parse().unwrap(), "the views go up to it");
    let publish =
        collector.find("publication of the trace", |span| span.name == "publish" && span.trace_id == ours);
    assert_eq!(attribute(&publish.await, "concord.position"), position);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_of_a_stream_are_traced_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let (collector, address) = Collector::listen().await;
    let server = talkative(folder.path(), Some(&address)).await;
    let token = server.token(PSYCHIATRIST).await.unwrap();
    let doctor = Client::connect(server.url.clone(), &token).await.unwrap();
    let intake = Intake::admit(&doctor).await.unwrap();
    let asked = Command::ConfirmNoKnownAllergies(ConfirmNoKnownAllergiesRequest { header: intake.header() });
    let request = ExecuteStreamRequest { id: 1, command: Some(asked) };
    let mut stream = CommandServiceClient::connect(server.url.clone()).await.unwrap();
    let request = traced(tokio_stream::once(request), &token);
    let mut answers = stream.execute_stream(request).await.unwrap().into_inner();
    answers.message().await.unwrap().unwrap();

    let ours = bytes(TRACE);
    let one = |span: &opentelemetry_proto::tonic::trace::v1::Span| {
        span.trace_id == ours && span.name == "ConfirmNoKnownAllergies"
    };
    let command = collector.find("command of the stream", one).await;
    assert_eq!(attribute(&command, "concord.outcome"), "OK");
    let of_it = |span: &opentelemetry_proto::tonic::trace::v1::Span| {
        span.name == "append" && span.parent_span_id == command.span_id
    };
    collector.find("append of the command", of_it).await;
}
