//! An event as a message.

use async_nats::jetstream::message::PublishMessage;
use async_nats::{HeaderMap, HeaderValue};
use bytes::Bytes;
use concord_kernel::{TenantId, Token};
use concord_ledger::{AtRest, Entry};
use concord_proto::concord::ledger::v1::StoredEvent;
use concord_proto::feed::{self, cloud_event};
use concord_telemetry::{TraceParent, traceparent_of};
use prost::Message;

/// What the trace is called in an event's metadata.
const TRACE_FIELD: &[u8] = b"\"traceparent\"";

/// An event of `tenant`'s ledger in the history `epoch`: its subject, and a message that JetStream takes only directly after
/// sequence `after`.
pub fn publication(tenant: &TenantId, at: Token, entry: &Entry, after: u64) -> (String, PublishMessage) {
    let (tenant, kind) = (tenant.as_str(), entry.stream.kind.as_str());
    let subject = feed::subject(tenant, kind, &entry.event_type, entry.event_version);
    let id = format!("{}:{}", at.epoch, entry.position);
    let mut headers = HeaderMap::new();
    headers.insert(async_nats::header::NATS_MESSAGE_ID, id.as_str());
    headers.insert(async_nats::header::NATS_EXPECTED_LAST_SEQUENCE, HeaderValue::from(after));
    headers.insert(async_nats::header::NATS_EXPECTED_STREAM, feed::stream(tenant));
    headers.insert(feed::EPOCH, at.epoch.to_string());
    headers.insert(feed::POSITION, entry.position.to_string());
    headers.insert(feed::PREVIOUS, at.position.to_string());
    headers.insert(feed::SCHEMA, format!("{kind}/{}.v{}", entry.event_type, entry.event_version));
    headers.insert(cloud_event::SPEC_VERSION, cloud_event::VERSION);
    headers.insert(cloud_event::ID, id);
    headers.insert(cloud_event::SOURCE, format!("/concord/{tenant}"));
    headers
        .insert(cloud_event::TYPE, format!("concord.{kind}.{}.v{}", entry.event_type, entry.event_version));
    headers.insert(cloud_event::TIME, entry.recorded_at.to_string());
    headers.insert(cloud_event::DATA_CONTENT_TYPE, cloud_event::PROTOBUF);
    headers.insert(cloud_event::DATA_SCHEMA, cloud_event::STORED_EVENT);
    if let Some(trace) = trace(&entry.metadata) {
        headers.insert(feed::TRACE, trace.to_string());
    }
    (subject, PublishMessage::build().headers(headers).payload(data(entry).encode_to_vec().into()))
}

/// The trace that an event with such metadata is of, if that is kept.
pub(crate) fn trace(metadata: &Bytes) -> Option<TraceParent> {
    // Most events have none, and looking for its name is cheaper than reading all of it.
    metadata.windows(TRACE_FIELD.len()).any(|part| part == TRACE_FIELD).then_some(())?;
    traceparent_of(metadata)
}

/// What is sealed in the ledger is sealed here: the stream outlives the moment at which somebody's keys are destroyed.
fn data(entry: &Entry) -> StoredEvent {
    let (payload, sealed) = match &entry.at_rest {
        AtRest::Clear => (entry.payload.clone(), Bytes::new()),
        AtRest::Sealed(stored) | AtRest::Shredded(stored) => (Bytes::new(), stored.clone()),
    };
    StoredEvent {
        position: entry.position,
        stream_type: entry.stream.kind.as_str().to_owned(),
        stream_id: Bytes::copy_from_slice(entry.stream.id.as_bytes()),
        version: entry.version,
        event_type: entry.event_type.to_string(),
        event_version: entry.event_version.into(),
        recorded_at_micros: entry.recorded_at.micros(),
        payload,
        metadata: entry.metadata.clone(),
        leaf_hash: Bytes::copy_from_slice(&entry.leaf_hash),
        sealed,
        // It may be by the time somebody reads the message: who asks the ledger is told.
        shredded: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trace_in_which_an_event_was_recorded_is_passed_on() {
        const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        let of = |metadata: String| trace(&metadata.into());
        assert_eq!(
            of(format!(r#"{{"command":"c","traceparent":"{TRACE}"}}"#))
                .map(|trace| trace.to_string())
                .as_deref(),
            Some(TRACE)
        );
        assert_eq!(of(String::from(r#"{"command":"c"}"#)), None);
        assert_eq!(
            of(String::from(r#"{"traceparent":"Ada Example"}"#)),
            None,
            "nothing else becomes a header"
        );
    }
}
