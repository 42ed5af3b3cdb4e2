//! The calls of `AuditService`.

use std::sync::Arc;

use concord_domain::audit::Inquiry;
use concord_executor::Metadata;
use concord_kernel::{PatientId, Token};
use concord_ledger::{Filter, Ledger, ReadError};
use concord_proto::concord::audit::v1 as pb;
use concord_proto::concord::audit::v1::audit_service_server::AuditService;
use concord_proto::concord::ledger::v1::StoredEvent;
use concord_proto::concord::timeline::v1::TimelineEntry;
use tokio::sync::mpsc::{self, Receiver};
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tonic::{Request, Response, Status};

use super::Audits;
use super::decode::Look;
use super::export::export;
use super::known::Knowledge;
use super::moment::{moment, optional_moment};
use super::record::OnRecord;
use super::replay::{Wanted, replay};
use crate::Failure;
use crate::door::{Answers, Caller};
use crate::field::id;
use crate::limits::AUDIT_AHEAD;

#[tonic::async_trait]
impl AuditService for Audits {
    async fn get_checkpoint(
        &self,
        request: Request<pb::GetCheckpointRequest>,
    ) -> Result<Response<pb::GetCheckpointResponse>, Status> {
        let provable = self.provable::<pb::GetCheckpointResponse>(request.metadata()).await?;
        Ok(Response::new(self.door.within(request.metadata(), provable.checkpoint()).await?))
    }

    async fn get_inclusion_proof(
        &self,
        request: Request<pb::GetInclusionProofRequest>,
    ) -> Result<Response<pb::GetInclusionProofResponse>, Status> {
        let provable = self.provable::<pb::GetInclusionProofResponse>(request.metadata()).await?;
        let told = async {
            let (proof, about) = provable.inclusion(request.get_ref()).await?;
            self.door.on_record(&provable.caller, about, Ok(proof)).await
        };
        Ok(Response::new(self.door.within(request.metadata(), told).await?))
    }

    async fn get_consistency_proof(
        &self,
        request: Request<pb::GetConsistencyProofRequest>,
    ) -> Result<Response<pb::GetConsistencyProofResponse>, Status> {
        let provable = self.provable::<pb::GetConsistencyProofResponse>(request.metadata()).await?;
        let proof = provable.consistency(request.get_ref());
        Ok(Response::new(self.door.within(request.metadata(), proof).await?))
    }

    async fn add_cosignature(
        &self,
        request: Request<pb::AddCosignatureRequest>,
    ) -> Result<Response<pb::AddCosignatureResponse>, Status> {
        let provable = self.provable::<pb::AddCosignatureResponse>(request.metadata()).await?;
        let kept = provable.cosign(&request.get_ref().note);
        Ok(Response::new(self.door.within(request.metadata(), kept).await?))
    }

    type ExportPatientStream = Answers<pb::ExportPatientResponse>;

