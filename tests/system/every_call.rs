//! Every call of the contract refuses a caller without a token, one by one, also those that are added later.

use bytes::Bytes;
use concord_proto::concord::ledger::v1::GetHeadRequest;
use concord_support::Raw;
use prost::Message;
use prost_types::FileDescriptorSet;
use tonic::{Code, Request, Status};
use tonic_types::StatusExt;

use crate::start;

/// Services that anybody may call, and one that is not served.
const OPEN: [&str; 1] = ["concord.bench.v1.EchoService"];

/// Every method as `/package.Service/Method`.
pub(crate) fn methods() -> Vec<String> {
    methods_with_inputs().into_iter().map(|(path, _)| path).collect()
}

/// The same, each with the full name of the message that it takes.
pub(crate) fn methods_with_inputs() -> Vec<(String, String)> {
    let set = FileDescriptorSet::decode(concord_proto::FILE_DESCRIPTOR_SET).unwrap();
    let mut found = Vec::new();
    for file in set.file {
        for service in &file.service {
            let name = format!("{}.{}", file.package(), service.name());
            if name.starts_with("concord.") && !OPEN.contains(&name.as_str()) {
                let each = |method: &prost_types::MethodDescriptorProto| {
                    (format!("/{name}/{}", method.name()), method.input_type().to_owned())
                };
                found.extend(service.method.iter().map(each));
            }
        }
    }
    found
}

pub(crate) async fn answer(url: &str, method: &str, token: Option<&str>, body: Bytes) -> Result<(), Status> {
    let channel = tonic::transport::Endpoint::from_shared(url.to_owned()).unwrap().connect().await.unwrap();
    answer_over(channel, method, token, body).await
}

/// The same over a connection that is there.
pub(crate) async fn answer_over(
    channel: tonic::transport::Channel,
    method: &str,
    token: Option<&str>,
    body: Bytes,
) -> Result<(), Status> {
    let mut grpc = tonic::client::Grpc::new(channel);
    grpc.ready().await.unwrap();
    let mut request = Request::new(tokio_stream::once(body));
    if let Some(token) = token {
        request.metadata_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    let path = method.parse().unwrap();
    let mut answers = grpc.streaming(request, path, Raw).await?.into_inner();
    answers.message().await.map(drop)
}

#[tokio::test]
async fn no_call_answers_without_a_token_or_with_a_forged_one() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let methods = methods();
    assert!(methods.len() > 50, "the contract has more calls than {}", methods.len());
    let forged = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.";
    for method in &methods {
        for token in [None, Some(forged)] {
            let refused =
                answer(&server.url, method, token, Bytes::new()).await.map_err(|status| status.code());
            assert_eq!(refused, Err(Code::Unauthenticated), "{method}");
        }
    }
}

#[tokio::test]
async fn no_call_takes_rubbish() {
    let folder = tempfile::tempdir().unwrap();
    let server = start(folder.path()).await;
    let token = server.token(crate::PSYCHIATRIST).await.unwrap();
    let rubbish = Bytes::from_static(b"\xff\xff\xff\xff not a message \x00\x80");
    for method in methods() {
        let status = answer(&server.url, &method, Some(&token), rubbish.clone()).await.unwrap_err();
        let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
        let told = (status.code(), reason.as_str());
        assert_eq!(told, (Code::InvalidArgument, "MESSAGE_MALFORMED"), "{method}: {status:?}");
    }
    let auditor = server.client(crate::AUDITOR).await.expect("the server must still be there");
    let head = auditor.ledger().get_head(GetHeadRequest {}).await.unwrap().into_inner();
    assert_eq!(head.token.unwrap().position, 0, "what is refused changes nothing");
}
