//! The calls of `TimelineService`.

use concord_access::Question;
use concord_projection::{Cursor, Order};
use concord_proto::concord::timeline::v1 as pb;
use concord_proto::concord::timeline::v1::timeline_service_server::TimelineService;
use concord_views::{Timeline, timeline};
use tonic::{Request, Response, Status};

use super::{decode, encode};
use crate::Failure;
use crate::limits::PAGE_MOST;
use crate::query::{Changes, Page, Questions, Watched, watch, whole};

#[tonic::async_trait]
impl TimelineService for Questions {
    async fn list_timeline(
        &self,
        request: Request<pb::ListTimelineRequest>,
    ) -> Result<Response<pb::ListTimelineResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let (asked, patient) = self
            .ask_about::<pb::ListTimelineResponse>(&metadata, Question::Timeline, &asks.patient_id)
            .await?;
        let answer = async {
            let filter = decode::filter(asks.filter)?;
            let wanted = Page::read(asks.page)?;
            let order = if asks.newest_first { Order::Descending } else { Order::Ascending };
            let reader = asked.reader::<Timeline>(asks.min_position).await?;
            let as_of = asked.as_of::<Timeline>();
            let after = wanted.after.as_ref();
            let page = timeline::page(&reader, patient, &filter, order, after, wanted.limit).await?;
            let entries = page.items.iter().map(encode::entry).collect();
            Ok(pb::ListTimelineResponse { entries, page: Some(Page::info(&page)), as_of })
        };
        self.tell(&metadata, &asked, answer).await
    }

    type WatchTimelineStream = Watched<pb::WatchTimelineResponse>;

    async fn watch_timeline(
        &self,
        request: Request<pb::WatchTimelineRequest>,
    ) -> Result<Response<Self::WatchTimelineStream>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let (asked, patient) = self
            .ask_about::<pb::WatchTimelineResponse>(&metadata, Question::Timeline, &asks.patient_id)
            .await?;
        let filter = decode::followed(asks.filter).map_err(Failure::from)?;
        self.0.within(&metadata, asked.knows::<Timeline>(asks.min_position)).await?;
        let about = asked.inquiry(Question::Timeline, patient);
        let read = move |reader| {
            let (filter, about) = (filter.clone(), about.clone());
            async move {
                about.permitted().await?;
                let page = |after: Option<Cursor>| {
                    let (reader, filter) = (&reader, &filter);
                    async move {
                        let after = after.as_ref();
                        timeline::page(reader, patient, filter, Order::Ascending, after, PAGE_MOST).await
                    }
                };
                let entries = whole(page).await?;
                let line = |entry| (entry, encode::entry(entry));
                let lines = entries.iter().map(line);
                Ok(lines.map(|(entry, line)| (entry.position.to_string(), line)).collect())
            }
        };
        // Nothing leaves a timeline: what was put right stays and says so.
        let encode = |Changes { changed, removed: _, as_of }| pb::WatchTimelineResponse { changed, as_of };
        Ok(Response::new(watch::<Timeline, _, _, _>(asked, &self.0, read, encode)?))
    }
}
