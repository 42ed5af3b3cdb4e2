//! What is stored to messages. Payloads are passed on as they are, without copying.

use bytes::Bytes;
use concord_ledger::{AtRest, Entry, Head};
use concord_proto::concord::ledger::v1 as pb;

use crate::common::encode::{instant, token};

pub(super) fn head(head: Head) -> pb::GetHeadResponse {
    let Head { token, recorded_at, root } = head;
    pb::GetHeadResponse {
        token: Some(self::token(token)),
        recorded_at: Some(instant(recorded_at)),
        root: Bytes::copy_from_slice(&root),
    }
}

pub(crate) fn event(entry: Entry) -> pb::StoredEvent {
    let shredded = entry.is_shredded();
    let Entry {
        position,
        stream,
        version,
        event_type,
        event_version,
        recorded_at,
        payload,
        at_rest,
        metadata,
        leaf_hash,
    } = entry;
    let sealed = match at_rest {
        AtRest::Clear => Bytes::new(),
        AtRest::Sealed(stored) | AtRest::Shredded(stored) => stored,
    };
    pb::StoredEvent {
        position,
        stream_type: stream.kind.as_str().to_owned(),
        stream_id: Bytes::copy_from_slice(stream.id.as_bytes()),
        version,
        event_type: event_type.into(),
        event_version: event_version.into(),
        recorded_at_micros: recorded_at.micros(),
        payload,
        metadata,
        leaf_hash: Bytes::copy_from_slice(&leaf_hash),
        sealed,
        shredded,
    }
}
