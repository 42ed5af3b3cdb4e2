//! The calls of `AccessLogService`.

use concord_access::Question;
use concord_kernel::PatientId;
use concord_looks::{AccessLogError, Cursor, Found, Kind, Record, Wanted};
use concord_proto::concord::access_log::v1 as pb;
use concord_proto::concord::access_log::v1::access_log_service_server::AccessLogService;
use concord_proto::concord::common::v1::{PageInfo, PageRequest};
use prost::Name;
use prost_types::Timestamp;
use tonic::metadata::MetadataMap;
use tonic::{Request, Response, Status};

use super::encode;
use crate::door::Caller;
use crate::field::{id, instant};
use crate::limits::{PAGE_DEFAULT, PAGE_MOST};
use crate::looking::{About, Tells};
use crate::{Door, Failure, Invalid};

/// Answers questions about access.
pub(crate) struct AccessLogs(pub(crate) Door);

/// What is asked, whichever kind of record it is about.
struct Asks {
    patient: String,
    from: Option<Timestamp>,
    until: Option<Timestamp>,
    page: Option<PageRequest>,
}

#[tonic::async_trait]
impl AccessLogService for AccessLogs {
    async fn list_looks(
        &self,
        request: Request<pb::ListLooksRequest>,
    ) -> Result<Response<pb::ListLooksResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let pb::ListLooksRequest { patient_id, from, until, page } = asks;
        let asks = Asks { patient: patient_id, from, until, page };
        self.answer(&metadata, asks, Kind::Looks, |records, page| pb::ListLooksResponse {
            looks: records.into_iter().filter_map(encode::look).collect(),
            page,
        })
        .await
    }

    async fn list_disclosures(
        &self,
        request: Request<pb::ListDisclosuresRequest>,
    ) -> Result<Response<pb::ListDisclosuresResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let pb::ListDisclosuresRequest { patient_id, from, until, page } = asks;
        let asks = Asks { patient: patient_id, from, until, page };
        self.answer(&metadata, asks, Kind::Disclosures, |records, page| pb::ListDisclosuresResponse {
            disclosures: records.into_iter().filter_map(encode::disclosure).collect(),
            page,
        })
        .await
    }
}

impl AccessLogs {
    async fn answer<T: Tells>(
        &self,
        metadata: &MetadataMap,
        asks: Asks,
        kind: Kind,
        encode: impl FnOnce(Vec<Record>, Option<PageInfo>) -> T,
    ) -> Result<Response<T>, Status> {
        let (caller, about, patient) = self.admit::<T>(metadata, &asks.patient).await?;
        let found = async {
            let wanted = Wanted {
                patient,
                from: asks.from.map(|from| instant("from", Some(from))).transpose()?,
                to: asks.until.map(|until| instant("until", Some(until))).transpose()?,
                kind,
            };
            let (after, limit) = page(asks.page)?;
            let Found { records, next, .. } = caller.tenant.looks.log().page(&wanted, after, limit).await?;
            let next_page_token = next.map_or_else(String::new, |next| next.to_string());
            Ok(encode(records, Some(PageInfo { next_page_token })))
        };
        let told = async { self.0.on_record(&caller, about, found.await).await };
        Ok(Response::new(self.0.within(metadata, told).await?))
    }

    async fn admit<T: Name>(
        &self,
        metadata: &MetadataMap,
        patient: &str,
    ) -> Result<(Caller, About, PatientId), Failure> {
        let caller = self.0.authenticate(metadata)?;
        let patient = id("patient_id", patient, PatientId::new)?;
        let about = self.0.inquire::<T>(metadata, &caller, Question::AccessLog, patient).await?;
        Ok((caller, about, patient))
    }
}

fn page(page: Option<PageRequest>) -> Result<(Option<Cursor>, usize), Failure> {
    let PageRequest { page_size, page_token } = page.unwrap_or_default();
    let limit = if page_size == 0 { PAGE_DEFAULT } else { page_size as usize };
    if limit > PAGE_MOST {
        return Err(Invalid::new("page.page_size", "must be at most 200").into());
    }
    let after = (!page_token.is_empty()).then(|| page_token.parse()).transpose()?;
    Ok((after, limit))
}

impl From<AccessLogError> for Failure {
    fn from(error: AccessLogError) -> Self {
        match error {
            AccessLogError::Cursor => Self::PageToken,
            AccessLogError::Ledger(error) => error.into(),
        }
    }
}
