//! The calls of `AccessLogService`.

use std::collections::BTreeSet;

use concord_access::Question;
use concord_kernel::PatientId;
use concord_ledger::{Filter, Ledger};
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
    patient: PatientId,
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
        let (caller, about, patient) = self.admit::<pb::ListLooksResponse>(&metadata, &patient_id).await?;
        let answer = async {
            let (records, page) = find(&caller, Asks { patient, from, until, page }, Kind::Looks).await?;
            let looks = records.into_iter().filter_map(encode::look).collect();
            Ok(pb::ListLooksResponse { looks, page })
        };
        self.tell(&metadata, &caller, about, answer).await
    }

    async fn list_disclosures(
        &self,
        request: Request<pb::ListDisclosuresRequest>,
    ) -> Result<Response<pb::ListDisclosuresResponse>, Status> {
        let (metadata, _, asks) = request.into_parts();
        let pb::ListDisclosuresRequest { patient_id, from, until, page, intermediaries_only } = asks;
        let (caller, about, patient) =
            self.admit::<pb::ListDisclosuresResponse>(&metadata, &patient_id).await?;
        let answer = async {
            let asks = Asks { patient, from, until, page };
            let (records, page) = find(&caller, asks, Kind::Disclosures).await?;
            let mut disclosures: Vec<_> = records.into_iter().filter_map(encode::disclosure).collect();
            disclosures.retain(|line| !intermediaries_only || !line.intermediary.is_empty());
            for line in &mut disclosures {
                line.event_types = names(&*caller.tenant.ledger, &line.positions).await?;
            }
            Ok(pb::ListDisclosuresResponse { disclosures, page })
        };
        self.tell(&metadata, &caller, about, answer).await
    }
}

impl AccessLogs {
    async fn admit<T: Name>(
        &self,
        metadata: &MetadataMap,
        patient: &str,
    ) -> Result<(Caller, About, PatientId), Failure> {
        let mut caller = self.0.authenticate(metadata)?;
        let patient = id("patient_id", patient, PatientId::new)?;
        let about = self.0.inquire::<T>(metadata, &mut caller, Question::AccessLog, patient).await?;
        Ok((caller, about, patient))
    }

    /// Answers, once it is on record that the caller is answered, or refused.
    async fn tell<T: Tells>(
        &self,
        metadata: &MetadataMap,
        caller: &Caller,
        about: About,
        answer: impl Future<Output = Result<T, Failure>> + Send,
    ) -> Result<Response<T>, Status> {
        let told = async { self.0.on_record(caller, about, answer.await).await };
        Ok(Response::new(self.0.within(metadata, told).await?))
    }
}

async fn find(caller: &Caller, asks: Asks, kind: Kind) -> Result<(Vec<Record>, Option<PageInfo>), Failure> {
    let Asks { patient, from, until, page } = asks;
    let wanted = Wanted {
        patient,
        from: from.map(|from| instant("from", Some(from))).transpose()?,
        to: until.map(|until| instant("until", Some(until))).transpose()?,
        kind,
    };
    let (after, limit) = self::page(page)?;
    let Found { records, next, .. } = caller.tenant.looks.log().page(&wanted, after, limit).await?;
    let next_page_token = next.map_or_else(String::new, |next| next.to_string());
    Ok((records, Some(PageInfo { next_page_token })))
}

/// Events that are read at once for their names.
const READ: usize = 256;

/// What the events at these places are called, each name once.
async fn names(ledger: &dyn Ledger, positions: &[u64]) -> Result<Vec<String>, Failure> {
    let positions: BTreeSet<u64> = positions.iter().copied().collect();
    let (mut names, mut read) = (BTreeSet::new(), 0);
    for position in &positions {
        // What lies near each other is read together.
        if *position > read {
            let page = ledger.read(position - 1, &Filter::default(), READ).await?;
            read = page.through.max(*position);
            let entries = page.entries.into_iter().filter(|entry| positions.contains(&entry.position));
            names.extend(entries.map(|entry| String::from(entry.event_type)));
        }
    }
    Ok(names.into_iter().collect())
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
