//! Small bundles.

use concord_kernel::Instant;
use concord_knowledge::Ruleset;
use serde_json::{Value, json};

use crate::{Intake, IntakeError, Problem, read_bundle};

/// The day of admission in every test.
pub(super) fn now() -> Instant {
    Instant::parse("2026-11-23T12:00:00Z").unwrap()
}

/// The table that this program was built with.
pub(super) fn labs() -> &'static Ruleset {
    Ruleset::embedded()
}

pub(super) fn patient() -> Value {
    json!({
        "resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1990-04-05",
        "name": [{ "use": "official", "family": "Doe", "given": ["Ann", "B."] }]
    })
}

/// A collection of the patient and `resources`, each with a `urn:uuid` URL made of its id.
pub(super) fn bundle(resources: &[Value]) -> Value {
    let all = std::iter::once(patient()).chain(resources.iter().cloned());
    let entries: Vec<Value> = all
        .enumerate()
        .map(|(index, resource)| {
            let id = resource["id"].as_str().map_or_else(|| format!("r{index}"), str::to_owned);
            json!({ "fullUrl": format!("urn:uuid:{id}"), "resource": resource })
        })
        .collect();
    json!({ "resourceType": "Bundle", "type": "collection", "entry": entries })
}

pub(super) fn read(document: &Value) -> Result<Intake, IntakeError> {
    read_bundle("a.json", document.to_string().as_bytes(), now(), labs())
}

/// Reads a bundle of the patient and `resources` that nobody refuses.
pub(super) fn intake(resources: &[Value]) -> Intake {
    read(&bundle(resources)).unwrap()
}

/// `(path, problem)` of every issue.
pub(super) fn issues(intake: &Intake) -> Vec<(&str, Problem)> {
    intake.issues.iter().map(|issue| (issue.path.as_str(), issue.problem)).collect()
}

pub(super) fn subject() -> Value {
    json!({ "reference": "urn:uuid:p1" })
}

/// `base` with the members of `more` put over it; null takes one away.
pub(super) fn with(mut base: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("members") };
    for (name, value) in more {
        base[name] = value;
    }
    base
}

pub(super) fn request(name: &str, more: Value) -> Value {
    let base = json!({
        "resourceType": "MedicationRequest", "status": "active", "intent": "order", "subject": subject(),
        "authoredOn": "2026-10-01", "medicationCodeableConcept": { "text": name }
    });
    with(base, more)
}

pub(super) fn statement(name: &str, more: Value) -> Value {
    let base = json!({
        "resourceType": "MedicationStatement", "status": "active", "subject": subject(),
        "medicationCodeableConcept": { "text": name }
    });
    with(base, more)
}

pub(super) fn condition(name: &str, clinical: &str, verification: &str) -> Value {
    json!({
        "resourceType": "Condition", "subject": subject(), "code": { "text": name },
        "clinicalStatus": { "coding": [{ "code": clinical }] },
        "verificationStatus": { "coding": [{ "code": verification }] }
    })
}

pub(super) fn allergy(more: Value) -> Value {
    let base = json!({
        "resourceType": "AllergyIntolerance", "patient": subject(), "code": { "text": "Penicillin" },
        "clinicalStatus": { "coding": [{ "code": "active" }] },
        "verificationStatus": { "coding": [{ "code": "confirmed" }] }
    });
    with(base, more)
}

pub(super) fn observation(loinc: &str, value: Value) -> Value {
    let base = json!({
        "resourceType": "Observation", "status": "final", "subject": subject(),
        "effectiveDateTime": "2026-11-01T08:00:00-05:00",
        "code": { "coding": [{ "system": "http://loinc.org", "code": loinc }], "text": "a result" }
    });
    with(base, value)
}

pub(super) fn quantity(value: f64, unit: &str) -> Value {
    json!({ "valueQuantity": { "value": value, "system": "http://unitsofmeasure.org", "code": unit, "unit": unit } })
}
