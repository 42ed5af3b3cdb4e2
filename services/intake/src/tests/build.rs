//! Small bundles.

use concord_kernel::Instant;
use concord_knowledge::LabId;
use serde_json::{Value, json};

use crate::{Intake, IntakeError, KnownLab, KnownLabs, Problem, read_bundle};

/// The day of admission in every test.
pub(super) fn now() -> Instant {
    Instant::parse("2026-11-23T12:00:00Z").unwrap()
}

/// A table of a few rows.
pub(super) struct Labs;

impl KnownLabs for Labs {
    fn by_loinc(&self, code: &str) -> Option<KnownLab> {
        let (lab, unit, lowest, highest) = match code {
            "14334-7" => ("lithium-level", "mmol/L", 0.0, 10.0),
            "2947-0" | "2951-2" => ("sodium", "mmol/L", 90.0, 200.0),
            "8480-6" => ("systolic-bp", "mm[Hg]", 20.0, 350.0),
            "8462-4" => ("diastolic-bp", "mm[Hg]", 10.0, 250.0),
            "777-3" => ("platelets", "10*3/uL", 0.0, 3_000.0),
            "2106-3" => ("hcg", "{presence}", 0.0, 1.0),
            "29463-7" => ("weight", "kg", 1.0, 500.0),
            "33914-3" => ("egfr", "mL/min/{1.73_m2}", 0.0, 250.0),
            _ => return None,
        };
        let lab = LabId::parse(lab).unwrap();
        Some(KnownLab { lab, unit: unit.to_owned(), lowest, highest })
    }
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
    read_bundle("a.json", document.to_string().as_bytes(), now(), &Labs)
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
