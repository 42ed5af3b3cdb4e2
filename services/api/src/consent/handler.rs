//! The calls of `ConsentService`.

use concord_access::Question;
use concord_kernel::PatientId;
use concord_proto::concord::common::v1::CommandHeader;
use concord_proto::concord::consent::v1::{self as pb, consent_service_server::ConsentService};
use tonic::{Request, Response, Status};

use super::{decode, list};
use crate::asked::{Asks, Commands};
use crate::field::id;
use crate::{Failure, Invalid};

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
    GiveConsentRequest by give_consent;
    RevokeConsentRequest by revoke_consent;
    RestrictDisclosureRequest by restrict_disclosure;
    EndRestrictionRequest by end_restriction;
}

#[tonic::async_trait]
impl ConsentService for Commands {
    async fn give_consent(
        &self,
        request: Request<pb::GiveConsentRequest>,
    ) -> Result<Response<pb::GiveConsentResponse>, Status> {
        let receipt = self.run(request).await?;
        Ok(Response::new(pb::GiveConsentResponse { receipt }))
    }

    async fn revoke_consent(
        &self,
        request: Request<pb::RevokeConsentRequest>,
    ) -> Result<Response<pb::RevokeConsentResponse>, Status> {
        let receipt = self.run(request).await?;
        Ok(Response::new(pb::RevokeConsentResponse { receipt }))
    }

    async fn restrict_disclosure(
        &self,
        request: Request<pb::RestrictDisclosureRequest>,
    ) -> Result<Response<pb::RestrictDisclosureResponse>, Status> {
        let receipt = self.run(request).await?;
        Ok(Response::new(pb::RestrictDisclosureResponse { receipt }))
    }

    async fn end_restriction(
        &self,
        request: Request<pb::EndRestrictionRequest>,
    ) -> Result<Response<pb::EndRestrictionResponse>, Status> {
        let receipt = self.run(request).await?;
        Ok(Response::new(pb::EndRestrictionResponse { receipt }))
    }

    async fn list_consents(
        &self,
        request: Request<pb::ListConsentsRequest>,
    ) -> Result<Response<pb::ListConsentsResponse>, Status> {
        let (metadata, _, asked) = request.into_parts();
        let mut caller = self.0.authenticate(&metadata)?;
        let patient = id("patient_id", &asked.patient_id, PatientId::new).map_err(Failure::from)?;
        let question = Question::Consents;
        let about =
            self.0.inquire::<pb::ListConsentsResponse>(&metadata, &mut caller, question, patient).await?;
        let answer = list::consents(&*caller.tenant.ledger, patient);
        let told = async { self.0.on_record(&caller, about, answer.await).await };
        Ok(Response::new(self.0.within(&metadata, told).await?))
    }
}
