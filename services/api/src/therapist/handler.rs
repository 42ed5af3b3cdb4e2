//! The calls of `TherapistService`.

use concord_access::Question;
use concord_projection::Cursor;
use concord_proto::concord::therapist::v1 as pb;
use concord_proto::concord::therapist::v1::therapist_service_server::TherapistService;
use concord_views::{Caseload, caseload};
use tonic::{Request, Response, Status};

use super::encode;
use crate::Failure;
use crate::limits::PAGE_MOST;
use crate::query::{Changes, Page, Questions, Watched, watch, whole};

#[tonic::async_trait]
impl TherapistService for Questions {
    async fn list_caseload(
        &self,
        request: Request<pb::ListCaseloadRequest>,
    ) -> Result<Response<pb::ListCaseloadResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked = self.ask::<pb::ListCaseloadResponse>(&metadata, Question::Caseload).await?;
        let answer = async {
            let person = asked.whose("therapist_id", &asks.therapist_id)?;
            let wanted = Page::read(asks.page)?;
            let reader = asked.reader::<Caseload>(asks.min_position).await?;
            let as_of = asked.as_of::<Caseload>();
            let page = caseload::page(&reader, person, wanted.after.as_ref(), wanted.limit).await?;
            let clients = page.items.iter().map(encode::line).collect();
            Ok(pb::ListCaseloadResponse { clients, page: Some(Page::info(&page)), as_of })
        };
        self.tell(&metadata, &asked, answer).await
    }

    async fn get_client(
        &self,
        request: Request<pb::GetClientRequest>,
    ) -> Result<Response<pb::GetClientResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let (asked, patient) =
            self.ask_about::<pb::GetClientResponse>(&metadata, Question::Caseload, &asks.patient_id).await?;
        let answer = async {
            let reader = asked.reader::<Caseload>(asks.min_position).await?;
            let as_of = asked.as_of::<Caseload>();
            let client = caseload::client(&reader, patient).await?.ok_or(Failure::NotFound)?;
            Ok(pb::GetClientResponse { as_of, ..encode::client(&client) })
        };
        self.tell(&metadata, &asked, answer).await
    }

    type WatchCaseloadStream = Watched<pb::WatchCaseloadResponse>;

    async fn watch_caseload(
        &self,
        request: Request<pb::WatchCaseloadRequest>,
    ) -> Result<Response<Self::WatchCaseloadStream>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked = self.ask::<pb::WatchCaseloadResponse>(&metadata, Question::Caseload).await?;
        let person = asked.whose("therapist_id", &asks.therapist_id)?;
        self.0.within(&metadata, asked.knows::<Caseload>(asks.min_position)).await?;
        let read = move |reader| async move {
            let page = |after: Option<Cursor>| {
                let reader = &reader;
                async move { caseload::page(reader, person, after.as_ref(), PAGE_MOST).await }
            };
            let lines = whole(page).await?;
            Ok(lines.iter().map(|line| (line.patient.to_string(), encode::line(line))).collect())
        };
        let encode = |Changes { changed, removed, as_of }| pb::WatchCaseloadResponse {
            changed,
            removed_patient_ids: removed,
            as_of,
        };
        Ok(Response::new(watch::<Caseload, _, _, _>(asked, &self.0, read, encode)?))
    }
}
