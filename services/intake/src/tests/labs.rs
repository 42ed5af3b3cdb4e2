//! Results.

use serde_json::{Value, json};

use super::build::{intake, issues, observation, quantity, with};
use crate::Problem;

fn only(resource: Value) -> (Option<f64>, Option<Problem>) {
    let read = intake(&[resource]);
    (read.results.first().map(|r| r.value), read.issues.first().map(|i| i.problem))
}

#[test]
fn only_the_latest_result_of_a_kind_that_rules_know_is_listed() {
    let on = |day: &str, value: f64| {
        with(observation("14334-7", quantity(value, "mmol/L")), json!({ "effectiveDateTime": day }))
    };
    let read = intake(&[
        on("2026-10-01", 0.5),
        on("2026-10-20", 0.9),
        on("2026-09-01", 0.4),
        observation("99999-9", quantity(1.0, "mg")),
    ]);
    assert_eq!(read.results.len(), 1);
    assert_eq!((read.results[0].lab.to_string(), read.results[0].value), ("lithium-level".to_owned(), 0.9));
    assert_eq!(read.results[0].taken_at.to_string(), "2026-10-20T00:00:00Z");
    assert_eq!((read.left_out.older_results, read.left_out.other_observations), (2, 1));
}

#[test]
fn units_that_measure_the_same_are_turned_into_the_tables() {
    assert_eq!(only(observation("14334-7", quantity(0.8, "meq/L"))), (Some(0.8), None));
    assert_eq!(only(observation("14334-7", quantity(800.0, "umol/L"))), (Some(0.8), None));
    assert_eq!(only(observation("777-3", quantity(250.0, "10*9/L"))), (Some(250.0), None));
    assert_eq!(only(observation("33914-3", quantity(60.0, "mL/min"))), (None, Some(Problem::WrongUnit)));
    assert_eq!(only(observation("14334-7", quantity(5.0, "mg/dL"))), (None, Some(Problem::WrongUnit)));
    let bare = observation("14334-7", json!({ "valueQuantity": { "value": 0.8 } }));
    assert_eq!(only(bare), (None, Some(Problem::NoUnit)));
}

#[test]
fn components_are_results_of_their_own() {
    let part = |loinc: &str, value: f64| {
        with(
            quantity(value, "mm[Hg]"),
            json!({ "code": { "coding": [{ "system": "http://loinc.org", "code": loinc }] } }),
        )
    };
    let panel = observation("85354-9", json!({ "component": [part("8462-4", 80.0), part("8480-6", 120.0)] }));
    let read = intake(&[panel]);
    let listed: Vec<_> = read.results.iter().map(|r| (r.lab.to_string(), r.value, r.path.as_str())).collect();
    assert_eq!(
        listed,
        [
            ("diastolic-bp".to_owned(), 80.0, "Bundle.entry[1].resource.component[0]"),
            ("systolic-bp".to_owned(), 120.0, "Bundle.entry[1].resource.component[1]")
        ]
    );
    assert!(read.issues.is_empty());
}

#[test]
fn bounds_texts_and_impossible_values_are_not_charted() {
    let value = |more: Value| observation("14334-7", more);
    let below = json!({ "valueQuantity": { "value": 0.1, "comparator": "<", "unit": "mmol/L" } });
    assert_eq!(only(value(below)), (None, Some(Problem::Comparator)));
    assert_eq!(only(value(json!({ "valueString": "normal" }))), (None, Some(Problem::UnusableValue)));
    assert_eq!(
        only(value(json!({ "dataAbsentReason": { "text": "lost" } }))),
        (None, Some(Problem::NoValue))
    );
    assert_eq!(only(value(quantity(80.0, "mmol/L"))), (None, Some(Problem::Implausible)));
    assert_eq!(only(value(quantity(-1.0, "mmol/L"))), (None, Some(Problem::Implausible)));
}

#[test]
fn positive_and_negative_are_one_and_nothing() {
    let test = |code: &str| {
        let value = json!({ "coding": [{ "system": "http://snomed.info/sct", "code": code }] });
        observation("2106-3", json!({ "valueCodeableConcept": value }))
    };
    assert_eq!(only(test("10828004")), (Some(1.0), None));
    assert_eq!(only(test("260385009")), (Some(0.0), None));
    assert_eq!(only(test("123")), (None, Some(Problem::UnusableValue)));
}

#[test]
fn only_final_results_count() {
    let with_status = |status: Value| {
        only(with(observation("14334-7", quantity(0.8, "mmol/L")), json!({ "status": status })))
    };
    for status in ["final", "amended", "corrected"] {
        assert_eq!(with_status(json!(status)), (Some(0.8), None));
    }
    assert_eq!(with_status(json!("preliminary")), (None, Some(Problem::Preliminary)));
    assert_eq!(with_status(json!("entered-in-error")), (None, None));
    assert_eq!(with_status(json!("unknown")), (None, Some(Problem::UnknownCode)));
    assert_eq!(with_status(json!(null)), (None, Some(Problem::Missing)));
}

#[test]
fn a_result_has_a_time_in_the_past() {
    let at = |more: Value| {
        let result =
            with(observation("14334-7", quantity(0.8, "mmol/L")), json!({ "effectiveDateTime": null }));
        let read = intake(&[with(result, more)]);
        (read.results.first().map(|r| r.taken_at.to_string()), issues(&read).first().map(|i| i.1))
    };
    let period = json!({ "effectivePeriod": { "start": "2026-01-01", "end": "2026-01-02T10:00:00Z" } });
    assert_eq!(at(period), (Some("2026-01-02T10:00:00Z".to_owned()), None));
    let issued = json!({ "issued": "2026-01-02T10:00:00Z" });
    assert_eq!(at(issued), (Some("2026-01-02T10:00:00Z".to_owned()), Some(Problem::IssuedOnly)));
    assert_eq!(at(json!({})), (None, Some(Problem::Undated)));
    assert_eq!(at(json!({ "effectiveDateTime": "2026" })), (None, Some(Problem::Undated)));
    assert_eq!(at(json!({ "effectiveDateTime": "2027-01-01" })), (None, Some(Problem::InTheFuture)));
    assert_eq!(at(json!({ "effectiveTiming": { "event": [] } })), (None, Some(Problem::Undated)));
}
