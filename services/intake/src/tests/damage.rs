//! Whatever comes in, an answer comes out.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::build::{allergy, bundle, condition, labs, now, observation, quantity, request, statement};
use crate::{MAX_ISSUES, MAX_LISTED, read_bundle};

/// A bundle with one of everything that is mapped.
fn sample() -> Value {
    let dosage = json!({ "text": "Take 1 tablet by mouth daily", "timing": { "repeat": { "frequency": 1, "period": 1,
        "periodUnit": "d", "boundsPeriod": { "end": "2026-12-01" } } }, "route": { "text": "oral" },
        "doseAndRate": [{ "doseQuantity": { "value": 1, "unit": "tablet" } }] });
    let referred = json!({ "medicationCodeableConcept": null, "medicationReference": { "reference": "#m" },
        "contained": [{ "resourceType": "Medication", "id": "m", "code": { "text": "Lithium" } }] });
    bundle(&[
        request("Sertraline 50 MG Oral Tablet", json!({ "dosageInstruction": [dosage] })),
        request("", referred),
        statement("Ibuprofen", json!({ "status": "stopped", "effectivePeriod": { "end": "2026-11-11" } })),
        condition("Epilepsy", "active", "confirmed"),
        allergy(json!({ "reaction": [{ "severity": "mild", "manifestation": [{ "text": "rash" }] }] })),
        observation("14334-7", quantity(0.8, "mmol/L")),
    ])
}

/// Values that stand where others are expected.
fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,40}".prop_map(Value::from),
        "[0-9T:Z+-]{0,25}".prop_map(Value::from),
        "[0-9.]{0,6} ?(mg|tablet|daily|MG/|é|mg )*".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([[[{}]]])),
    ]
}

/// Every place of a document, in its order.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                places(member, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                places(item, &format!("{at}/{index}"), found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn check(bytes: &[u8]) {
    if let Ok(intake) = read_bundle("f.json", bytes, now(), labs()) {
        assert!(intake.issues.len() <= MAX_ISSUES && intake.medications.len() <= MAX_LISTED);
        assert!(intake.results.iter().all(|r| r.value.is_finite() && r.taken_at <= now()));
        assert!(intake.issues.iter().all(|issue| issue.path.starts_with("Bundle")));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn any_element_may_be_replaced_by_anything(
        changes in prop::collection::vec((any::<prop::sample::Index>(), odd_value()), 1..6),
    ) {
        let mut document = sample();
        for (index, odd) in changes {
            let mut found = Vec::new();
            places(&document, "", &mut found);
            let place: &String = index.get(&found);
            *document.pointer_mut(place).unwrap() = odd;
        }
        check(document.to_string().as_bytes());
    }

    #[test]
    fn a_bundle_may_be_cut_anywhere_and_names_where(cut in any::<prop::sample::Index>()) {
        let text = sample().to_string();
        let bytes = &text.as_bytes()[..cut.index(text.len())];
        let refused = read_bundle("f.json", bytes, now(), labs()).unwrap_err();
        prop_assert!(refused.to_string().starts_with("f.json: Bundle"), "{refused}");
    }

    #[test]
    fn bytes_may_be_flipped(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = sample().to_string().into_bytes();
        for (index, byte) in flips {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        check(&bytes);
    }

    #[test]
    fn random_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read_bundle("f.json", &bytes, now(), labs()).is_err());
    }
}

#[test]
fn the_undamaged_sample_is_read_in_full() {
    let intake = read_bundle("f.json", sample().to_string().as_bytes(), now(), labs()).unwrap();
    assert_eq!((intake.medications.len(), intake.conditions.len(), intake.results.len()), (3, 1, 1));
    assert!(intake.issues.is_empty(), "{:?}", intake.issues);
}
