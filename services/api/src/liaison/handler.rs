//! The calls of `LiaisonService`.

use concord_access::Question;
use concord_projection::Key;
use concord_proto::concord::liaison::v1 as pb;
use concord_proto::concord::liaison::v1::liaison_service_server::LiaisonService;
use concord_views::{Reconciled, reconciled};
use tonic::{Request, Response, Status};

use super::encode;
use crate::Failure;
use crate::query::{Page, Questions};

#[tonic::async_trait]
impl LiaisonService for Questions {
    async fn list_clients(
        &self,
        request: Request<pb::ListClientsRequest>,
    ) -> Result<Response<pb::ListClientsResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let asked = self.ask(&metadata, Question::Reconciled)?;
        let answer = async {
            let person = asked.whose("liaison_id", &asks.liaison_id)?;
            let wanted = Page::read(asks.page)?;
            let reader = asked.reader::<Reconciled>(asks.min_position).await?;
            let as_of = asked.as_of::<Reconciled>();
            let page = reconciled::page(&reader, person, wanted.after.as_ref(), wanted.limit).await?;
            let clients = page.items.iter().map(encode::line).collect();
            Ok(pb::ListClientsResponse { clients, page: Some(Page::info(&page)), as_of })
        };
        Ok(Response::new(self.0.within(&metadata, answer).await?))
    }

    async fn get_reconciled_list(
        &self,
        request: Request<pb::GetReconciledListRequest>,
    ) -> Result<Response<pb::GetReconciledListResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let (asked, patient) = self.ask_about(&metadata, Question::Reconciled, &asks.patient_id)?;
        let answer = async {
            let reader = asked.reader::<Reconciled>(asks.min_position).await?;
            let as_of = asked.as_of::<Reconciled>();
            let row = reader.row::<Reconciled>(Key::patient(patient)).await.map_err(Failure::from)?;
            asked.cares(&row.ok_or(Failure::NotFound)?.team)?;
            let list = reconciled::patient(&reader, patient).await?.ok_or(Failure::NotFound)?;
            Ok(pb::GetReconciledListResponse { as_of, ..encode::list(&list) })
        };
        Ok(Response::new(self.0.within(&metadata, answer).await?))
    }
}
