//! What of a piece of the log may be told to a partner. Pure: the same events, consents and time give the same answer.

use std::collections::HashSet;

use concord_domain::DomainEvent;
use concord_domain::classes::{classes, is_part2};
use concord_domain::consent::Event as ConsentEvent;
use concord_domain::feed::Subscription;
use concord_executor::Metadata;
use concord_kernel::{ConsentId, DataClasses, Instant, PatientId, StreamKind};
use concord_ledger::{Entry, Filter};

use crate::{Consents, Grant, Taker};

/// What may be told.
#[derive(Debug)]
pub(crate) struct Allowed<'a> {
    /// Where the event stands in the clinical ledger; of what a day ended, up to where it was searched then.
    pub(crate) position: u64,
    pub(crate) patient: PatientId,
    pub(crate) what: What<'a>,
}

#[derive(Debug)]
pub(crate) enum What<'a> {
    /// The event itself.
    Event { entry: &'a Entry, grant: Grant, classes: DataClasses, part2: bool },
    /// That a consent has ended.
    ConsentEnded(Option<ConsentId>),
}

/// By what a step decides.
pub(crate) struct Gate<'a> {
    pub(crate) consents: &'a Consents,
    pub(crate) terms: &'a Subscription,
    pub(crate) taker: &'a Taker,
    pub(crate) now: Instant,
}

/// Names of events that may end a consent.
const ENDS: [&str; 4] = ["ConsentGiven", "ConsentRevoked", "EpisodeClosed", ERASED];

/// Name of the event that says that everything about a patient was destroyed.
const ERASED: &str = "SubjectShredded";

/// The events that a subscription is searched for.
pub(crate) fn filter(terms: &Subscription) -> Filter {
    if terms.event_types.is_empty() {
        return Filter::default();
    }
    let event_types = terms.event_types.iter().cloned().chain(ENDS.map(str::to_owned)).collect();
    Filter { kinds: Vec::new(), event_types }
}

impl Gate<'_> {
    /// What may be told of `entries`, in their order. `told` holds those of whom something was told on the subscription;
    /// only of them it is told that a consent has ended.
    pub(crate) fn decide<'a>(&self, entries: &'a [Entry], told: &mut HashSet<PatientId>) -> Vec<Allowed<'a>> {
        let mut allowed = Vec::new();
        for entry in entries {
            let position = entry.position;
            if let Some((patient, what)) = self.event(entry) {
                told.insert(patient);
                allowed.push(Allowed { position, patient, what });
            }
            if let Some((patient, consent)) = ending(entry)
                && told.contains(&patient)
                && !self.consents.covers(patient, self.taker, self.now)
            {
                told.remove(&patient);
                allowed.push(Allowed { position, patient, what: What::ConsentEnded(consent) });
            }
        }
        allowed
    }

    /// Of whom nothing more comes because the last day of their consent has passed; the log says nothing of it. `position` is
    /// up to where it was searched.
    pub(crate) fn expired(&self, position: u64, told: &mut HashSet<PatientId>) -> Vec<Allowed<'static>> {
        let expired =
            |patient: &PatientId| Some((*patient, self.consents.expired(*patient, self.taker, self.now)?));
        let mut ended: Vec<_> = told.iter().filter_map(expired).collect();
        // The set has an order of its own each time.
        ended.sort_unstable_by_key(|(patient, _)| *patient);
        let allowed = ended.into_iter().map(|(patient, consent)| {
            told.remove(&patient);
            Allowed { position, patient, what: What::ConsentEnded(Some(consent)) }
        });
        allowed.collect()
    }

    fn event<'a>(&self, entry: &'a Entry) -> Option<(PatientId, What<'a>)> {
        // Of these nothing is ever told, whatever is consented to; nor of whoever was erased since they consented.
        if !is_disclosable(entry.stream.kind) || entry.is_shredded() {
            return None;
        }
        let wanted = &self.terms.event_types;
        if !wanted.is_empty() && !wanted.iter().any(|name| **name == *entry.event_type) {
            return None;
        }
        // Metadata that cannot be read tell of nobody, so nobody's consent covers it.
        let metadata: Metadata = serde_json::from_slice(&entry.metadata).ok()?;
        // What the table says now holds as well as what it said then.
        let classes = metadata.classes.and(classes(entry.stream.kind, &entry.event_type));
        if !classes.within(self.terms.classes) {
            return None;
        }
        let grant = self.consents.decide(metadata.patient, classes, self.taker, self.now)?;
        let part2 = metadata.part2 || is_part2(entry.stream.kind);
        Some((metadata.patient, What::Event { entry, grant, classes, part2 }))
    }
}

