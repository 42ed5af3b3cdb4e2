//! The calls of `LiaisonService`.

use std::sync::Arc;

use concord_access::Question;
use concord_projection::Cursor;
use concord_proto::concord::liaison::v1 as pb;
use concord_proto::concord::liaison::v1::liaison_service_server::LiaisonService;
use concord_views::{Reconciled, reconciled};
use tonic::{Request, Response, Status};

use super::{encode, news};
use crate::Failure;
use crate::limits::PAGE_MOST;
use crate::query::{Changes, Page, Questions, Watched, watch, whole};

#[tonic::async_trait]
impl LiaisonService for Questions {
    async fn list_clients(
        &self,
        request: Request<pb::ListClientsRequest>,
    ) -> Result<Response<pb::ListClientsResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked = self.ask::<pb::ListClientsResponse>(&metadata, Question::Reconciled).await?;
        let answer = async {
            let person = asked.whose("liaison_id", &asks.liaison_id)?;
            let wanted = Page::read(asks.page)?;
            let reader = asked.reader::<Reconciled>(asks.min_position).await?;
            let as_of = asked.as_of::<Reconciled>();
            let page = reconciled::page(&reader, person, wanted.after.as_ref(), wanted.limit).await?;
            let clients = page.items.iter().map(encode::line).collect();
            Ok(pb::ListClientsResponse { clients, page: Some(Page::info(&page)), as_of })
        };
        self.tell(&metadata, &asked, answer).await
    }

    async fn get_reconciled_list(
        &self,
        request: Request<pb::GetReconciledListRequest>,
    ) -> Result<Response<pb::GetReconciledListResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let (asked, patient) = self
            .ask_about::<pb::GetReconciledListResponse>(&metadata, Question::Reconciled, &asks.patient_id)
            .await?;
        let answer = async {
            let reader = asked.reader::<Reconciled>(asks.min_position).await?;
            let as_of = asked.as_of::<Reconciled>();
            let actor = &asked.caller.identity.actor;
            let list = reconciled::patient(&reader, patient, actor.id).await?.ok_or(Failure::NotFound)?;
            let rules = asked.caller.tenant.executor.rules().await.ok();
            let list = encode::list(&list, actor.id, asked.is_from_outside(), rules);
            Ok(pb::GetReconciledListResponse { as_of, ..list })
        };
        self.tell(&metadata, &asked, answer).await
    }

    type WatchClientsStream = Watched<pb::WatchClientsResponse>;

    async fn watch_clients(
        &self,
        request: Request<pb::WatchClientsRequest>,
    ) -> Result<Response<Self::WatchClientsStream>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked = self.ask::<pb::WatchClientsResponse>(&metadata, Question::Reconciled).await?;
        let person = asked.whose("liaison_id", &asks.liaison_id)?;
        self.0.within(&metadata, asked.knows::<Reconciled>(asks.min_position)).await?;
        let read = move |reader| async move {
            let page = |after: Option<Cursor>| {
                let reader = &reader;
                async move { reconciled::page(reader, person, after.as_ref(), PAGE_MOST).await }
            };
            let lines = whole(page).await?;
            Ok(lines.iter().map(|line| (line.patient.to_string(), encode::line(line))).collect())
        };
        let encode = |Changes { changed, removed, as_of }| pb::WatchClientsResponse {
            changed,
            removed_patient_ids: removed,
            as_of,
        };
        Ok(Response::new(watch::<Reconciled, _, _, _>(asked, &self.0, read, encode)?))
    }

    type WatchReconciledListStream = Watched<pb::WatchReconciledListResponse>;

    async fn watch_reconciled_list(
        &self,
        request: Request<pb::WatchReconciledListRequest>,
    ) -> Result<Response<Self::WatchReconciledListStream>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let (asked, patient) = self
            .ask_about::<pb::WatchReconciledListResponse>(&metadata, Question::Reconciled, &asks.patient_id)
            .await?;
        self.0.within(&metadata, asked.knows::<Reconciled>(asks.min_position)).await?;
        let (about, own) = (asked.inquiry(Question::Reconciled, patient), asked.is_from_outside());
        let (identity, tenant) = (Arc::clone(&asked.caller.identity), Arc::clone(&asked.caller.tenant));
        let read = move |reader| {
            let (about, identity, tenant) = (about.clone(), Arc::clone(&identity), Arc::clone(&tenant));
            async move {
                // Whoever has left the care team is told nothing more.
                about.permitted().await?;
                let actor = &identity.actor;
                let list = reconciled::patient(&reader, patient, actor.id).await?.ok_or(Failure::NotFound)?;
                let rules = tenant.executor.rules().await.ok();
                let list = encode::list(&list, actor.id, own, rules);
                Ok(vec![(patient.to_string(), list)])
            }
        };
        let mut before = pb::GetReconciledListResponse::default();
        let encode = move |Changes { changed, removed: _, as_of }: Changes<_>| {
            // There is one list, and it is sent only when it differs.
            let list = changed.into_iter().next().unwrap_or_default();
            let told = news::between(&before, &list, as_of);
            before = list;
            told
        };
        Ok(Response::new(watch::<Reconciled, _, _, _>(asked, &self.0, read, encode)?))
    }
}
