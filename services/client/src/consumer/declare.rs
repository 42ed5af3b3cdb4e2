//! The consumer as JetStream keeps it.

use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, PullConsumer, ReplayPolicy, pull};
use async_nats::jetstream::stream::{RawMessageErrorKind, Stream};
use concord_proto::feed;

use super::arrival::{Cursor, mark};
use super::settings::Settings;
use super::work::Trouble;

/// The event in the last message of a stream, and its sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tail {
    pub(super) at: Cursor,
    pub(super) sequence: u64,
}

/// Finds the stream that the relay declared.
pub(super) async fn stream(jetstream: &Context, settings: &Settings) -> Result<Stream, Trouble> {
    let name = feed::stream(&settings.tenant);
    jetstream.get_stream(name).await.map_err(|cause| Trouble::JetStream(cause.into()))
}

/// Reads where the stream ends; `None` when it holds nothing of the relay's.
pub(super) async fn tail(stream: &Stream, settings: &Settings) -> Result<Option<Tail>, Trouble> {
    match stream.get_last_raw_message_by_subject(&feed::subjects(&settings.tenant)).await {
        Ok(last) => Ok(mark(&last.headers).map(|(at, _)| Tail { at, sequence: last.sequence })),
        Err(error) if error.kind() == RawMessageErrorKind::NoMessageFound => Ok(None),
        Err(cause) => Err(Trouble::JetStream(cause.into())),
    }
}

/// Declares the consumer, or takes up the one that is there.
pub(super) async fn consumer(
    stream: &Stream,
    settings: &Settings,
    cursor: Option<Cursor>,
) -> Result<PullConsumer, Trouble> {
    let end = tail(stream, settings).await?;
    let start = start(end, cursor);
    let held = i64::try_from(settings.batch).unwrap_or(i64::MAX);
    let config = pull::Config {
        durable_name: Some(settings.name.clone()),
        deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: start },
        ack_policy: AckPolicy::Explicit,
        ack_wait: settings.acknowledge_within,
        // What cannot be done is parked here, never dropped there.
        max_deliver: -1,
        max_ack_pending: held.saturating_mul(2),
        replay_policy: ReplayPolicy::Instant,
        ..pull::Config::default()
    };
    stream
        .get_or_create_consumer(&settings.name, config)
        .await
        .map_err(|cause| Trouble::JetStream(cause.into()))
}

/// Where a new consumer begins in the stream, which need not be exact: what is past is passed over, and what is missing is read
/// from the ledger. Sequences run beside positions, so the end of the stream says where the cursor is in it.
fn start(end: Option<Tail>, cursor: Option<Cursor>) -> u64 {
    let (Some(end), Some(cursor)) = (end, cursor) else { return 1 };
    if end.at.epoch != cursor.epoch {
        return 1;
    }
    let behind = end.at.position.saturating_sub(cursor.position);
    end.sequence.saturating_sub(behind).saturating_add(1).max(1)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn at(epoch: u128, position: u64) -> Cursor {
        Cursor { epoch: Uuid::from_u128(epoch), position }
    }

    #[test]
    fn a_new_consumer_begins_behind_its_cursor() {
        let end = Some(Tail { at: at(1, 100), sequence: 40 });
        assert_eq!(start(end, Some(at(1, 90))), 31);
        assert_eq!(start(end, Some(at(1, 100))), 41);
        assert_eq!(start(end, Some(at(1, 10))), 1, "the stream does not hold that any more");
        assert_eq!(start(end, Some(at(1, 400))), 41, "the stream is behind");
        assert_eq!(start(end, Some(at(2, 90))), 1);
        assert_eq!(start(None, Some(at(1, 9))), 1);
        assert_eq!(start(end, None), 1);
    }
}
