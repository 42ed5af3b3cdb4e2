//! Bundles of every type, and what is wrong with them.

use serde_json::{Value, json};

use super::build::{bundle, intake, issues, labs, now, patient, read, request};
use crate::{IntakeError, MAX_BYTES, MAX_DEPTH, MAX_ENTRIES, Problem, read_bundle};

fn file() -> String {
    "a.json".to_owned()
}

#[test]
fn bundles_of_every_type_with_resources_are_read() {
    for kind in ["collection", "transaction", "batch", "searchset", "document", "message", "history"] {
        let mut document = bundle(&[request("Lithium", json!({}))]);
        document["type"] = json!(kind);
        assert_eq!(read(&document).unwrap().medications.len(), 1, "{kind}");
    }
}

#[test]
fn an_entry_without_resource_is_an_issue_unless_it_reads_or_deletes() {
    let mut document = bundle(&[]);
    document["entry"].as_array_mut().unwrap().extend([
        json!({ "request": { "method": "GET", "url": "Patient/7" } }),
        json!({ "request": { "method": "DELETE", "url": "Patient/7" } }),
        json!({ "response": { "status": "201" } }),
        json!({ "fullUrl": "urn:uuid:1" }),
        json!({ "resource": 7 }),
        json!({ "resource": { "id": "x" } }),
        json!("entry"),
    ]);
    let read = read(&document).unwrap();
    let expected = [
        ("Bundle.entry[4]", Problem::NoResource),
        ("Bundle.entry[5].resource", Problem::NotAnObject),
        ("Bundle.entry[6].resource", Problem::NoResourceType),
        ("Bundle.entry[7]", Problem::NotAnObject),
    ];
    assert_eq!(issues(&read), expected);
}

#[test]
fn a_history_counts_its_newest_version() {
    let mut document = bundle(&[]);
    document["type"] = json!("history");
    let version = |status: &str| {
        let resource = request("Lithium", json!({ "id": "m1", "status": status }));
        json!({ "fullUrl": "https://a/MedicationRequest/m1", "resource": resource })
    };
    let gone = json!({ "fullUrl": "https://a/MedicationRequest/m2", "request": { "method": "DELETE", "url": "MedicationRequest/m2" } });
    let was = json!({ "fullUrl": "https://a/MedicationRequest/m2", "resource": request("Phenelzine", json!({ "id": "m2" })) });
    document["entry"].as_array_mut().unwrap().extend([version("cancelled"), version("active"), gone, was]);
    let read = read(&document).unwrap();
    assert!(read.medications.is_empty());
    assert_eq!((read.left_out.older_versions, read.left_out.never_taken), (2, 1));
    assert!(read.issues.is_empty());
}

#[test]
fn a_repeated_resource_is_an_issue() {
    let mut document = bundle(&[request("Lithium", json!({ "id": "m1" }))]);
    let again = document["entry"][1].clone();
    document["entry"].as_array_mut().unwrap().push(again);
    assert_eq!(issues(&read(&document).unwrap()), [("Bundle.entry[2].resource", Problem::Duplicate)]);
}

#[test]
fn resources_that_a_chart_does_not_need_are_counted() {
    let read = intake(&[
        json!({ "resourceType": "Claim" }),
        json!({ "resourceType": "Claim" }),
        json!({ "resourceType": "a b" }),
    ]);
    let counted: Vec<_> =
        read.not_for_the_chart.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    assert_eq!(counted, [("?", 1), ("Claim", 2)]);
    assert!(read.issues.is_empty());
}

#[test]
fn a_problem_that_the_source_reports_is_passed_on() {
    let outcome = json!({ "resourceType": "OperationOutcome", "issue": [{ "severity": "information" }, { "severity": "warning" }] });
    let expected = [("Bundle.entry[1].resource.issue[1]", Problem::SourceReportedProblem)];
    assert_eq!(issues(&intake(&[outcome])), expected);
}

#[test]
fn what_is_no_bundle_is_refused_with_the_element_that_should_say_so() {
    let path = "Bundle.resourceType".to_owned();
    for document in [json!({}), json!([]), json!(null), json!({ "resourceType": "Patient" })] {
        assert_eq!(read(&document), Err(IntakeError::NotABundle { file: file(), path: path.clone() }));
    }
}

#[test]
fn a_bundle_is_the_record_of_one_patient() {
    let empty = json!({ "resourceType": "Bundle", "type": "collection" });
    assert_eq!(read(&empty), Err(IntakeError::NoPatient { file: file() }));
    let mut second = patient();
    second["id"] = json!("p2");
    let path = "Bundle.entry[1].resource".to_owned();
    assert_eq!(read(&bundle(&[second])), Err(IntakeError::SeveralPatients { file: file(), path }));
}

#[test]
fn damage_is_named_by_file_line_and_element() {
    let text = "{\"resourceType\":\"Bundle\",\"entry\":[{},\n{\"resource\":{\"code\": tru";
    let refused = read_bundle("b.json", text.as_bytes(), now(), labs()).unwrap_err();
    let path = "Bundle.entry[1].resource.code".to_owned();
    assert_eq!(refused, IntakeError::NotJson { file: "b.json".to_owned(), path, line: 2, column: 24 });
    assert_eq!(refused.to_string(), "b.json: Bundle.entry[1].resource.code: not JSON at line 2, column 24");
}

#[test]
fn limits_are_named() {
    let deep = format!("{{\"resourceType\":\"Bundle\",\"entry\":{}", "[".repeat(MAX_DEPTH));
    let path = format!("Bundle.entry{}", "[0]".repeat(65)) + "…";
    let refused = read_bundle("a.json", deep.as_bytes(), now(), labs()).unwrap_err();
    assert!(
        matches!(&refused, IntakeError::TooDeep { limit: MAX_DEPTH, path: at, .. } if at.starts_with("Bundle.entry[0]")),
        "{refused} {path}"
    );
    let many = json!({ "resourceType": "Bundle", "entry": vec![Value::Null; MAX_ENTRIES + 1] });
    let (entries, limit) = (MAX_ENTRIES + 1, MAX_ENTRIES);
    assert_eq!(read(&many), Err(IntakeError::TooManyEntries { file: file(), entries, limit }));
}

#[test]
fn a_bundle_that_is_too_large_is_not_even_parsed() {
    let huge = vec![b' '; MAX_BYTES + 1];
    let refused = read_bundle("a.json", &huge, now(), labs()).unwrap_err();
    assert_eq!(refused, IntakeError::TooLarge { file: file(), limit: MAX_BYTES });
    assert_eq!(refused.to_string(), "a.json: it has more than the 67108864 bytes that a bundle may have");
}

#[test]
fn issues_beyond_the_limit_are_counted() {
    let mut document = bundle(&[]);
    document["entry"].as_array_mut().unwrap().extend(vec![json!({}); crate::MAX_ISSUES + 5]);
    let read = read(&document).unwrap();
    assert_eq!((read.issues.len(), read.further_issues), (crate::MAX_ISSUES, 5));
}

#[test]
fn nothing_of_the_patient_shows_in_debug_output() {
    let read = intake(&[request("Phenelzine", json!({ "status": "on-hold" }))]);
    let shown = format!("{read:?}");
    assert!(!shown.contains("Phenelzine") && !shown.contains("Doe") && !shown.contains("1990"), "{shown}");
}
