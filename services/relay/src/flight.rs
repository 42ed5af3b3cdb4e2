//! What is published and not acknowledged yet, in order.

use std::collections::VecDeque;
use std::pin::Pin;

use async_nats::jetstream::context::{PublishAckFuture, PublishError, PublishErrorKind};
use async_nats::jetstream::publish::PublishAck;
use tracing::Span;

use crate::{Options, RelayError};

type Acknowledgement = Pin<Box<dyn Future<Output = Result<PublishAck, PublishError>> + Send>>;

struct Publication {
    position: u64,
    sequence: u64,
    bytes: usize,
    acknowledgement: Acknowledgement,
    /// Ends when it is acknowledged, or forgotten.
    _span: Span,
}

/// Publications on their way. Dropping it forgets them: whether they arrived is read from the stream.
pub(crate) struct Flight {
    published: VecDeque<Publication>,
    bytes: usize,
    most: usize,
    most_bytes: usize,
}

impl Flight {
    pub(crate) fn new(options: &Options) -> Self {
        let (most, most_bytes) = (options.in_flight.max(1), options.in_flight_bytes);
        Self { published: VecDeque::with_capacity(most), bytes: 0, most, most_bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.published.is_empty()
    }

    /// Whether an event of `bytes` fits beside the others. An empty flight takes any.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        self.is_empty() || (self.published.len() < self.most && self.bytes + bytes <= self.most_bytes)
    }

    /// Takes in the event at `position`, which is to have `sequence` in the stream; its publication is traced as `span`.
    pub(crate) fn push(
        &mut self,
        (position, sequence): (u64, u64),
        bytes: usize,
        ack: PublishAckFuture,
        span: Span,
    ) {
        self.bytes += bytes;
        let acknowledgement = ack.into_future();
        self.published.push_back(Publication { position, sequence, bytes, acknowledgement, _span: span });
    }

    /// Waits for the first acknowledgement and gives its position. Nothing is lost when the wait is given up; waits for ever
    /// when there is nothing.
    pub(crate) async fn landed(&mut self) -> Result<u64, RelayError> {
        let Some(first) = self.published.front_mut() else { return std::future::pending().await };
        let answer = first.acknowledgement.as_mut().await;
        let (position, sequence) = (first.position, first.sequence);
        self.bytes -= first.bytes;
        self.published.pop_front();
        let taken = answer.map_err(|cause| {
            if cause.kind() == PublishErrorKind::WrongLastSequence {
                RelayError::Overtaken { position }
            } else {
                RelayError::NotTaken { position, cause: cause.into() }
            }
        })?;
        if taken.duplicate || taken.sequence != sequence {
            return Err(RelayError::Repeated { position });
        }
        Ok(position)
    }
}
