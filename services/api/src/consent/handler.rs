//! The calls of `ConsentService`.

use concord_access::{Question, permit_query};
use concord_kernel::PatientId;
use concord_proto::concord::common::v1::CommandHeader;
use concord_proto::concord::consent::v1::{self as pb, consent_service_server::ConsentService};
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

use super::{account, decode, list};
use crate::asked::{Asks, Commands};
use crate::door::Caller;
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

impl Commands {
    /// Says who asks about a patient, when they may, and about which. Nothing of the question is read before.
    fn ask_about(
        &self,
        metadata: &MetadataMap,
        question: Question,
        patient: &str,
    ) -> Result<(Caller, PatientId), Failure> {
        let caller = self.0.authenticate(metadata)?;
        let patient = id("patient_id", patient, PatientId::new)?;
        permit_query(&caller.identity, question, Some(patient))?;
        Ok((caller, patient))
    }
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
        let (caller, patient) = self.ask_about(&metadata, Question::Consents, &asked.patient_id)?;
        let answer = self.0.within(&metadata, list::consents(&*caller.tenant.ledger, patient)).await?;
        Ok(Response::new(answer))
    }

    async fn list_disclosures(
        &self,
        request: Request<pb::ListDisclosuresRequest>,
    ) -> Result<Response<pb::ListDisclosuresResponse>, Status> {
        let (metadata, _, asked) = request.into_parts();
        let (caller, patient) = self.ask_about(&metadata, Question::Disclosures, &asked.patient_id)?;
        let feeds = caller.tenant.feeds.as_ref().ok_or(Failure::NoFeeds)?;
        let answer = account::disclosures(&feeds.log, &*caller.tenant.ledger, patient, asked);
        Ok(Response::new(self.0.within(&metadata, answer).await?))
    }
}
