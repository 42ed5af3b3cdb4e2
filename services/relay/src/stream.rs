//! The stream of a ledger: how it is declared, and where it ends.

use async_nats::jetstream::context::{GetStreamError, GetStreamErrorKind};
use async_nats::jetstream::stream::{
    Config, DiscardPolicy, RawMessageErrorKind, RetentionPolicy, StorageType, Stream,
};
use async_nats::jetstream::{self, Context, ErrorCode};
use async_nats::{Client, HeaderMap};
use concord_kernel::{TenantId, Token};
use concord_proto::feed;

use crate::resume::Tail;
use crate::{Options, RelayError};

const DESCRIPTION: &str = "Events of a Concord ledger, published by its relay and by nobody else";

/// How the stream of `tenant` is to be. What is full refuses; nobody deletes from it.
pub(crate) fn config(tenant: &TenantId, options: &Options) -> Config {
    Config {
        name: feed::stream(tenant.as_str()),
        description: Some(DESCRIPTION.to_owned()),
        subjects: vec![feed::subjects(tenant.as_str())],
        storage: StorageType::File,
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::New,
        max_age: options.keep,
        max_messages: -1,
        max_bytes: -1,
        num_replicas: options.replicas,
        duplicate_window: options.duplicate_window.min(options.keep),
        deny_delete: true,
        deny_purge: true,
        ..Config::default()
    }
}

/// Declares the stream, or brings it to what is configured now.
pub(crate) async fn declare(
    jetstream: &Context,
    tenant: &TenantId,
    options: &Options,
) -> Result<Stream, RelayError> {
    let config = config(tenant, options);
    jetstream
        .create_or_update_stream(config)
        .await
        .map_err(|cause| RelayError::answered("declare the stream", cause))?;
    open(jetstream, tenant).await
}

/// The stream as it was declared.
pub(crate) async fn open(jetstream: &Context, tenant: &TenantId) -> Result<Stream, RelayError> {
    let found = jetstream.get_stream(feed::stream(tenant.as_str())).await;
    found.map_err(|cause| RelayError::answered("find the stream", cause))
}

/// Reads where the stream ends.
///
/// The number comes first: a message that is published in between is then newer than the number, and the publication that
/// rests on both is refused.
pub(crate) async fn tail(stream: &Stream, tenant: &TenantId) -> Result<Tail, RelayError> {
    const WHAT: &str = "say where the stream ends";
    let state = stream.get_info().await.map_err(|cause| RelayError::answered(WHAT, cause))?.state;
    if state.messages == 0 {
        return Ok(Tail { sequence: state.last_sequence, last: None });
    }
    let all = feed::subjects(tenant.as_str());
    let last = match stream.get_raw_message(state.last_sequence).await {
        Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => {
            stream.get_last_raw_message_by_subject(&all).await
        }
        other => other,
    };
    match last {
        Ok(message) => {
            let foreign = RelayError::Foreign { sequence: message.sequence };
            let last = Some(mark(&message.headers).ok_or(foreign)?);
            Ok(Tail { sequence: state.last_sequence, last })
        }
        // All of it has come of age since.
        Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => {
            Ok(Tail { sequence: state.last_sequence, last: None })
        }
        Err(cause) => Err(RelayError::answered(WHAT, cause)),
    }
}

/// Which event a message is.
fn mark(headers: &HeaderMap) -> Option<Token> {
    let epoch = headers.get(feed::EPOCH)?.as_str().parse().ok()?;
    let position = headers.get(feed::POSITION)?.as_str().parse().ok()?;
    Some(Token { epoch, position })
}

/// Whether there is a stream of `tenant`.
///
/// # Errors
///
/// When JetStream does not answer.
pub async fn exists(client: &Client, tenant: &TenantId) -> Result<bool, RelayError> {
    find(client, tenant).await.map(|stream| stream.is_some())
}

/// The last event in the stream of `tenant`; `None` when it holds none, or there is no stream.
///
/// # Errors
///
/// When JetStream does not answer, or the last message is not the relay's.
pub async fn last(client: &Client, tenant: &TenantId) -> Result<Option<Token>, RelayError> {
    match find(client, tenant).await? {
        Some(stream) => Ok(tail(&stream, tenant).await?.last),
        None => Ok(None),
    }
}

async fn find(client: &Client, tenant: &TenantId) -> Result<Option<Stream>, RelayError> {
    match jetstream::new(client.clone()).get_stream(feed::stream(tenant.as_str())).await {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(cause) => Err(RelayError::answered("find the stream", cause)),
    }
}

fn is_missing(error: &GetStreamError) -> bool {
    matches!(error.kind(), GetStreamErrorKind::JetStream(said) if said.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

/// Deletes the stream of `tenant` with all that it holds. A relay that runs makes another one.
///
/// # Errors
///
/// When JetStream does not answer or refuses.
pub async fn remove(client: &Client, tenant: &TenantId) -> Result<(), RelayError> {
    let deleted = jetstream::new(client.clone()).delete_stream(feed::stream(tenant.as_str())).await;
    deleted.map(drop).map_err(|cause| RelayError::answered("delete the stream", cause))
}
