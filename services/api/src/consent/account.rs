//! The accounting of disclosures of one patient.

use concord_kernel::PatientId;
use concord_ledger::Ledger;
use concord_looks::{AccessLog, Basis, Disclosure, Kind, Record, Wanted};
use concord_proto::concord::common::v1::PageInfo;
use concord_proto::concord::consent::v1 as pb;

use super::encode;
use crate::common::encode::instant;
use crate::field::optional_instant;
use crate::query::Page;
use crate::{Failure, Invalid};

/// Reads a page of what was disclosed of `patient`.
pub(super) async fn disclosures(
    log: &AccessLog,
    ledger: &dyn Ledger,
    patient: PatientId,
    asked: pb::ListDisclosuresRequest,
) -> Result<pb::ListDisclosuresResponse, Failure> {
    let token = asked.page.as_ref().map_or_else(String::new, |page| page.page_token.clone());
    let page = Page::read(asked.page)?;
    let from = optional_instant("since", asked.since)?;
    let after = if token.is_empty() { None } else { Some(token.parse().map_err(|_| Failure::PageToken)?) };
    let wanted = Wanted { patient, from, to: None, kind: Kind::Disclosures };
    let found = log.page(&wanted, after, page.limit).await.map_err(|error| match error {
        concord_looks::AccessLogError::Cursor => Failure::PageToken,
        concord_looks::AccessLogError::Ledger(error) => error.into(),
    })?;
    let mut disclosures = Vec::new();
    for record in found.records {
        let Record::Disclosure(disclosure) = record else { continue };
        if asked.intermediaries_only && disclosure.recipient.intermediary.is_none() {
            continue;
        }
        disclosures.push(told(ledger, disclosure).await?);
    }
    let next_page_token = found.next.map_or_else(String::new, |next| next.to_string());
    Ok(pb::ListDisclosuresResponse { disclosures, page: Some(PageInfo { next_page_token }) })
}

async fn told(ledger: &dyn Ledger, disclosure: Disclosure) -> Result<pb::AccountedDisclosure, Failure> {
    let Disclosure { at, patient: _, recipient, purpose, basis, classes, positions, subscription } =
        disclosure;
    let (consent_id, consent_version) = match basis {
        Basis::Consent { consent, version, .. } => {
            (consent.to_string(), u32::try_from(version).unwrap_or(u32::MAX))
        }
        Basis::Emergency | Basis::Audit { .. } => (String::new(), 0),
    };
    let known = |name: Box<str>| name.parse().map_err(|_| Invalid::new("classes", "are of another version"));
    let classes = classes.into_iter().map(known).collect::<Result<_, Invalid>>()?;
    Ok(pb::AccountedDisclosure {
        at: Some(instant(at)),
        organisation: recipient.organisation.into(),
        recipient: recipient.name.map_or_else(String::new, Into::into),
        intermediary: recipient.intermediary.is_some(),
        purpose: encode::purpose(purpose).into(),
        event_types: names(ledger, &positions).await?,
        classes: encode::class_of(classes),
        consent_id,
        consent_version,
        subscription_id: subscription.map_or_else(String::new, |subscription| subscription.to_string()),
    })
}

/// What the events at these places are called, each name once.
async fn names(ledger: &dyn Ledger, positions: &[u64]) -> Result<Vec<String>, Failure> {
    let mut names = std::collections::BTreeSet::new();
    for position in positions {
        let page = ledger.read(position - 1, &concord_ledger::Filter::default(), 1).await?;
        names.extend(page.entries.into_iter().map(|entry| String::from(entry.event_type)));
    }
    Ok(names.into_iter().collect())
}
