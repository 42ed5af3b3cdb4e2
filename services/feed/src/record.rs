//! Where decisions and disclosures are put on record before anything is sent.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use concord_domain::DomainEvent;
use concord_domain::feed::{Event, ToldEnd};
use concord_kernel::{CommandId, IdSource, Instant, StreamRef, SubscriptionId};
use concord_ledger::{Append, AppendError, Entry, Expected, Ledger, NewEvent, ReadError};
use concord_looks::{Disclosure, disclosure_events};
use sha2::{Digest, Sha256};

use crate::NOTICE_VERSION;

/// What was decided in one step of a subscription, or where somebody begins to take it.
#[derive(Clone, Debug)]
pub enum Decision {
    /// Messages, and the disclosures that they are.
    Messages {
        /// The consents that were decided on are those up to here in the clinical ledger.
        decided_at: u64,
        /// When.
        at: Instant,
        /// The sequence number of the first message.
        first: u64,
        /// The clinical ledger was searched up to here.
        through: u64,
        /// Where the events of the messages stand, in the order of their sequence numbers.
        positions: Vec<u64>,
        /// What was disclosed.
        disclosures: Vec<Disclosure>,
        /// Of whom it is told that nothing more comes.
        ended: Vec<ToldEnd>,
    },
    /// Somebody begins to take the subscription after this sequence number.
    Begins {
        /// The last sequence number that they have.
        sequence: u64,
        /// The clinical ledger up to which that is.
        through: u64,
    },
    /// The partner has dealt with everything up to this sequence number.
    Acknowledged {
        /// The last one.
        sequence: u64,
        /// The clinical ledger up to which that is.
        through: u64,
    },
}

/// Why something is not on record. Then it must not happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// Something was recorded of the subscription since.
    #[error("something was recorded of the subscription since")]
    Overtaken,
    /// The store is away or full.
    #[error("the store of disclosures is away or full")]
    Unavailable,
}

/// Puts on record what was decided; durable when it returns.
#[async_trait]
pub trait Disclosures: Send + Sync + 'static {
    /// Records `decision`. With `version`, only when nothing was recorded of the subscription after that version of its
    /// stream. Answers the version after it.
    ///
    /// # Errors
    ///
    /// See [`RecordError`]; what was decided must not happen then.
    async fn record(
        &self,
        subscription: SubscriptionId,
        version: Option<u64>,
        decision: Decision,
    ) -> Result<u64, RecordError>;

    /// What was recorded of the subscription after `version`, at most `limit` entries.
    ///
    /// # Errors
    ///
    /// See [`ReadError`].
    async fn past(
        &self,
        subscription: SubscriptionId,
        version: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError>;
}

/// In the ledger of access, in the subscription's stream: one append holds a step's disclosures, in the form in which
/// every disclosure is accounted for, and how far the subscription came by them.
pub struct InLedger {
    ledger: Arc<dyn Ledger>,
    ids: Arc<dyn IdSource>,
}

/// What the metadata of these events say. Who and about whom stands in each record.
const METADATA: &[u8] = br#"{"part2":true}"#;

impl InLedger {
    /// Records in `ledger`, which is a tenant's of kind `access`.
    pub fn new(ledger: Arc<dyn Ledger>, ids: Arc<dyn IdSource>) -> Self {
        Self { ledger, ids }
    }
}

#[async_trait]
impl Disclosures for InLedger {
    async fn record(
        &self,
        subscription: SubscriptionId,
        version: Option<u64>,
        decision: Decision,
    ) -> Result<u64, RecordError> {
        let events = events(subscription, decision);
        let mut hash = Sha256::new();
        for event in &events {
            hash.update(&event.payload);
        }
        let append = Append {
            command: CommandId::new(self.ids.next()),
            request_hash: hash.finalize().into(),
            stream: StreamRef::feed(subscription),
            expected: version.map_or(Expected::Any, Expected::Exact),
            conditions: Vec::new(),
            events,
            metadata: Bytes::from_static(METADATA),
            reply: Bytes::new(),
        };
        let appended = self.ledger.append(append).await.map_err(|error| match error {
            AppendError::Conflict { .. } => RecordError::Overtaken,
            AppendError::CommandReused
            | AppendError::TooLarge
            | AppendError::Overloaded
            | AppendError::Shredded
            | AppendError::Unavailable
            | AppendError::Corrupt(_) => RecordError::Unavailable,
        })?;
        Ok(appended.into_receipt().stream_version)
    }

    async fn past(
        &self,
        subscription: SubscriptionId,
        version: u64,
        limit: usize,
    ) -> Result<Vec<Entry>, ReadError> {
        self.ledger.read_stream(StreamRef::feed(subscription), version, limit).await
    }
}

fn events(subscription: SubscriptionId, decision: Decision) -> Vec<NewEvent> {
    let (mut events, event) = match decision {
        Decision::Messages { decided_at, at, first, through, positions, disclosures, ended } => {
            let event = Event::MessagesDecided {
                subscription,
                decided_at,
                at,
                notice: NOTICE_VERSION,
                first,
                through,
                positions,
                ended,
            };
            (disclosure_events(disclosures), event)
        }
        Decision::Begins { sequence, through } => {
            (Vec::new(), Event::DisclosuresAcknowledged { subscription, begins: true, sequence, through })
        }
        Decision::Acknowledged { sequence, through } => {
            (Vec::new(), Event::DisclosuresAcknowledged { subscription, begins: false, sequence, through })
        }
    };
    let event = DomainEvent::Feed(event);
    events.push(NewEvent {
        event_type: event.event_type(),
        event_version: event.event_version(),
        payload: Bytes::from(event.encode()),
    });
    events
}