/// Whether events of such streams can be told to anybody at all.
const fn is_disclosable(kind: StreamKind) -> bool {
    match kind {
        StreamKind::Episode
        | StreamKind::Assessment
        | StreamKind::MedicationChart
        | StreamKind::SideEffects
        | StreamKind::Scales
        | StreamKind::FollowUp
        | StreamKind::CareTeam
        | StreamKind::TreatmentPlan
        | StreamKind::Adherence
        | StreamKind::Recovery
        | StreamKind::Prescription => true,
        StreamKind::Coordination
        | StreamKind::Ruleset
        | StreamKind::SigningRights
        | StreamKind::Audit
        | StreamKind::Access
        | StreamKind::Consent
        | StreamKind::Feed
        | StreamKind::Inbox => false,
    }
}

/// Whose consent an event may end, and which.
fn ending(entry: &Entry) -> Option<(PatientId, Option<ConsentId>)> {
    if entry.stream.kind == StreamKind::Consent {
        let event = DomainEvent::decode(entry.stream.kind, &entry.payload).ok()?;
        let DomainEvent::Consent(event) = event else { return None };
        let consent = match event {
            ConsentEvent::ConsentGiven { consent, .. } | ConsentEvent::ConsentRevoked { consent, .. } => {
                consent
            }
            ConsentEvent::DisclosureRestricted { .. } | ConsentEvent::DisclosureRestrictionEnded { .. } => {
                return None;
            }
        };
        return Some((PatientId::new(entry.stream.id), Some(consent)));
    }
    let stay_ended = entry.stream.kind == StreamKind::Episode && &*entry.event_type == "EpisodeClosed";
    if stay_ended || (entry.stream.kind == StreamKind::Audit && &*entry.event_type == ERASED) {
        let metadata: Metadata = serde_json::from_slice(&entry.metadata).ok()?;
        return Some((metadata.patient, None));
    }
    None
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use concord_kernel::StreamRef;
    use concord_ledger::AtRest;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::consents::tests::{ada, given, noon, taker, terms};

    /// A result of Ada's that her consent covers, as the ledger has it.
    fn result(at_rest: AtRest) -> Entry {
        let metadata = json!({
            "command": Uuid::from_u128(1), "patient": ada(),
            "actor": { "id": Uuid::from_u128(2), "role": "nurse" },
            "purpose": "treatment", "part2": true, "classes": ["medication"],
        });
        Entry {
            position: 1,
            stream: StreamRef::chart(ada()),
            version: 1,
            event_type: "MedicationHeld".into(),
            event_version: 1,
            recorded_at: noon(),
            payload: Bytes::new(),
            at_rest,
            metadata: Bytes::from(metadata.to_string()),
            leaf_hash: [0; 32],
        }
    }

    #[test]
    fn nothing_is_told_of_whoever_was_erased_though_their_consent_is_still_known() {
        let (consents, taker) = (given(terms()), taker());
        let offered = Subscription {
            organisation: taker.organisation.clone(),
            recipient: concord_kernel::Text::parse("Riverside Clinic, 1 River Road").unwrap(),
            class: taker.class,
            purpose: taker.purpose,
            classes: DataClasses::ALL,
            event_types: Vec::new(),
            payload: concord_domain::feed::PayloadChoice::IdOnly,
            delivery: concord_domain::feed::Delivery::Call,
        };
        let gate = Gate { consents: &consents, terms: &offered, taker: &taker, now: noon() };
        assert!(gate.event(&result(AtRest::Clear)).is_some());
        assert!(gate.event(&result(AtRest::Shredded(Bytes::new()))).is_none());
    }
}
