//! What a consumer does with events.

use async_trait::async_trait;
use concord_proto::concord::ledger::v1::StoredEvent;
use uuid::Uuid;

use super::Cursor;

/// Where effects are made and remembered, such as tables of a database.
#[async_trait]
pub trait Effects: Send {
    /// Up to where effects are made; `None` before the first event of all.
    ///
    /// # Errors
    ///
    /// See [`EffectError`].
    async fn cursor(&mut self) -> Result<Option<Cursor>, EffectError>;

    /// Identifiers of the streams of which events are parked: what comes of them is parked behind them, until somebody has
    /// taken them up.
    ///
    /// # Errors
    ///
    /// See [`EffectError`].
    async fn parked(&mut self) -> Result<Vec<Uuid>, EffectError>;

    /// Another history of the ledger has begun, or the first of all: after a restore or a promotion, what was recorded last may
    /// have been undone. Takes back what no longer holds and gives the cursor to go on from, in `epoch`; position 0 goes over
    /// everything anew.
    ///
    /// # Errors
    ///
    /// See [`EffectError`].
    async fn begin(&mut self, epoch: Uuid) -> Result<Cursor, EffectError>;

    /// Makes the effects of `batch` and moves the cursor from `batch.from` to `batch.to`: all of it or nothing, and nothing
    /// ([`EffectError::Moved`]) when the cursor is not at `batch.from`.
    ///
    /// # Errors
    ///
    /// See [`EffectError`]; nothing was done then.
    async fn apply(&mut self, batch: Batch) -> Result<(), EffectError>;
}

/// Events in order, and how far the cursor moves over them and over those that nobody is interested in.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// Where the cursor is.
    pub from: Cursor,
    /// What is to be done; may be empty.
    pub events: Vec<Deed>,
    /// Where the cursor goes.
    pub to: Cursor,
}

/// What is to be done with an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Deed {
    /// Its effect is to be made.
    Take(StoredEvent),
    /// Its position is to be remembered and no effect made: it was refused, or follows one of its stream that was.
    Park(StoredEvent),
}

impl Deed {
    /// The event.
    pub const fn event(&self) -> &StoredEvent {
        match self {
            Self::Take(event) | Self::Park(event) => event,
        }
    }
}

/// Why effects were not made.
#[derive(Debug, thiserror::Error)]
pub enum EffectError {
    /// They cannot be made now: the same is tried again, for ever.
    #[error("effects cannot be made now")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// This event can never have an effect: it is parked, with what comes of its stream, and the others go on.
    #[error("the effect of event {0} was refused")]
    Refused(u64),
    /// Somebody else moved the cursor: it is read anew.
    #[error("the cursor was moved by somebody else")]
    Moved,
}
