//! The calls of `ConsentService`.

use concord_access::Question;
use concord_kernel::PatientId;
use concord_proto::concord::common::v1::CommandHeader;
use concord_proto::concord::consent::v1::{self as pb, consent_service_server::ConsentService};
use prost::Name;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

use super::{account, decode, list};
use crate::asked::{Asks, Commands};
use crate::door::Caller;
use crate::field::id;
use crate::looking::{About, Tells};
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
    async fn ask_about<T: Name>(
        &self,
        metadata: &MetadataMap,
        question: Question,
        patient: &str,
    ) -> Result<(Caller, About, PatientId), Failure> {
        let caller = self.0.authenticate(metadata)?;
        let patient = id("patient_id", patient, PatientId::new)?;
        let about = self.0.inquire::<T>(metadata, &caller, question, patient).await?;
        Ok((caller, about, patient))
    }

    /// Answers, once it is on record that the caller is answered, or refused.
    async fn tell<T: Tells>(
        &self,
        metadata: &MetadataMap,
        caller: &Caller,
        about: About,
        answer: impl Future<Output = Result<T, Failure>>,
    ) -> Result<Response<T>, Status> {
        let told = async { self.0.on_record(caller, about, answer.await).await };
        Ok(Response::new(self.0.within(metadata, told).await?))
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
        let question = Question::Consents;
        let (caller, about, patient) =
            self.ask_about::<pb::ListConsentsResponse>(&metadata, question, &asked.patient_id).await?;
        self.tell(&metadata, &caller, about, list::consents(&*caller.tenant.ledger, patient)).await
    }

    async fn list_disclosures(
        &self,
        request: Request<pb::ListDisclosuresRequest>,
    ) -> Result<Response<pb::ListDisclosuresResponse>, Status> {
        let (metadata, _, asked) = request.into_parts();
        let question = Question::Disclosures;
        let (caller, about, patient) =
            self.ask_about::<pb::ListDisclosuresResponse>(&metadata, question, &asked.patient_id).await?;
        let feeds = caller.tenant.feeds.as_ref().ok_or(Failure::NoFeeds)?;
        let answer = account::disclosures(&feeds.log, &*caller.tenant.ledger, patient, asked);
        self.tell(&metadata, &caller, about, answer).await
    }
}
