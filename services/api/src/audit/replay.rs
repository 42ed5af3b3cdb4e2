//! Events as they are stored, of those that an auditor asks for.

use std::sync::Arc;

use concord_executor::Metadata;
use concord_kernel::{CorrelationId, PatientId, PersonId, Purpose};
use concord_ledger::{Entry, Filter, Ledger, ReadError};
use concord_proto::concord::audit::v1 as pb;
use concord_proto::concord::common::v1 as common;
use tokio::sync::mpsc::Sender;
use tonic::Status;

use crate::common::decode::read_purpose;
use crate::field::{choice, optional_id};
use crate::limits::RANGE_BATCH;
use crate::{Failure, Invalid};

/// Which events are wanted.
pub(super) struct Wanted {
    filter: Filter,
    pub(super) patient: Option<PatientId>,
    pub(super) actor: Option<PersonId>,
    purpose: Option<Purpose>,
    correlation: Option<CorrelationId>,
}

impl Wanted {
    pub(super) fn read(asks: &mut pb::ReplayEventsRequest) -> Result<Self, Invalid> {
        let purpose = if asks.purpose == i32::from(common::Purpose::Unspecified) {
            None
        } else {
            Some(choice("purpose", asks.purpose, read_purpose)?)
        };
        let kinds = std::mem::take(&mut asks.stream_types);
        Ok(Self {
            filter: crate::ledger::filter(kinds, std::mem::take(&mut asks.event_types))?,
            patient: optional_id("patient_id", &asks.patient_id, PatientId::new)?,
            actor: optional_id("actor_id", &asks.actor_id, PersonId::new)?,
            purpose,
            correlation: optional_id("correlation_id", &asks.correlation_id, CorrelationId::new)?,
        })
    }

    fn wants(&self, entry: &Entry) -> Result<bool, Failure> {
        let anybody = self.patient.is_none() && self.actor.is_none();
        if anybody && self.purpose.is_none() && self.correlation.is_none() {
            return Ok(true);
        }
        let unreadable = |_| ReadError::Corrupt("the metadata of an event cannot be read");
        let by: Metadata = serde_json::from_slice(&entry.metadata).map_err(unreadable)?;
        Ok(self.patient.is_none_or(|patient| by.patient == patient)
            && self.actor.is_none_or(|actor| by.actor.id == actor)
            && self.purpose.is_none_or(|purpose| by.purpose == purpose)
            && self.correlation.is_none_or(|correlation| by.correlation == Some(correlation)))
    }
}

/// Sends what is wanted of the events after `after` up to `through`, and how far it came, until nobody listens.
pub(super) async fn replay(
    ledger: Arc<dyn Ledger>,
    wanted: Wanted,
    after: u64,
    through: u64,
    answers: Sender<Result<pb::ReplayEventsResponse, Status>>,
) {
    let mut searched = after;
    while searched < through {
        let batch = batch(&*ledger, &wanted, searched, through).await;
        let come = batch.as_ref().map_or(through, |batch| batch.searched);
        let failed = batch.is_err();
        if answers.send(batch.map_err(Status::from)).await.is_err() || failed {
            return;
        }
        searched = come;
    }
    if after >= through {
        // That nothing was recorded between is an answer too.
        let nothing = pb::ReplayEventsResponse { events: Vec::new(), searched: through, through };
        let _unread = answers.send(Ok(nothing)).await;
    }
}

async fn batch(
    ledger: &dyn Ledger,
    wanted: &Wanted,
    after: u64,
    through: u64,
) -> Result<pb::ReplayEventsResponse, Failure> {
    let most = usize::try_from(through - after).unwrap_or(usize::MAX).min(RANGE_BATCH);
    let page = ledger.read(after, &wanted.filter, most).await?;
    if page.through <= after {
        return Err(ReadError::Corrupt("the ledger ended before its head").into());
    }
    let mut events = Vec::new();
    for entry in page.entries {
        if wanted.wants(&entry)? {
            events.push(crate::ledger::event(entry));
        }
    }
    Ok(pb::ReplayEventsResponse { events, searched: page.through, through })
}
