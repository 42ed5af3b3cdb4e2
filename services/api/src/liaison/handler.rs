//! The calls of `LiaisonService`.

use concord_access::Question;
use concord_projection::Cursor;
use concord_proto::concord::liaison::v1 as pb;
use concord_proto::concord::liaison::v1::liaison_service_server::LiaisonService;
use concord_views::{Reconciled, reconciled};
use tonic::{Request, Response, Status};

use super::eyes::Eyes;
use super::{encode, news};
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
            let info = Page::info(&page);
            let clients =
                Eyes::of(&asked).lines(page.items, person).await?.iter().map(encode::line).collect();
            Ok(pb::ListClientsResponse { clients, page: Some(info), as_of })
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
            let list = Eyes::of(&asked).list(&reader, patient).await?;
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
        let eyes = Eyes::of(&asked);
        let read = move |reader| {
            let eyes = eyes.clone();
            async move {
                let page = |after: Option<Cursor>| {
                    let reader = &reader;
                    async move { reconciled::page(reader, person, after.as_ref(), PAGE_MOST).await }
                };
                let lines = eyes.lines(whole(page).await?, person).await?;
                Ok(lines.iter().map(|line| (line.patient.to_string(), encode::line(line))).collect())
            }
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
        let (about, eyes) = (asked.inquiry(Question::Reconciled, patient), Eyes::of(&asked));
        let read = move |reader| {
            let (about, eyes) = (about.clone(), eyes.clone());
            async move {
                // Whoever has left the care team, or may have nothing any more, is told nothing more.
                about.permitted().await?;
                Ok(vec![(patient.to_string(), eyes.list(&reader, patient).await?)])
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
