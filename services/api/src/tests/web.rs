//! What tools and browsers need: reflection, and calls over HTTP/1.1.

use concord_kernel::Role;
use concord_proto::concord::episode::v1::ReferPatientResponse;
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic_reflection::pb::v1::ServerReflectionRequest;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;

use super::service::{Service, referral, tenant};

#[tokio::test]
async fn a_tool_is_told_of_every_service() {
    let service = Service::start().await;
    let wants = ServerReflectionRequest {
        message_request: Some(MessageRequest::ListServices(String::new())),
        ..ServerReflectionRequest::default()
    };
    let mut tool = ServerReflectionClient::new(service.channel.clone());
    let asks = tokio_stream::iter([wants]);
    let mut answers = tool.server_reflection_info(asks).await.unwrap().into_inner();
    let answer = answers.message().await.unwrap().unwrap().message_response;
    let Some(MessageResponse::ListServicesResponse(list)) = answer else { panic!("{answer:?}") };
    let names: Vec<_> = list.service.into_iter().map(|service| service.name).collect();
    for wanted in [
        "concord.assessment.v1.AssessmentService",
        "concord.care_team.v1.CareTeamService",
        "concord.chart.v1.ChartService",
        "concord.command.v1.CommandService",
        "concord.episode.v1.EpisodeService",
        "concord.follow_up.v1.FollowUpService",
        "concord.ledger.v1.LedgerService",
        "concord.liaison.v1.LiaisonService",
        "concord.outcomes.v1.OutcomeService",
        "concord.prescriber.v1.PrescriberService",
        "concord.program.v1.ProgramService",
        "concord.scales.v1.ScaleService",
        "concord.side_effects.v1.SideEffectService",
        "concord.therapist.v1.TherapistService",
        "concord.timeline.v1.TimelineService",
        "grpc.health.v1.Health",
    ] {
        assert!(names.iter().any(|name| name == wanted), "{wanted} is not in {names:?}");
    }
}

/// Posts a referral as a browser does; gives the head and the body of the answer.
async fn post(service: &Service, authorization: &str) -> (String, Vec<u8>) {
    let message = referral(1, 7).encode_to_vec();
    let length = u32::try_from(message.len()).unwrap();
    let head = format!(
        "POST /concord.episode.v1.EpisodeService/ReferPatient HTTP/1.1\r\nhost: {}\r\n\
         content-type: application/grpc-web+proto\r\nx-grpc-web: 1\r\n{authorization}\
         content-length: {}\r\nconnection: close\r\n\r\n",
        service.address,
        message.len() + 5
    );
    let mut socket = TcpStream::connect(service.address).await.unwrap();
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&[0]).await.unwrap();
    socket.write_all(&length.to_be_bytes()).await.unwrap();
    socket.write_all(&message).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap().to_ascii_lowercase();
    let body = answer.split_off(end + 4);
    let body = if head.contains("transfer-encoding: chunked") { unchunked(&body) } else { body };
    (head, body)
}

/// Puts the chunks of a body together. Source: RFC 9112, 7.1.
fn unchunked(mut rest: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let end = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let length = usize::from_str_radix(std::str::from_utf8(&rest[..end]).unwrap(), 16).unwrap();
        if length == 0 {
            return whole;
        }
        let chunk = &rest[end + 2..];
        whole.extend_from_slice(&chunk[..length]);
        rest = &chunk[length + 2..];
    }
}

/// Takes the next frame: its flag and its bytes. Source: gRPC over HTTP/2, Length-Prefixed-Message.
fn frame<'a>(body: &mut &'a [u8]) -> (u8, &'a [u8]) {
    let length = u32::from_be_bytes(body[1..5].try_into().unwrap()) as usize;
    let (flag, frame) = (body[0], &body[5..5 + length]);
    *body = &body[5 + length..];
    (flag, frame)
}

#[tokio::test]
async fn a_browser_may_call_over_http_1() {
    let service = Service::start().await;
    let token = service.token(Role::Nurse, &tenant());
    let (head, body) = post(&service, &format!("authorization: Bearer {token}\r\n")).await;
    assert!(head.starts_with("http/1.1 200"), "{head}");
    assert!(head.contains("content-type: application/grpc-web+proto"), "{head}");
    let mut body = body.as_slice();
    let (flag, message) = frame(&mut body);
    let receipt = ReferPatientResponse::decode(message).unwrap().receipt.unwrap();
    assert_eq!((flag, receipt.token.unwrap().position), (0, 1));
    let (flag, trailers) = frame(&mut body);
    let trailers = std::str::from_utf8(trailers).unwrap().replace(' ', "");
    assert!(flag == 0x80 && trailers.contains("grpc-status:0"), "{trailers}");
    assert!(body.is_empty());
}

#[tokio::test]
async fn a_browser_needs_a_token_too() {
    let service = Service::start().await;
    let (head, _) = post(&service, "").await;
    assert!(head.contains("grpc-status: 16"), "{head}");
}
