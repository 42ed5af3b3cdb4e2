//! Puts messages into a stream, each directly behind the one before.

use async_nats::HeaderValue;
use async_nats::jetstream::Context;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;

use crate::error::PartnerError;
use crate::message::Publication;

/// The one who publishes into a stream, for as long as nobody else does.
///
/// Each message names the sequence that it follows, and the next one waits until it is in the stream. With several on their way,
/// those behind one that was refused could follow a message of somebody else that has come in between: the sequence would be
/// right. To name the message that is followed as well is no way out: replicas of a stream that meet a wrong one stop for good
/// (nats-server 2.15.1).
pub(crate) struct Writer {
    jetstream: Context,
    /// The last sequence of the stream.
    sequence: u64,
}

impl Writer {
    /// Goes on behind `sequence`.
    pub(crate) fn new(jetstream: Context, sequence: u64) -> Self {
        Self { jetstream, sequence }
    }

    /// The last sequence of the stream.
    pub(crate) const fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Publishes a message, and waits until it is in the stream.
    pub(crate) async fn publish(&mut self, publication: Publication) -> Result<(), PartnerError> {
        let Publication { subject, mut headers, payload } = publication;
        let follows = HeaderValue::from(self.sequence);
        headers.insert(async_nats::header::NATS_EXPECTED_LAST_SEQUENCE, follows);
        let message = PublishMessage::build().headers(headers).payload(payload);
        let sent = self.jetstream.send_publish(subject, message).await;
        let sent = sent.map_err(|cause| PartnerError::NotTaken(cause.into()))?;
        let taken = sent.await.map_err(|cause| match cause.kind() {
            PublishErrorKind::WrongLastSequence => PartnerError::Overtaken,
            PublishErrorKind::StreamNotFound
            | PublishErrorKind::WrongLastMessageId
            | PublishErrorKind::TimedOut
            | PublishErrorKind::BrokenPipe
            | PublishErrorKind::MaxAckPending
            | PublishErrorKind::MaxPayloadExceeded
            | PublishErrorKind::Other => PartnerError::NotTaken(cause.into()),
        })?;
        self.sequence += 1;
        if taken.duplicate || taken.sequence != self.sequence { Err(PartnerError::Repeated) } else { Ok(()) }
    }
}
