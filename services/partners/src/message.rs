//! What a partner is told, as a message of its stream.

use async_nats::HeaderMap;
use bytes::Bytes;
use concord_feed::{Message, Told};
use concord_kernel::SubscriptionId;
use concord_proto::concord::feed::v1::{Started, SubscribeResponse, subscribe_response};
use concord_proto::feed::cloud_event;
use concord_proto::partner::{self, ENDED, SEQUENCE, STARTED};
use prost::Message as _;
use uuid::Uuid;

use crate::Encode;
use crate::names::Names;

/// A message before it is known what it follows.
pub(crate) struct Publication {
    pub(crate) subject: String,
    pub(crate) headers: HeaderMap,
    pub(crate) payload: Bytes,
}

/// One message of a subscription.
pub(crate) fn publication(
    names: &Names,
    subscription: SubscriptionId,
    message: Message,
    encode: Encode,
) -> Publication {
    let sequence = message.sequence;
    let mut headers = HeaderMap::new();
    let (about, id, of_kind) = match &message.told {
        Told::Event(event) => {
            headers.insert(cloud_event::TIME, event.recorded_at.to_string());
            headers.insert(partner::cloud_event::SUBJECT, event.subject.to_string());
            let of_kind = format!("{}.{}.v{}", event.kind.as_str(), event.event_type, event.event_version);
            (event.subject.to_string(), event.id.to_string(), of_kind)
        }
        Told::ConsentEnded(ended) => {
            headers.insert(partner::cloud_event::SUBJECT, ended.subject.to_string());
            (ENDED.to_owned(), format!("{}:{sequence}", ended.subject), String::from("feed.ConsentEnded.v1"))
        }
    };
    let payload = encode(names.tenant(), message).encode_to_vec().into();
    let (subject, id) = (names.subject(subscription, &about), Named { ce: id, sequence, subscription });
    finished(names, (subject, id, &of_kind), headers, payload)
}

/// That a subscription begins after `sequence`. Each has a name of its own, `id`.
pub(crate) fn started(names: &Names, subscription: SubscriptionId, sequence: u64, id: Uuid) -> Publication {
    let said = subscribe_response::Message::Started(Started { after_sequence: sequence });
    let payload = SubscribeResponse { message: Some(said) }.encode_to_vec().into();
    let (subject, id) =
        (names.subject(subscription, STARTED), Named { ce: id.to_string(), sequence, subscription });
    finished(names, (subject, id, "feed.Started.v1"), HeaderMap::new(), payload)
}

/// What names a message.
struct Named {
    /// For the partner, for ever: also when it is sent again under another number.
    ce: String,
    sequence: u64,
    subscription: SubscriptionId,
}

fn finished(
    names: &Names,
    (subject, called, of_kind): (String, Named, &str),
    mut headers: HeaderMap,
    payload: Bytes,
) -> Publication {
    // A number may stand for something else when it was decided anew: both name the message for JetStream.
    let id = format!("{}:{}:{}", called.subscription, called.sequence, called.ce);
    headers.insert(async_nats::header::NATS_MESSAGE_ID, id);
    headers.insert(async_nats::header::NATS_EXPECTED_STREAM, names.stream());
    headers.insert(SEQUENCE, called.sequence.to_string());
    headers.insert(cloud_event::SPEC_VERSION, cloud_event::VERSION);
    headers.insert(cloud_event::ID, called.ce);
    headers.insert(cloud_event::SOURCE, names.source());
    headers.insert(cloud_event::TYPE, format!("concord.{of_kind}"));
    headers.insert(cloud_event::DATA_CONTENT_TYPE, cloud_event::PROTOBUF);
    headers.insert(cloud_event::DATA_SCHEMA, partner::cloud_event::SUBSCRIBE_RESPONSE);
    Publication { subject, headers, payload }
}
