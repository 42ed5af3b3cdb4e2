//! What must not stand in the project.

use crate::files::with_endings;

/// Written in pieces, so that this file does not hold what it forbids.
fn forbidden() -> Vec<String> {
    [("TO", "DO"), ("FIX", "ME"), ("dbg", "!("), ("todo", "!("), ("unimplemented", "!("), ("#[ig", "nore]")]
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

#[test]
fn no_document_holds_a_placeholder() {
    let is_mark = |word: &str| {
        let inner = word.strip_prefix('@').and_then(|rest| rest.strip_suffix('@'));
        inner.is_some_and(|inner| !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_uppercase()))
    };
    let marks: Vec<_> = with_endings(&[".md"])
        .iter()
        .filter(|file| file.text.split_whitespace().any(is_mark))
        .map(|file| file.path.clone())
        .collect();
    assert!(marks.is_empty(), "a placeholder is left in {marks:?}");
}
