//! What the list of threats says is shown by a test is shown by one.

use std::collections::BTreeSet;

use crate::files::{root, with_endings};

/// Words in backticks of rows of tables, in their last column, that look like tests: sentences.
fn claimed() -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join("THREATS.md")).unwrap();
    let mut claimed = BTreeSet::new();
    for row in text.lines().filter(|line| line.starts_with("| ")) {
        let last = row.trim_end_matches('|').rsplit(" |").next().unwrap_or_default();
        let code = last.split('`').skip(1).step_by(2);
        claimed.extend(code.filter(|name| name.contains('_')).map(str::to_owned));
    }
    claimed
}

fn tests() -> BTreeSet<String> {
    let mut tests = BTreeSet::new();
    for file in with_endings(&[".rs"]) {
        for line in file.text.lines() {
            let line = line.trim_start().trim_start_matches("pub(crate) ").trim_start_matches("async ");
            if let Some(name) = line.strip_prefix("fn ").and_then(|rest| rest.split('(').next()) {
                tests.insert(name.to_owned());
            }
        }
    }
    tests
}

#[test]
fn every_test_that_a_threat_names_exists() {
    let (claimed, tests) = (claimed(), tests());
    assert!(
        claimed.len() > 30,
        "only {} tests are named: the search looks in the wrong place",
        claimed.len()
    );
    let missing: Vec<_> = claimed.difference(&tests).collect();
    assert!(missing.is_empty(), "THREATS.md names tests that are not there: {missing:?}");
}
