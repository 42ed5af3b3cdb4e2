//! The calls of `PrescriberService`.

use concord_access::Question;
use concord_projection::{Cursor, Order};
use concord_proto::concord::prescriber::v1 as pb;
use concord_proto::concord::prescriber::v1::prescriber_service_server::PrescriberService;
use concord_views::{Chart, Course, Worklist, chart, course, worklist};
use tonic::{Request, Response, Status};

use super::drugs::Drugs;
use super::encode;
use crate::Failure;
use crate::limits::PAGE_MOST;
use crate::query::{Changes, Page, Questions, Watched, watch, whole};

#[tonic::async_trait]
impl PrescriberService for Questions {
    async fn list_worklist(
        &self,
        request: Request<pb::ListWorklistRequest>,
    ) -> Result<Response<pb::ListWorklistResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked = self.ask::<pb::ListWorklistResponse>(&metadata, Question::Worklist).await?;
        let answer = async {
            let person = asked.whose("prescriber_id", &asks.prescriber_id)?;
            let wanted = Page::read(asks.page)?;
            let reader = asked.reader::<Worklist>(asks.min_position).await?;
            let as_of = asked.as_of::<Worklist>();
            let page = worklist::page(&reader, person, wanted.after.as_ref(), wanted.limit).await?;
            let items = page.items.iter().map(|item| encode::item(item, asked.now)).collect();
            Ok(pb::ListWorklistResponse { items, page: Some(Page::info(&page)), as_of })
        };
        self.tell(&metadata, &asked, answer).await
    }

    async fn get_client(
        &self,
        request: Request<pb::GetClientRequest>,
    ) -> Result<Response<pb::GetClientResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let (asked, patient) =
            self.ask_about::<pb::GetClientResponse>(&metadata, Question::Worklist, &asks.patient_id).await?;
        let answer = async {
            let reader = asked.reader::<Chart>(asks.min_position).await?;
            let as_of = asked.as_of::<Chart>();
            let row = chart::client(&reader, patient).await?.ok_or(Failure::NotFound)?;
            let rules = asked.caller.tenant.executor.rules().await.ok();
            Ok(pb::GetClientResponse { as_of, ..encode::client(patient, &row, rules) })
        };
        self.tell(&metadata, &asked, answer).await
    }

    async fn get_client_course(
        &self,
        request: Request<pb::GetClientCourseRequest>,
    ) -> Result<Response<pb::GetClientCourseResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let (asked, patient) = self
            .ask_about::<pb::GetClientCourseResponse>(&metadata, Question::Course, &asks.patient_id)
            .await?;
        let answer = async {
            let wanted = Page::read(asks.page)?;
            let reader = asked.reader::<Course>(asks.min_position).await?;
            let as_of = asked.as_of::<Course>();
            let after = wanted.after.as_ref();
            let page = course::page(&reader, patient, Order::Ascending, after, wanted.limit).await?;
            let drugs = Drugs::of(&reader, patient, &page.items).await?;
            let points = page.items.iter().map(|entry| encode::point(entry, &drugs)).collect();
            Ok(pb::GetClientCourseResponse { points, page: Some(Page::info(&page)), as_of })
        };
        self.tell(&metadata, &asked, answer).await
    }

    type WatchWorklistStream = Watched<pb::WatchWorklistResponse>;

    async fn watch_worklist(
        &self,
        request: Request<pb::WatchWorklistRequest>,
    ) -> Result<Response<Self::WatchWorklistStream>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked = self.ask::<pb::WatchWorklistResponse>(&metadata, Question::Worklist).await?;
        let person = asked.whose("prescriber_id", &asks.prescriber_id)?;
        self.0.within(&metadata, asked.knows::<Worklist>(asks.min_position)).await?;
        let door = self.0.clone();
        let read = move |reader| {
            let now = door.now();
            async move {
                let page = |after: Option<Cursor>| {
                    let reader = &reader;
                    async move { worklist::page(reader, person, after.as_ref(), PAGE_MOST).await }
                };
                let items = whole(page).await?;
                let items = items.iter().map(|item| encode::item(item, now));
                Ok(items.map(|item| (item.item_id.clone(), item)).collect())
            }
        };
        let encode = |Changes { changed, removed, as_of }| pb::WatchWorklistResponse {
            changed,
            removed_item_ids: removed,
            as_of,
        };
        Ok(Response::new(watch::<Worklist, _, _, _>(asked, &self.0, read, encode)?))
    }
}
