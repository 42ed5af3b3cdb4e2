//! A file is read from top to bottom, so it is short enough for that.

use crate::files::{SourceFile, with_endings};

const LONGEST_SOURCE: usize = 500;
const LONGEST_TEST: usize = 800;

/// Files that cannot be split, with how long they may become, and why.
const WHOLE: [(&str, usize, &str); 3] = [
    ("proto/concord/common/v1/error_reason.proto", 1_500, "the values of one enum stand in one file"),
    ("events/domain/src/chart/event.rs", 600, "a register: the values of one enum stand in one file"),
    ("projections/views/src/course/entry.rs", 600, "a register: the values of one enum stand in one file"),
];

fn longest(file: &SourceFile) -> usize {
    let whole = WHOLE.iter().find(|(path, ..)| file.path == *path).map(|(_, most, _)| *most);
    whole.unwrap_or(if is_test(file) { LONGEST_TEST } else { LONGEST_SOURCE })
}

fn is_test(file: &SourceFile) -> bool {
    file.path.starts_with("tests/") || file.path.contains("/tests/") || file.path.ends_with("tests.rs")
}

#[test]
fn no_source_file_is_too_long() {
    let too_long: Vec<_> = with_endings(&[".rs", ".proto"])
        .iter()
        .filter(|file| file.text.lines().count() > longest(file))
        .map(|file| format!("{}: {} lines", file.path, file.text.lines().count()))
        .collect();
    assert!(too_long.is_empty(), "split by idea:\n{}", too_long.join("\n"));
}
