//! What is said about a damaged event never holds what is stored in it.

use std::error::Error;

use concord_kernel::StreamKind;

use crate::{DomainEvent, episode};

const STORED: &str = "Jane Roe";

/// Everything that a log or a caller could be given.
fn told(error: &dyn Error) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain.map(|error| format!("{error} {error:?} {error:#?}\n")).collect::<Vec<_>>().concat()
}

fn damaged() -> Vec<String> {
    vec![
        format!(r#""{STORED}""#),
        format!(r#"{{"{STORED}": {{}}}}"#),
        format!(r#"{{"PatientReferred": "{STORED}"}}"#),
        format!(r#"{{"PatientReferred": {{"program": "{STORED}"}}}}"#),
        format!(r#"{{"PatientReferred": {{"program": "iop", "name": "{STORED}", "born_on": "{STORED}"}}}}"#),
        format!(r#"{{"PatientReferred": {{"name": "{STORED}"#),
    ]
}

#[test]
fn a_damaged_payload_is_told_without_any_value_of_it() {
    let quoted = serde_json::from_str::<episode::Event>(&damaged()[0]).unwrap_err().to_string();
    assert!(quoted.contains(STORED), "the decoder quotes what it meets, which is why its words are not kept");
    for kind in StreamKind::ALL {
        for payload in damaged() {
            let error = DomainEvent::decode(kind, payload.as_bytes()).unwrap_err();
            let told = told(&error);
            assert!(!told.contains("Jane") && !told.contains("Roe"), "{kind:?}: {payload}: {told}");
        }
    }
}

#[test]
fn a_damaged_payload_is_told_with_its_place() {
    let error = DomainEvent::decode(StreamKind::Episode, b"{\n  \"PatientReferred\": 7 }").unwrap_err();
    assert_eq!((error.line, error.category), (2, serde_json::error::Category::Data));
    assert!(error.to_string().contains("line 2, column"), "{error}");
}
