//! How much is taken.

use concord_knowledge::{Frequency, Milligrams, Regimen, Route};
use serde_json::{Value, json};

use super::build::{intake, request};
use crate::Problem;

fn dosed(name: &str, dosage: &Value) -> (Option<Regimen>, Option<Problem>) {
    let read = intake(&[request(name, json!({ "dosageInstruction": [dosage] }))]);
    (read.medications[0].regimen, read.issues.first().map(|issue| issue.problem))
}

fn regimen(mg: f64, frequency: Frequency, route: Route) -> (Option<Regimen>, Option<Problem>) {
    (Some(Regimen { dose: Milligrams::parse(mg).unwrap(), frequency, route }), None)
}

fn structured(value: f64, unit: &str, repeat: &Value) -> Value {
    json!({
        "timing": { "repeat": repeat },
        "route": { "coding": [{ "system": "http://snomed.info/sct", "code": "26643006" }] },
        "doseAndRate": [{ "doseQuantity": { "value": value, "unit": unit } }]
    })
}

#[test]
fn amount_interval_and_route_make_a_regimen() {
    let every = |frequency: u32, period: u32, unit: &str| json!({ "frequency": frequency, "period": period, "periodUnit": unit });
    for (repeat, frequency) in [
        (every(1, 1, "d"), Frequency::Daily),
        (every(2, 1, "d"), Frequency::TwiceDaily),
        (every(1, 8, "h"), Frequency::ThreeTimesDaily),
        (every(1, 2, "d"), Frequency::EveryOtherDay),
        (every(1, 4, "wk"), Frequency::EveryDays(28)),
        (json!({ "frequency": 1, "period": 1, "periodUnit": "d", "when": ["HS"] }), Frequency::AtBedtime),
        (json!({ "timeOfDay": ["08:00:00", "20:00:00"] }), Frequency::TwiceDaily),
    ] {
        assert_eq!(
            dosed("Lithium", &structured(300.0, "mg", &repeat)),
            regimen(300.0, frequency, Route::Oral)
        );
    }
}

#[test]
fn tablets_count_when_the_name_states_one_strength() {
    let daily = json!({ "frequency": 1, "period": 1, "periodUnit": "d" });
    let two = structured(2.0, "tablet", &daily);
    assert_eq!(dosed("Sertraline 50 MG Oral Tablet", &two), regimen(100.0, Frequency::Daily, Route::Oral));
    for name in ["Sertraline", "Acetaminophen 325 MG / oxyCODONE 5 MG Oral Tablet", "Morphine 10 MG/ML"] {
        assert_eq!(dosed(name, &two), (None, Some(Problem::UnusableDosage)), "{name}");
    }
}

#[test]
fn a_dose_without_unit_frequency_or_route_is_not_guessed() {
    let daily = json!({ "frequency": 1, "period": 1, "periodUnit": "d" });
    let mut unitless = structured(1.0, "mg", &daily);
    unitless["doseAndRate"][0]["doseQuantity"] = json!({ "value": 1 });
    let mut routeless = structured(1.0, "mg", &daily);
    routeless["route"] = Value::Null;
    let odd = structured(
        1.0,
        "mg",
        &json!({ "dayOfWeek": ["mon"], "frequency": 1, "period": 1, "periodUnit": "d" }),
    );
    let needed = json!({ "sequence": 1, "asNeededBoolean": true });
    for dosage in [unitless, routeless.clone(), odd, needed] {
        assert_eq!(dosed("Lithium 300 MG", &dosage), (None, Some(Problem::UnusableDosage)), "{dosage}");
    }
    assert_eq!(dosed("Lithium 300 MG Oral Capsule", &routeless), regimen(1.0, Frequency::Daily, Route::Oral));
}

#[test]
fn as_needed_keeps_the_most_a_day() {
    let mut dosage = structured(5.0, "mg", &json!({ "frequency": 1, "period": 4, "periodUnit": "h" }));
    assert_eq!(dosed("Oxycodone", &dosage), (None, Some(Problem::UnusableDosage)));
    dosage["asNeededBoolean"] = json!(true);
    assert_eq!(dosed("Oxycodone", &dosage), regimen(5.0, Frequency::AsNeeded(6), Route::Oral));
}

#[test]
fn plain_words_are_understood_in_full_or_not_at_all() {
    for (text, expected) in [
        ("Take 50 mg by mouth once daily", regimen(50.0, Frequency::Daily, Route::Oral)),
        ("Take 1 tablet by mouth at bedtime.", regimen(100.0, Frequency::AtBedtime, Route::Oral)),
        ("25mg PO BID prn", regimen(25.0, Frequency::AsNeeded(2), Route::Oral)),
        ("8 mg under the tongue every morning", regimen(8.0, Frequency::Daily, Route::Sublingual)),
        ("Take 50 mg daily for 7 days then 100 mg", (None, Some(Problem::DirectionsInWords))),
        ("Take as directed", (None, Some(Problem::DirectionsInWords))),
        ("50 mg daily twice daily", (None, Some(Problem::DirectionsInWords))),
    ] {
        assert_eq!(dosed("Sertraline 100 MG Tablet", &json!({ "text": text })), expected, "{text}");
    }
    let read =
        intake(&[request("Lithium", json!({ "dosageInstruction": [{ "text": "Take as directed" }] }))]);
    assert_eq!(read.medications[0].directions.as_ref().unwrap().expose(), "Take as directed");
}

#[test]
fn several_dosages_are_no_one_dose() {
    let dosage = json!({ "text": "50 mg by mouth daily" });
    let read = intake(&[request("Lithium", json!({ "dosageInstruction": [dosage.clone(), dosage] }))]);
    assert_eq!(read.medications[0].regimen, None);
    assert_eq!(read.issues[0].path, "Bundle.entry[1].resource.dosageInstruction[1]");
    assert_eq!(read.issues[0].problem, Problem::SeveralDosages);
}
