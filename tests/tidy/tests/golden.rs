//! Stored shapes are for ever: each event has its golden file, and the file is named by the event.

use std::collections::BTreeSet;

use crate::files::{root, with_endings};

/// Variants of the `Event` enum in an aggregate's `event.rs`: lines of one word at the first level of the enum.
fn variants(text: &str) -> Vec<String> {
    let body = text.split("pub enum Event {").nth(1).unwrap_or_default();
    let body = body.split("\n}").next().unwrap_or_default();
    body.lines()
        .filter_map(|line| line.strip_prefix("    "))
        .filter(|line| line.starts_with(|c: char| c.is_ascii_uppercase()))
        .map(|line| line.chars().take_while(char::is_ascii_alphanumeric).collect())
        .collect()
}

#[test]
fn every_event_has_its_golden_file_and_no_file_is_without_event() {
    let mut wanted = BTreeSet::new();
    for file in with_endings(&["event.rs"]) {
        if file.path.starts_with("events/domain/src/") && file.path.matches('/').count() == 4 {
            wanted.extend(variants(&file.text));
        }
    }
    assert!(wanted.len() > 50, "found only {wanted:?}");
    let mut there = BTreeSet::new();
    for folder in std::fs::read_dir(root().join("events/schema")).unwrap() {
        let folder = folder.unwrap().path();
        if !folder.is_dir() {
            continue;
        }
        for file in std::fs::read_dir(folder).unwrap() {
            let name = file.unwrap().file_name().to_string_lossy().into_owned();
            let event = name.split(".v").next().unwrap_or_default().to_owned();
            assert!(name.contains(".v"), "not a golden file: {name}");
            there.insert(event);
        }
    }
    assert_eq!(wanted, there, "left: events, right: golden files");
}
