//! What is taken.

use concord_kernel::Instant;
use serde_json::json;

use super::build::{bundle, intake, issues, read, request, statement, subject, with};
use crate::{Coding, Problem, Use};

const FIRST: &str = "Bundle.entry[1].resource";

fn usages(resources: &[serde_json::Value]) -> Vec<Use> {
    intake(resources).medications.iter().map(|m| m.usage).collect()
}

#[test]
fn an_active_order_is_taken_and_keeps_its_words_codes_day_and_prescriber() {
    let order = request(
        "Sertraline 100MG",
        json!({
            "medicationCodeableConcept": {
                "coding": [{ "system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "312941" }],
                "text": "Sertraline 100MG"
            },
            "requester": { "reference": "urn:uuid:doc" }
        }),
    );
    let doctor = json!({ "resourceType": "Practitioner", "id": "doc",
        "name": [{ "prefix": ["Dr."], "given": ["Eve"], "family": "Roe" }] });
    let read = intake(&[order, doctor]);
    let medication = &read.medications[0];
    assert_eq!(medication.name.expose(), "Sertraline 100MG");
    let code = Coding { system: "http://www.nlm.nih.gov/research/umls/rxnorm".into(), code: "312941".into() };
    assert_eq!(medication.codings, [code]);
    assert_eq!(medication.started_on.unwrap().to_string(), "2026-10-01");
    assert_eq!(medication.prescriber.as_ref().unwrap().expose(), "Dr. Eve Roe");
    assert_eq!(medication.usage, Use::Taken);
    assert_eq!(issues(&read), []);
}

#[test]
fn statuses_of_a_request_mean_what_the_standard_says() {
    for (status, listed, problem) in [
        ("active", true, None),
        ("on-hold", true, Some(Problem::OnHold)),
        ("unknown", true, Some(Problem::StatusUnknown)),
        ("nonsense", true, Some(Problem::StatusUnknown)),
        ("cancelled", false, None),
        ("entered-in-error", false, None),
        ("draft", false, Some(Problem::NotOrdered)),
    ] {
        let read = intake(&[request("Lithium", json!({ "status": status }))]);
        assert_eq!(read.medications.len(), usize::from(listed), "{status}");
        assert_eq!(read.issues.first().map(|i| i.problem), problem, "{status}");
        assert!(read.medications.iter().all(|m| m.usage == Use::Taken), "{status}");
        let left_out = read.left_out.never_taken + read.left_out.entered_in_error;
        assert_eq!(left_out, usize::from(!listed), "{status}");
    }
}

#[test]
fn statuses_of_a_statement_mean_what_the_standard_says() {
    for (status, listed, problem) in [
        ("active", true, None),
        ("on-hold", true, Some(Problem::OnHold)),
        ("unknown", true, Some(Problem::StatusUnknown)),
        ("not-taken", false, None),
        ("entered-in-error", false, None),
        ("intended", false, Some(Problem::NotOrdered)),
    ] {
        let read = intake(&[statement("Lithium", json!({ "status": status }))]);
        assert_eq!(read.medications.len(), usize::from(listed), "{status}");
        assert_eq!(read.issues.first().map(|i| i.problem), problem, "{status}");
    }
}

#[test]
fn an_order_not_to_give_something_is_no_medication() {
    let read = intake(&[request("Ibuprofen", json!({ "doNotPerform": true }))]);
    assert!(read.medications.is_empty());
    assert_eq!(issues(&read), [("Bundle.entry[1].resource.doNotPerform", Problem::Prohibition)]);
}

#[test]
fn proposals_are_not_taken_and_reported_plans_are() {
    let proposal = request("Lithium", json!({ "intent": "proposal" }));
    assert!(intake(&[proposal]).medications.is_empty());
    let plan = request("Lithium", json!({ "intent": "plan" }));
    assert_eq!(intake(std::slice::from_ref(&plan)).issues[0].problem, Problem::PlannedOnly);
    assert!(intake(&[with(plan, json!({ "reportedBoolean": true }))]).issues.is_empty());
}

#[test]
fn an_ended_medication_matters_while_it_may_still_act() {
    let stopped = |end: &str| {
        statement("Fluoxetine", json!({ "status": "stopped", "effectivePeriod": { "end": end } }))
    };
    let end = Instant::parse("2026-11-02T00:00:00Z").unwrap();
    assert_eq!(usages(&[stopped("2026-11-01")]), [Use::Ended(Some(end))]);
    let long_ago = intake(&[stopped("2026-09-01")]);
    assert!(long_ago.medications.is_empty());
    assert_eq!(long_ago.left_out.ended_medications, 1);
    assert!(long_ago.issues.is_empty());
}

#[test]
fn an_end_before_the_beginning_is_no_end() {
    for end in ["2026-10-20", "2024-10-20"] {
        let period = json!({ "start": "2026-11-01", "end": end });
        let stopped = statement("Phenelzine", json!({ "status": "stopped", "effectivePeriod": period }));
        let read = intake(&[stopped]);
        assert_eq!(read.medications[0].usage, Use::Ended(None), "{end}");
        assert_eq!(issues(&read), [("Bundle.entry[1].resource.status", Problem::EndUnknown)]);
    }
}

#[test]
fn a_supply_bounds_the_last_dose_of_a_stopped_order() {
    let order = request(
        "Fluoxetine",
        json!({
            "status": "completed", "authoredOn": "2026-10-10",
            "dispenseRequest": { "numberOfRepeatsAllowed": 0, "expectedSupplyDuration": { "value": 30, "code": "d" } }
        }),
    );
    let end = Instant::parse("2026-11-10T00:00:00Z").unwrap();
    assert_eq!(usages(&[order]), [Use::Ended(Some(end))]);
}

#[test]
fn an_order_that_ended_nobody_says_when_is_listed_while_it_could_have_been_filled() {
    let stopped =
        |written: &str| request("Fluoxetine", json!({ "status": "stopped", "authoredOn": written }));
    let recent = intake(&[stopped("2026-03-01")]);
    assert_eq!(recent.medications[0].usage, Use::Ended(None));
    assert_eq!(issues(&recent), [("Bundle.entry[1].resource.status", Problem::EndUnknown)]);
    let old = intake(&[stopped("1998-03-01")]);
    assert!(old.medications.is_empty() && old.issues.is_empty());
    assert_eq!(old.left_out.ended_medications, 1);
}

#[test]
fn a_renewal_is_not_a_second_medication() {
    let earlier = request("Lithium", json!({ "authoredOn": "2025-01-01" }));
    let read =
        intake(&[request("Lithium", json!({})), earlier, request("Lithium", json!({ "status": "stopped" }))]);
    assert_eq!(read.medications.len(), 1);
    assert_eq!(read.medications[0].started_on.unwrap().to_string(), "2025-01-01");
    assert_eq!(read.medications[0].usage, Use::Taken);
    assert_eq!(read.left_out.repeated_medications, 2);
}

#[test]
fn a_referenced_medication_is_found_contained_bundled_and_by_relative_url() {
    let drug = json!({ "resourceType": "Medication", "id": "m1", "code": { "text": "Lithium 300 MG" } });
    let by = |reference: &str| {
        request(
            "",
            json!({ "medicationCodeableConcept": null, "medicationReference": { "reference": reference } }),
        )
    };
    let contained = with(by("#m1"), json!({ "contained": [drug.clone()] }));
    for resources in [vec![contained], vec![by("urn:uuid:m1"), drug.clone()], vec![by("Medication/m1"), drug]]
    {
        assert_eq!(intake(&resources).medications[0].name.expose(), "Lithium 300 MG");
    }
    let lost = intake(&[by("Medication/other")]);
    assert!(lost.medications.is_empty());
    assert_eq!(issues(&lost), [("Bundle.entry[1].resource.medicationReference", Problem::Unresolved)]);
}

#[test]
fn a_relative_reference_is_meant_within_its_own_server() {
    let mut document = bundle(&[]);
    let entries = document["entry"].as_array_mut().unwrap();
    for (server, name) in [("https://a/fhir", "Wrong"), ("https://b/fhir", "Right")] {
        entries.push(json!({ "fullUrl": format!("{server}/Medication/m1"),
            "resource": { "resourceType": "Medication", "id": "m1", "code": { "text": name } } }));
    }
    let order = request(
        "",
        json!({ "medicationCodeableConcept": null,
        "medicationReference": { "reference": "Medication/m1/_history/3" } }),
    );
    entries.push(json!({ "fullUrl": "https://b/fhir/MedicationRequest/9", "resource": order }));
    assert_eq!(read(&document).unwrap().medications[0].name.expose(), "Right");
}

#[test]
fn a_medication_without_code_is_its_active_ingredients() {
    let coded = |code: &str, name: &str| json!({ "itemCodeableConcept": { "coding": [{ "system": "rx", "code": code, "display": name }] } });
    let filler = with(coded("3", "starch"), json!({ "isActive": false }));
    let drug = json!({ "resourceType": "Medication", "id": "m1",
        "ingredient": [coded("1", "buprenorphine"), coded("2", "naloxone"), filler] });
    let order = request(
        "",
        json!({ "medicationCodeableConcept": null,
        "medicationReference": { "reference": "#m1" }, "contained": [drug] }),
    );
    let read = intake(&[order]);
    assert_eq!(read.medications[0].name.expose(), "buprenorphine / naloxone");
    assert_eq!(read.medications[0].codings.len(), 2);
}

#[test]
fn a_medication_without_any_name_is_an_issue_and_costs_nothing_else() {
    let nameless = request("", json!({ "medicationCodeableConcept": { "coding": [] } }));
    let none = request("", json!({ "medicationCodeableConcept": null }));
    let read = intake(&[nameless, none, request("Lithium", json!({}))]);
    assert_eq!(read.medications.len(), 1);
    let expected = [
        (&*format!("{FIRST}.medicationCodeableConcept"), Problem::Nameless),
        ("Bundle.entry[2].resource.medication[x]", Problem::Missing),
    ];
    assert_eq!(issues(&read), expected);
}

#[test]
fn a_code_or_a_display_stands_in_for_missing_text() {
    let coded = |coding: serde_json::Value| {
        request("", json!({ "medicationCodeableConcept": { "coding": [coding] } }))
    };
    let name = |order| intake(&[order]).medications[0].name.expose().to_owned();
    assert_eq!(name(coded(json!({ "system": "rx", "code": "7", "display": "Klonopin" }))), "Klonopin");
    assert_eq!(name(coded(json!({ "system": "rx", "code": "7" }))), "code 7");
}

#[test]
fn somebody_elses_medication_is_not_listed() {
    let other = request("Lithium", json!({ "subject": { "reference": "Patient/p2" } }));
    let read = intake(&[other]);
    assert!(read.medications.is_empty());
    assert_eq!(issues(&read), [("Bundle.entry[1].resource.subject", Problem::OtherPatient)]);
    for subject in [subject(), json!({ "reference": "Patient/p1" })] {
        assert_eq!(intake(&[request("Lithium", json!({ "subject": subject }))]).medications.len(), 1);
    }
    let nobody = intake(&[request("Lithium", json!({ "subject": null }))]);
    assert_eq!(nobody.medications.len(), 1);
    assert_eq!(nobody.issues[0].problem, Problem::NoSubject);
}

#[test]
fn a_modifier_that_nobody_knows_keeps_the_resource_out() {
    let turned =
        request("Lithium", json!({ "modifierExtension": [{ "url": "http://x/not", "valueBoolean": true }] }));
    let read = intake(&[turned]);
    assert!(read.medications.is_empty());
    assert_eq!(issues(&read), [("Bundle.entry[1].resource.modifierExtension[0]", Problem::UnknownModifier)]);
}

#[test]
fn no_known_medications_is_no_medication() {
    let none = statement(
        "",
        json!({ "medicationCodeableConcept": { "coding": [{
        "system": "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips", "code": "no-known-medications" }] } }),
    );
    let read = intake(&[none]);
    assert!(read.medications.is_empty() && read.issues.is_empty());
}
