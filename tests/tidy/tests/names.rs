//! Names say what something is, in one way everywhere.

use crate::files::{root, with_endings};

#[test]
fn a_test_is_a_sentence_without_prefix() {
    let prefixed: Vec<_> = with_endings(&[".rs"])
        .iter()
        .flat_map(|file| {
            let tests = file.text.lines().filter(|line| line.trim_start().starts_with("fn test_"));
            tests.map(|line| format!("{}: {}", file.path, line.trim())).collect::<Vec<_>>()
        })
        .collect();
    assert!(prefixed.is_empty(), "name the rule, not the test:\n{}", prefixed.join("\n"));
}

#[test]
fn the_top_level_holds_only_what_belongs_there() {
    const KNOWN: [&str; 17] = [
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "Cargo.lock",
        "Cargo.toml",
        "LICENSE",
        "README.md",
        "THREATS.md",
        "clippy.toml",
        "deny.toml",
        "deploy",
        "events",
        "projections",
        "proto",
        "rustfmt.toml",
        "services",
        "tests",
    ];
    let unknown: Vec<_> = std::fs::read_dir(root())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.') && name != "target" && name != "concord-data")
        .filter(|name| !KNOWN.contains(&name.as_str()))
        .collect();
    assert!(unknown.is_empty(), "not at the top level: {unknown:?}");
}

#[test]
fn every_workspace_dependency_says_why_or_is_given() {
    let given = [
        "cqrs-es",
        "prost",
        "prost-types",
        "serde",
        "serde_json",
        "tokio",
        "tonic",
        "tonic-health",
        "tonic-prost",
        "tonic-prost-build",
        "tonic-reflection",
        "tonic-types",
        "tonic-web",
    ];
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let section = manifest.split("[workspace.dependencies]").nth(1).unwrap();
    let section = section.split("\n[").next().unwrap();
    let silent: Vec<_> = section
        .lines()
        .filter_map(|line| line.split_once(" = "))
        .filter(|(name, rest)| {
            !name.starts_with("concord-") && !given.contains(name) && !rest.contains(" # ")
        })
        .map(|(name, _)| name)
        .collect();
    assert!(silent.is_empty(), "say in one line why it is needed: {silent:?}");
}
