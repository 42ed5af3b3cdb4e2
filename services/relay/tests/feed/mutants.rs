//! Relays with a fault that others have had, so that the tests can show that they see it.

use std::sync::Arc;

use async_nats::HeaderMap;
use async_nats::jetstream::{self, Context, message::PublishMessage};
use bytes::Bytes;
use concord_kernel::Token;
use concord_ledger::{Filter, Ledger};
use concord_proto::concord::ledger::v1::StoredEvent;
use concord_proto::feed;
use prost::Message;

use crate::scene::tenant;

/// What is wrong with a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Publications do not name the sequence that they follow.
    Unfenced,
    /// It goes on with the next event when one was not taken.
    GoesOn,
}

/// Publishes the events after `after` as a relay with `fault` would, and gives how far it thinks that it is.
pub(crate) async fn publish(
    client: &async_nats::Client,
    ledger: &Arc<dyn Ledger>,
    after: u64,
    fault: Fault,
) -> u64 {
    let mut jetstream = jetstream::new(client.clone());
    jetstream.set_timeout(std::time::Duration::from_millis(500));
    let (mut at, mut sequence) = (Token { position: after, ..*ledger.watch().borrow() }, after);
    let page = ledger.read(after, &Filter::default(), usize::MAX).await.unwrap();
    for entry in page.entries {
        let (subject, message) = concord_relay::publication(&tenant(), at, &entry, sequence);
        let taken = match fault {
            Fault::Unfenced => send(&jetstream, subject, unfenced(at, &entry)).await,
            Fault::GoesOn => send(&jetstream, subject, message).await,
        };
        if taken || fault == Fault::Unfenced {
            sequence += 1;
        }
        at.position = entry.position;
    }
    at.position
}

async fn send(jetstream: &Context, subject: String, message: PublishMessage) -> bool {
    match jetstream.send_publish(subject, message).await {
        Ok(ack) => ack.await.is_ok(),
        Err(_) => false,
    }
}

/// The message of an event with nothing that JetStream could refuse it for.
pub(crate) fn unfenced(at: Token, entry: &concord_ledger::Entry) -> PublishMessage {
    let mut headers = HeaderMap::new();
    headers.insert(feed::EPOCH, at.epoch.to_string());
    headers.insert(feed::POSITION, entry.position.to_string());
    headers.insert(feed::PREVIOUS, at.position.to_string());
    let event = StoredEvent {
        position: entry.position,
        stream_type: entry.stream.kind.as_str().to_owned(),
        stream_id: Bytes::copy_from_slice(entry.stream.id.as_bytes()),
        event_type: entry.event_type.to_string(),
        payload: entry.payload.clone(),
        ..StoredEvent::default()
    };
    PublishMessage::build().headers(headers).payload(event.encode_to_vec().into())
}
