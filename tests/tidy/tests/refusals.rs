//! Every call of the contract stands in the reviewed matrix of refusals, for every role.

use std::collections::{BTreeMap, BTreeSet};

use crate::files::{root, with_endings};

/// What refuses nobody by who they are, or each command by itself.
const APART: [&str; 2] =
    ["concord.bench.v1.EchoService/Echo", "concord.command.v1.CommandService/ExecuteStream"];

/// The roles of the table.
const ROLES: usize = 15;

/// Every call, as `package.Service/Call`.
fn calls() -> BTreeSet<String> {
    let mut calls = BTreeSet::new();
    for file in with_endings(&[".proto"]) {
        let (mut package, mut service) = (String::new(), String::new());
        for line in file.text.lines() {
            let mut words = line.split_whitespace();
            match (words.next(), words.next()) {
                (Some("package"), Some(name)) => name.trim_end_matches(';').clone_into(&mut package),
                (Some("service"), Some(name)) => name.clone_into(&mut service),
                (Some("rpc"), Some(rest)) => {
                    let call = rest.split('(').next().unwrap_or_default();
                    calls.insert(format!("{package}.{service}/{call}"));
                }
                _ => {}
            }
        }
    }
    calls.retain(|call| !APART.contains(&call.as_str()));
    calls
}

#[test]
fn every_call_has_its_refusals() {
    let text = std::fs::read_to_string(root().join("deploy/policies/calls.csv")).unwrap();
    let mut reviewed: BTreeMap<String, usize> = BTreeMap::new();
    for line in text.lines().skip(1) {
        let call = line.split(',').next().unwrap_or_default().trim_start_matches('/');
        *reviewed.entry(call.to_owned()).or_default() += 1;
    }
    let calls = calls();
    assert!(calls.len() > 100, "{} calls", calls.len());
    let missing: Vec<_> = calls.iter().filter(|call| reviewed.get(*call) != Some(&ROLES)).collect();
    assert!(missing.is_empty(), "no line for each role in deploy/policies/calls.csv: {missing:?}");
    let gone: Vec<_> = reviewed.keys().filter(|call| !calls.contains(*call)).collect();
    assert!(gone.is_empty(), "no such call: {gone:?}");
}
