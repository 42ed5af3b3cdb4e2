//! The calls of `ProgramService`.

use concord_access::Question;
use concord_kernel::ProgramId;
use concord_projection::{Cursor, PageOf, Reader, ViewReadError};
use concord_proto::concord::program::v1 as pb;
use concord_proto::concord::program::v1::program_service_server::ProgramService;
use concord_views::roster::RosterLine;
use concord_views::worklist::due::{self, Scope};
use concord_views::{Roster, Worklist, roster};
use tonic::{Request, Response, Status};

use super::encode;
use crate::common::decode::program;
use crate::limits::PAGE_MOST;
use crate::query::{Changes, Page, Questions, Watched, watch, whole};
use crate::{Failure, Invalid};

#[tonic::async_trait]
impl ProgramService for Questions {
    async fn list_episodes(
        &self,
        request: Request<pb::ListEpisodesRequest>,
    ) -> Result<Response<pb::ListEpisodesResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked = self.ask::<pb::ListEpisodesResponse>(&metadata, Question::Roster).await?;
        let answer = async {
            let program = program(&asks.program)?;
            let wanted = Page::read(asks.page)?;
            let reader = asked.reader::<Roster>(asks.min_position).await?;
            let as_of = asked.as_of::<Roster>();
            let page = roster::page(&reader, &program, wanted.after.as_ref(), wanted.limit).await?;
            let episodes = page.items.iter().map(encode::line).collect();
            Ok(pb::ListEpisodesResponse { episodes, page: Some(Page::info(&page)), as_of })
        };
        self.tell(&metadata, &asked, answer).await
    }

    async fn list_due_items(
        &self,
        request: Request<pb::ListDueItemsRequest>,
    ) -> Result<Response<pb::ListDueItemsResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked = self.ask::<pb::ListDueItemsResponse>(&metadata, Question::DueItems).await?;
        let answer = async {
            let scope = scope(&asks.program)?;
            let wanted = Page::read(asks.page)?;
            let reader = asked.reader::<Worklist>(asks.min_position).await?;
            let as_of = asked.as_of::<Worklist>();
            let page = due::page(&reader, &scope, wanted.after.as_ref(), wanted.limit).await?;
            let items = page.items.iter().map(|item| encode::item(item, asked.now)).collect();
            Ok(pb::ListDueItemsResponse { items, page: Some(Page::info(&page)), as_of })
        };
        self.tell(&metadata, &asked, answer).await
    }

    type WatchEpisodesStream = Watched<pb::WatchEpisodesResponse>;

    async fn watch_episodes(
        &self,
        request: Request<pb::WatchEpisodesRequest>,
    ) -> Result<Response<Self::WatchEpisodesStream>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked = self.ask::<pb::WatchEpisodesResponse>(&metadata, Question::Roster).await?;
        let program = program(&asks.program).map_err(Failure::from)?;
        self.0.within(&metadata, asked.knows::<Roster>(asks.min_position)).await?;
        let read = move |reader| {
            let program = program.clone();
            async move {
                let page = |after: Option<Cursor>| {
                    let (reader, program) = (&reader, &program);
                    async move { present(reader, program, after.as_ref()).await }
                };
                let lines = whole(page).await?;
                Ok(lines.iter().map(|line| (line.patient.to_string(), encode::line(line))).collect())
            }
        };
        let encode = |Changes { changed, removed, as_of }| pb::WatchEpisodesResponse {
            changed,
            removed_patient_ids: removed,
            as_of,
        };
        Ok(Response::new(watch::<Roster, _, _, _>(asked, &self.0, read, encode)?))
    }

    type WatchDueItemsStream = Watched<pb::WatchDueItemsResponse>;

    async fn watch_due_items(
        &self,
        request: Request<pb::WatchDueItemsRequest>,
    ) -> Result<Response<Self::WatchDueItemsStream>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked = self.ask::<pb::WatchDueItemsResponse>(&metadata, Question::DueItems).await?;
        let scope = scope(&asks.program).map_err(Failure::from)?;
        self.0.within(&metadata, asked.knows::<Worklist>(asks.min_position)).await?;
        let door = self.0.clone();
        let read = move |reader| {
            let (now, scope) = (door.now(), scope.clone());
            async move {
                let page = |after: Option<Cursor>| {
                    let (reader, scope) = (&reader, &scope);
                    async move { due::page(reader, scope, after.as_ref(), PAGE_MOST).await }
                };
                let items = whole(page).await?;
                let items = items.iter().map(|item| encode::item(item, now));
                Ok(items.map(|item| (item.item_id.clone(), item)).collect())
            }
        };
        let encode = |Changes { changed, removed, as_of }| pb::WatchDueItemsResponse {
            changed,
            removed_item_ids: removed,
            as_of,
        };
        Ok(Response::new(watch::<Worklist, _, _, _>(asked, &self.0, read, encode)?))
    }
}

/// Whose due items are wanted.
fn scope(named: &str) -> Result<Scope, Invalid> {
    if named.is_empty() { Ok(Scope::All) } else { Ok(Scope::Program(program(named)?)) }
}

/// A page of those who have not gone; it is the last one when somebody on it has, because they come after all others.
async fn present(
    reader: &Reader,
    program: &ProgramId,
    after: Option<&Cursor>,
) -> Result<PageOf<RosterLine>, ViewReadError> {
    let mut page = roster::page(reader, program, after, PAGE_MOST).await?;
    if let Some(first) = page.items.iter().position(RosterLine::has_gone) {
        page.items.truncate(first);
        page.next = None;
    }
    Ok(page)
}
