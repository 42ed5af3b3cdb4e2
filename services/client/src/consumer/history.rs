//! Where events are read that JetStream does not deliver.

use async_trait::async_trait;
use concord_proto::concord::ledger::v1::{ReadRangeRequest, StoredEvent};
use uuid::Uuid;

use crate::{Client, Error};

/// Reads events of a ledger by their positions.
#[async_trait]
pub trait History: Send + Sync {
    /// Reads at most `limit` events after `after`, in order, of the history `epoch`.
    ///
    /// # Errors
    ///
    /// See [`HistoryError`].
    async fn read(&self, epoch: Uuid, after: u64, limit: u64) -> Result<Vec<StoredEvent>, HistoryError>;
}

/// Why events could not be read.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The ledger is in another history now.
    #[error("the ledger is in another history now")]
    Over,
    /// Not now.
    #[error("the ledger cannot be read now")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What the server calls a position of another history.
const EPOCH_CHANGED: &str = "EPOCH_CHANGED";

impl From<Error> for HistoryError {
    fn from(error: Error) -> Self {
        let over = matches!(&error, Error::Call(fault) if fault.reason == EPOCH_CHANGED);
        if over { Self::Over } else { Self::Unavailable(Box::new(error)) }
    }
}

/// Over gRPC, as a role that may read the log.
#[async_trait]
impl History for Client {
    async fn read(&self, epoch: Uuid, after: u64, limit: u64) -> Result<Vec<StoredEvent>, HistoryError> {
        let request = ReadRangeRequest {
            after_position: after,
            limit,
            epoch: epoch.to_string(),
            ..ReadRangeRequest::default()
        };
        let batches = self.ledger().read_range(request).await.map_err(Error::from)?;
        let (mut batches, mut events) = (batches.into_inner(), Vec::new());
        while let Some(batch) = batches.message().await.map_err(Error::from)? {
            events.extend(batch.events);
        }
        Ok(events)
    }
}
