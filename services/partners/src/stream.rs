//! A partner's stream: how it is declared, and where a subscription ends in it.

use std::time::Duration;

use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::stream::{
    Config, DiscardPolicy, RawMessageErrorKind, RetentionPolicy, StorageType, Stream,
};
use concord_kernel::SubscriptionId;
use concord_proto::partner::{CONSUMER, SEQUENCE};

use crate::Options;
use crate::error::PartnerError;
use crate::names::Names;

const DESCRIPTION: &str = "What a partner of Concord takes; published by the service and by nobody else";

/// Messages that a partner may hold without having acknowledged them.
const HELD: i64 = 1_000;

/// How long a partner may hold a message before it is given to them again.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_mins(1);

/// How the stream is to be. What is full refuses, and holds up this partner alone; the service erases from it what may not be
/// told any more.
fn config(names: &Names, options: &Options) -> Config {
    let Options { accounts: _, streams } = options;
    Config {
        name: names.stream(),
        description: Some(DESCRIPTION.to_owned()),
        subjects: vec![names.subjects()],
        storage: StorageType::File,
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::New,
        max_age: streams.keep,
        max_messages: -1,
        max_bytes: -1,
        num_replicas: streams.replicas,
        duplicate_window: streams.duplicate_window.min(streams.keep),
        deny_purge: true,
        ..Config::default()
    }
}

/// Declares the stream and its one consumer, or brings them to what is configured now.
pub(crate) async fn declare(
    jetstream: &Context,
    names: &Names,
    options: &Options,
) -> Result<Stream, PartnerError> {
    const WHAT: &str = "declare a partner's stream";
    let answered = |cause| PartnerError::answered(WHAT, cause);
    jetstream.create_or_update_stream(config(names, options)).await.map_err(answered)?;
    let found = jetstream.get_stream(names.stream()).await;
    let stream = found.map_err(|cause| PartnerError::answered("find a partner's stream", cause))?;
    let consumer = pull::Config {
        durable_name: Some(CONSUMER.to_owned()),
        ack_policy: AckPolicy::Explicit,
        ack_wait: ACKNOWLEDGED_WITHIN,
        max_ack_pending: HELD,
        ..pull::Config::default()
    };
    let made = stream.create_consumer(consumer).await;
    made.map_err(|cause| PartnerError::answered("declare a partner's consumer", cause))?;
    Ok(stream)
}

/// The last sequence that was given out, also if that message is gone; 0 for none.
pub(crate) async fn end(stream: &Stream) -> Result<u64, PartnerError> {
    let info = stream.get_info().await;
    Ok(info.map_err(|cause| PartnerError::answered("say where the stream ends", cause))?.state.last_sequence)
}

/// The number of the last message of a subscription that is still there.
pub(crate) async fn last(
    stream: &Stream,
    names: &Names,
    subscription: SubscriptionId,
) -> Result<Option<u64>, PartnerError> {
    match stream.get_last_raw_message_by_subject(&names.of(subscription)).await {
        Ok(message) => {
            let number = message.headers.get(SEQUENCE).and_then(|number| number.as_str().parse().ok());
            number.ok_or(PartnerError::Foreign { sequence: message.sequence }).map(Some)
        }
        Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
        Err(cause) => Err(PartnerError::answered("say where a subscription ends", cause)),
    }
}
