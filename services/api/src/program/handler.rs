//! The calls of `ProgramService`.

use concord_access::Question;
use concord_proto::concord::program::v1 as pb;
use concord_proto::concord::program::v1::program_service_server::ProgramService;
use concord_views::due::Scope;
use concord_views::{DueItems, Roster, due, roster};
use tonic::{Request, Response, Status};

use super::encode;
use crate::common::decode::program;
use crate::query::{Page, Questions};

#[tonic::async_trait]
impl ProgramService for Questions {
    async fn list_episodes(
        &self,
        request: Request<pb::ListEpisodesRequest>,
    ) -> Result<Response<pb::ListEpisodesResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked = self.ask(&metadata, Question::Program)?;
        let answer = async {
            let program = program(&asks.program)?;
            let wanted = Page::read(asks.page)?;
            let reader = asked.reader::<Roster>(asks.min_position).await?;
            let as_of = asked.as_of::<Roster>();
            let page = roster::page(&reader, &program, wanted.after.as_ref(), wanted.limit).await?;
            let episodes = page.items.iter().map(encode::line).collect();
            Ok(pb::ListEpisodesResponse { episodes, page: Some(Page::info(&page)), as_of })
        };
        Ok(Response::new(self.0.within(&metadata, answer).await?))
    }

    async fn list_due_items(
        &self,
        request: Request<pb::ListDueItemsRequest>,
    ) -> Result<Response<pb::ListDueItemsResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked = self.ask(&metadata, Question::Program)?;
        let answer = async {
            let scope =
                if asks.program.is_empty() { Scope::All } else { Scope::Program(program(&asks.program)?) };
            let wanted = Page::read(asks.page)?;
            let reader = asked.reader::<DueItems>(asks.min_position).await?;
            let as_of = asked.as_of::<DueItems>();
            let page = due::page(&reader, &scope, wanted.after.as_ref(), wanted.limit).await?;
            let items = page.items.iter().map(|item| encode::item(item, asked.now)).collect();
            Ok(pb::ListDueItemsResponse { items, page: Some(Page::info(&page)), as_of })
        };
        Ok(Response::new(self.0.within(&metadata, answer).await?))
    }
}
