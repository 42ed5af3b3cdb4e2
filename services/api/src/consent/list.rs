//! A patient's consents as they were recorded.

use std::collections::BTreeMap;

use concord_domain::DomainEvent;
use concord_domain::consent::Event;
use concord_kernel::{ConsentId, Instant, PatientId, RestrictionId, StreamRef};
use concord_ledger::{Ledger, ReadError};
use concord_proto::concord::consent::v1 as pb;

use super::encode;
use crate::Failure;
use crate::common::encode::instant;

/// Events that are read at once.
const READ: usize = 500;

/// Reads every version of every consent, and every restriction.
pub(super) async fn consents(
    ledger: &dyn Ledger,
    patient: PatientId,
) -> Result<pb::ListConsentsResponse, Failure> {
    let mut answer = pb::ListConsentsResponse::default();
    let (mut revoked, mut ended) = (BTreeMap::new(), BTreeMap::new());
    let mut version = 0;
    loop {
        let page = ledger.read_stream(StreamRef::consent(patient), version, READ).await?;
        let whole = page.len() < READ;
        for entry in page {
            version = entry.version;
            // Of whoever was erased nothing is left to tell.
            if entry.is_shredded() {
                continue;
            }
            let Ok(DomainEvent::Consent(event)) = DomainEvent::decode(entry.stream.kind, &entry.payload)
            else {
                return Err(ReadError::Corrupt("a consent cannot be read").into());
            };
            take_in(event, entry.recorded_at, &mut answer, &mut revoked, &mut ended);
        }
        if whole {
            break;
        }
    }
    for consent in &mut answer.consents {
        consent.revoked_at = revoked.get(&consent.consent_id).copied().map(instant);
    }
    for restriction in &mut answer.restrictions {
        restriction.ended_at = ended.get(&restriction.restriction_id).copied().map(instant);
    }
    Ok(answer)
}

fn take_in(
    event: Event,
    at: Instant,
    answer: &mut pb::ListConsentsResponse,
    revoked: &mut BTreeMap<String, Instant>,
    ended: &mut BTreeMap<String, Instant>,
) {
    let named = |consent: ConsentId| consent.to_string();
    let of = |restriction: RestrictionId| restriction.to_string();
    match event {
        Event::ConsentGiven { consent, version, terms } => answer.consents.push(pb::ConsentVersion {
            consent_id: named(consent),
            version,
            terms: Some(encode::terms(&terms)),
            recorded_at: Some(instant(at)),
            revoked_at: None,
        }),
        Event::ConsentRevoked { consent, .. } => {
            revoked.insert(named(consent), at);
        }
        Event::DisclosureRestricted { restriction, terms } => {
            answer.restrictions.push(pb::RecordedRestriction {
                restriction_id: of(restriction),
                terms: Some(encode::restriction(&terms)),
                recorded_at: Some(instant(at)),
                ended_at: None,
            });
        }
        Event::DisclosureRestrictionEnded { restriction, .. } => {
            ended.insert(of(restriction), at);
        }
    }
}
