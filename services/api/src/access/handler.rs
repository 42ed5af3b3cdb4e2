//! The calls of `AccessService`.

use concord_access::Question;
use concord_proto::concord::access::v1::{self as pb, access_service_server::AccessService};
use concord_proto::concord::common::v1::CommandHeader;
use concord_views::{BrokenGlass, broken_glass};
use tonic::{Request, Response, Status};

use super::{decode, encode};
use crate::asked::{Asks, Commands};
use crate::query::{Page, Questions};
use crate::{Door, Invalid};

macro_rules! asks {
    ($($request:ident by $decode:ident;)+) => {$(
        impl Asks for pb::$request {
            fn take_header(&mut self) -> Option<CommandHeader> {
                self.header.take()
            }

            fn command(self) -> Result<concord_domain::Command, Invalid> {
                decode::$decode(self)
            }
        }
    )+};
}

asks! {
    BreakGlassRequest by break_glass;
    ReviewBreakGlassRequest by review_break_glass;
}

/// Takes commands about emergency access and answers who did.
#[derive(Clone)]
pub(crate) struct Accesses {
    commands: Commands,
    questions: Questions,
}

impl Accesses {
    pub(crate) fn new(door: &Door) -> Self {
        Self { commands: Commands(door.clone()), questions: Questions(door.clone()) }
    }
}

#[tonic::async_trait]
impl AccessService for Accesses {
    async fn break_glass(
        &self,
        request: Request<pb::BreakGlassRequest>,
    ) -> Result<Response<pb::BreakGlassResponse>, Status> {
        let receipt = self.commands.run(request).await?;
        Ok(Response::new(pb::BreakGlassResponse { receipt }))
    }

    async fn review_break_glass(
        &self,
        request: Request<pb::ReviewBreakGlassRequest>,
    ) -> Result<Response<pb::ReviewBreakGlassResponse>, Status> {
        let receipt = self.commands.run(request).await?;
        Ok(Response::new(pb::ReviewBreakGlassResponse { receipt }))
    }

    async fn list_broken_glass(
        &self,
        request: Request<pb::ListBrokenGlassRequest>,
    ) -> Result<Response<pb::ListBrokenGlassResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked =
            self.questions.ask::<pb::ListBrokenGlassResponse>(&metadata, Question::BrokenGlass).await?;
        let answer = async {
            let wanted = Page::read(asks.page)?;
            let reader = asked.reader::<BrokenGlass>(asks.min_position).await?;
            let as_of = asked.as_of::<BrokenGlass>();
            // Those who answer for privacy see all of it, the others what concerns their own patients.
            let person = (!asked.may(Question::EveryBrokenGlass)).then(|| asked.caller.identity.actor.id);
            let page = broken_glass::page(&reader, person, wanted.after.as_ref(), wanted.limit).await?;
            let info = Page::info(&page);
            let items = page.items.into_iter().map(encode::item).collect();
            Ok(pb::ListBrokenGlassResponse { items, page: Some(info), as_of })
        };
        self.questions.tell(&metadata, &asked, answer).await
    }
}
