//! Records of access to messages.

use concord_looks::{Basis, Disclosure, Look, Outcome, Recipient, Record};
use concord_proto::concord::access_log::v1 as pb;

use crate::common::encode::{instant, purpose, role};

/// A look as a message; of another kind of record, nothing.
pub(super) fn look(record: Record) -> Option<pb::RecordedLook> {
    let Record::Look(look) = record else { return None };
    let Look { at, who, call, purpose: what_for, patients, outcome, policy, break_glass, audit } = look;
    Some(pb::RecordedLook {
        at: Some(instant(at)),
        person_id: who.person.to_string(),
        role: role(who.role).into(),
        organisation: who.organisation.unwrap_or_default().into(),
        call: call.into(),
        purpose: purpose(what_for).into(),
        patients: u32::try_from(patients.len()).unwrap_or(u32::MAX),
        refused: match outcome {
            Outcome::Answered => String::new(),
            Outcome::Refused { reason } => reason.into(),
        },
        policy: policy.unwrap_or_default().into(),
        break_glass,
        audit_id: audit.map_or_else(String::new, |audit| audit.to_string()),
    })
}

/// A disclosure as a message; of another kind of record, nothing.
pub(super) fn disclosure(record: Record) -> Option<pb::RecordedDisclosure> {
    let Record::Disclosure(disclosure) = record else { return None };
    let Disclosure { at, patient: _, recipient, purpose: what_for, basis, classes, positions, subscription } =
        disclosure;
    let Recipient { organisation, name, person, intermediary } = recipient;
    let mut line = pb::RecordedDisclosure {
        at: Some(instant(at)),
        organisation: organisation.into(),
        name: name.unwrap_or_default().into(),
        person_id: person.map_or_else(String::new, |person| person.to_string()),
        intermediary: intermediary.unwrap_or_default().into(),
        purpose: purpose(Some(what_for)).into(),
        data_classes: classes.into_iter().map(String::from).collect(),
        positions,
        subscription_id: subscription.map_or_else(String::new, |subscription| subscription.to_string()),
        ..pb::RecordedDisclosure::default()
    };
    match basis {
        Basis::Consent { consent, version, decided_at } => {
            (line.consent_id, line.consent_version) = (consent.to_string(), version);
            line.decided_at = decided_at;
        }
        Basis::Emergency => line.emergency = true,
        Basis::Audit { audit } => line.audit_id = audit.to_string(),
    }
    Some(line)
}
