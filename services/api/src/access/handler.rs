//! The calls of `AccessService`.

use concord_access::Question;
use concord_proto::concord::access::v1::{self as pb, access_service_server::AccessService};
use concord_proto::concord::common::v1::CommandHeader;
use concord_views::{BrokenGlass, SigningRights, broken_glass, signing_rights};
use tonic::{Request, Response, Status};

use super::{decode, encode, signing};
use crate::asked::{Asks, Commands};
use crate::query::{Page, Questions};
use crate::{Door, Invalid};

macro_rules! asks {
    ($($request:ident by $module:ident::$decode:ident, about_a_patient: $about:literal;)+) => {$(
        impl Asks for pb::$request {
            const ABOUT_A_PATIENT: bool = $about;

            fn take_header(&mut self) -> Option<CommandHeader> {
                self.header.take()
            }

            fn command(self) -> Result<concord_domain::Command, Invalid> {
                $module::$decode(self)
            }
        }
    )+};
}

asks! {
    BreakGlassRequest by decode::break_glass, about_a_patient: true;
    ReviewBreakGlassRequest by decode::review_break_glass, about_a_patient: true;
    ProposeSigningRightRequest by signing::propose_signing_right, about_a_patient: false;
    ConfirmSigningRightRequest by signing::confirm_signing_right, about_a_patient: false;
    RevokeSigningRightRequest by signing::revoke_signing_right, about_a_patient: false;
}

/// Takes commands about emergency access and the right to sign, and answers who has them.
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

    async fn propose_signing_right(
        &self,
        request: Request<pb::ProposeSigningRightRequest>,
    ) -> Result<Response<pb::ProposeSigningRightResponse>, Status> {
        let receipt = self.commands.run(request).await?;
        Ok(Response::new(pb::ProposeSigningRightResponse { receipt }))
    }

    async fn confirm_signing_right(
        &self,
        request: Request<pb::ConfirmSigningRightRequest>,
    ) -> Result<Response<pb::ConfirmSigningRightResponse>, Status> {
        let receipt = self.commands.run(request).await?;
        Ok(Response::new(pb::ConfirmSigningRightResponse { receipt }))
    }

    async fn revoke_signing_right(
        &self,
        request: Request<pb::RevokeSigningRightRequest>,
    ) -> Result<Response<pb::RevokeSigningRightResponse>, Status> {
        let receipt = self.commands.run(request).await?;
        Ok(Response::new(pb::RevokeSigningRightResponse { receipt }))
    }

    async fn list_signing_rights(
        &self,
        request: Request<pb::ListSigningRightsRequest>,
    ) -> Result<Response<pb::ListSigningRightsResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked =
            self.questions.ask::<pb::ListSigningRightsResponse>(&metadata, Question::SigningRights).await?;
        let answer = async {
            let wanted = Page::read(asks.page)?;
            let reader = asked.reader::<SigningRights>(asks.min_position).await?;
            let as_of = asked.as_of::<SigningRights>();
            let page = signing_rights::page(&reader, wanted.after.as_ref(), wanted.limit).await?;
            let info = Page::info(&page);
            let items = page.items.into_iter().map(signing::item).collect();
            Ok(pb::ListSigningRightsResponse { items, page: Some(info), as_of })
        };
        self.questions.tell(&metadata, &asked, answer).await
    }
}
