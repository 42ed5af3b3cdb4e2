//! What must not stand in the project.

use crate::files::with_endings;

/// Written in pieces, so that this file does not hold what it forbids.
fn forbidden() -> Vec<String> {
    [("TO", "DO"), ("FIX", "ME"), ("dbg", "!("), ("todo", "!("), ("unimplemented", "!("), ("#[ig", "nore")]
        .iter()
        .map(|(head, tail)| format!("{head}{tail}"))
        .collect()
}

#[test]
fn nothing_is_left_for_later() {
    let forbidden = forbidden();
    let mut found = Vec::new();
    for file in with_endings(&[".rs", ".proto", ".toml", ".md"]) {
        for (number, line) in file.text.lines().enumerate() {
            if forbidden.iter().any(|word| line.contains(word)) {
                found.push(format!("{}:{}: {}", file.path, number + 1, line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "finish it or write it down as an issue:\n{}", found.join("\n"));
}