    async fn export_patient(
        &self,
        request: Request<pb::ExportPatientRequest>,
    ) -> Result<Response<Self::ExportPatientStream>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let caller = self.auditor::<pb::ExportPatientResponse>(&metadata).await?;
        let patient = id("patient_id", &asks.patient_id, PatientId::new).map_err(Failure::from)?;
        let proofs = caller.tenant.proofs.clone().ok_or(Failure::NoCheckpoints)?;
        let through = head(&caller).position;
        let look = Look { inquiry: Inquiry::Export, patient, person: None, after: 0, through };
        let on_record =
            self.on_record::<pb::ExportPatientResponse>(&metadata, caller, asks.grounds, look).await?;
        let (pieces, sent) = mpsc::channel(AUDIT_AHEAD);
        let (position, now) = (on_record.token.position, self.door.now());
        tokio::spawn(export(proofs, patient, position, now, pieces));
        Ok(self.answers(on_record, sent))
    }

    type ReplayEventsStream = Answers<pb::ReplayEventsResponse>;

    async fn replay_events(
        &self,
        request: Request<pb::ReplayEventsRequest>,
    ) -> Result<Response<Self::ReplayEventsStream>, Status> {
        let (metadata, _, mut asks) = request.into_parts();
        let caller = self.auditor::<pb::ReplayEventsResponse>(&metadata).await?;
        let wanted = Wanted::read(&mut asks).map_err(Failure::from)?;
        let after = optional_moment("after", asks.after).map_err(Failure::from)?;
        let through = optional_moment("through", asks.through).map_err(Failure::from)?;
        let (ledger, end) = (caller.tenant.ledger.clone(), head(&caller).position);
        let after = match after {
            Some(after) => after.position(&*ledger, end).await?,
            None => 0,
        };
        let through = match through {
            Some(through) => through.position(&*ledger, end).await?,
            None => end,
        };
        let patient = wanted.patient.unwrap_or(PatientId::NOBODY);
        let look = Look { inquiry: Inquiry::Replay, patient, person: wanted.actor, after, through };
        let on_record =
            self.on_record::<pb::ReplayEventsResponse>(&metadata, caller, asks.grounds, look).await?;
        let (batches, sent) = mpsc::channel(AUDIT_AHEAD);
        tokio::spawn(replay(ledger, wanted, after, through, batches));
        if look.patient != PatientId::NOBODY {
            return Ok(self.answers(on_record, sent));
        }
        // Whose events there are is known only as they are read.
        let (caller, about) = (Arc::clone(&on_record.caller), on_record.about);
        Ok(self.each(on_record, self.door.each_on_record(caller, about, ReceiverStream::new(sent))))
    }

    type ListKnownStream = Answers<pb::ListKnownResponse>;

    async fn list_known(
        &self,
        request: Request<pb::ListKnownRequest>,
    ) -> Result<Response<Self::ListKnownStream>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let caller = self.auditor::<pb::ListKnownResponse>(&metadata).await?;
        let patient = id("patient_id", &asks.patient_id, PatientId::new).map_err(Failure::from)?;
        let at = moment("at", asks.at).map_err(Failure::from)?;
        let head = head(&caller);
        let known_at = at.position(&*caller.tenant.ledger, head.position).await?;
        let look = Look { inquiry: Inquiry::AsOf, patient, person: None, after: 0, through: known_at };
        let on_record =
            self.on_record::<pb::ListKnownResponse>(&metadata, caller, asks.grounds, look).await?;
        let known = knowledge(&on_record, patient, Token { position: known_at, ..head }, 0).await?;
        let sent = tell(known, move |entries| pb::ListKnownResponse { entries, known_at });
        Ok(self.answers(on_record, sent))
    }

    type GetDecisionStream = Answers<pb::GetDecisionResponse>;

    async fn get_decision(
        &self,
        request: Request<pb::GetDecisionRequest>,
    ) -> Result<Response<Self::GetDecisionStream>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let caller = self.auditor::<pb::GetDecisionResponse>(&metadata).await?;
        let head = head(&caller);
        let before = asks.position.checked_sub(1).filter(|before| *before < head.position);
        let before = before.ok_or(Failure::NotFound)?;
        let (decision, patient) = decision(&*caller.tenant.ledger, before).await?;
        let look =
            Look { inquiry: Inquiry::Knew, patient, person: None, after: before, through: asks.position };
        let on_record =
            self.on_record::<pb::GetDecisionResponse>(&metadata, caller, asks.grounds, look).await?;
        let known = knowledge(&on_record, patient, Token { position: before, ..head }, 0).await?;
        let mut decision = Some(decision);
        let sent = tell(known, move |entries| pb::GetDecisionResponse { decision: decision.take(), entries });
        Ok(self.answers(on_record, sent))
    }

    type DiffKnownStream = Answers<pb::DiffKnownResponse>;

    async fn diff_known(
        &self,
        request: Request<pb::DiffKnownRequest>,
    ) -> Result<Response<Self::DiffKnownStream>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let caller = self.auditor::<pb::DiffKnownResponse>(&metadata).await?;
        let patient = id("patient_id", &asks.patient_id, PatientId::new).map_err(Failure::from)?;
        let from = moment("from", asks.from).map_err(Failure::from)?;
        let to = optional_moment("to", asks.to).map_err(Failure::from)?;
        let (head, ledger) = (head(&caller), &*caller.tenant.ledger);
        let from_position = from.position(ledger, head.position).await?;
        let to_position = match to {
            Some(to) => to.position(ledger, head.position).await?,
            None => head.position,
        };
        if to_position < from_position {
            return Err(Failure::from(crate::Invalid::new("to", "must not be before `from`")).into());
        }
        let (after, through) = (from_position, to_position);
        let look = Look { inquiry: Inquiry::Diff, patient, person: None, after, through };
        let on_record =
            self.on_record::<pb::DiffKnownResponse>(&metadata, caller, asks.grounds, look).await?;
        let at = Token { position: to_position, ..head };
        let known = knowledge(&on_record, patient, at, from_position).await?;
        let told = move |entries| pb::DiffKnownResponse { entries, from_position, to_position };
        let sent = tell(known, told);
        Ok(self.answers(on_record, sent))
    }
}

fn head(caller: &Caller) -> Token {
    *caller.tenant.ledger.watch().borrow()
}

async fn knowledge(
    on_record: &OnRecord,
    patient: PatientId,
    at: Token,
    since: u64,
) -> Result<Knowledge, Failure> {
    let views = on_record.caller.tenant.views.as_ref().ok_or(Failure::ViewBehind)?;
    Knowledge::of(views, patient, at, since).await
}

/// The event after position `before`, and whose record it is of.
async fn decision(ledger: &dyn Ledger, before: u64) -> Result<(StoredEvent, PatientId), Failure> {
    let page = ledger.read(before, &Filter::default(), 1).await?;
    let entry = page.entries.into_iter().next().ok_or(Failure::NotFound)?;
    let unreadable = |_| ReadError::Corrupt("the metadata of an event cannot be read");
    let by: Metadata = serde_json::from_slice(&entry.metadata).map_err(unreadable)?;
    Ok((crate::ledger::event(entry), by.patient))
}

/// Sends page after page, at least one, until nobody listens.
fn tell<T: Send + 'static>(
    mut known: Knowledge,
    mut told: impl FnMut(Vec<TimelineEntry>) -> T + Send + 'static,
) -> Receiver<Result<T, Status>> {
    let (answers, sent) = mpsc::channel(AUDIT_AHEAD);
    tokio::spawn(async move {
        loop {
            let answer = match known.next().await {
                Ok(None) => return,
                Ok(Some(entries)) => Ok(told(entries)),
                Err(failure) => Err(Status::from(failure)),
            };
            let failed = answer.is_err();
            if answers.send(answer).await.is_err() || failed {
                return;
            }
        }
    });
    sent
}

impl Audits {
    /// Answers what is about those alone who are on record.
    fn answers<T: Send + 'static>(
        &self,
        on_record: OnRecord,
        sent: Receiver<Result<T, Status>>,
    ) -> Response<Answers<T>> {
        self.each(on_record, ReceiverStream::new(sent))
    }

    /// Answers, for as long as the caller's token holds and the service is open.
    fn each<T: Send + 'static>(
        &self,
        on_record: OnRecord,
        sent: impl Stream<Item = Result<T, Status>> + Send + 'static,
    ) -> Response<Answers<T>> {
        let end = on_record.caller.identity.expires_at;
        let answers = sent.map(move |answer| {
            let _held = &on_record;
            answer
        });
        Response::new(self.door.until(end, answers))
    }
}
