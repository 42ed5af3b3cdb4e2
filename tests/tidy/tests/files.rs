//! The files that rules are checked on.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the project: its path from the root and its text.
pub(crate) struct SourceFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// The project's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Every file with one of `endings`, built and hidden folders left out, by path.
pub(crate) fn with_endings(endings: &[&str]) -> Vec<SourceFile> {
    let mut found = Vec::new();
    visit(&root(), &mut |path| {
        if endings.iter().any(|ending| path.to_string_lossy().ends_with(ending)) {
            let text = fs::read_to_string(path).unwrap();
            let path = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            found.push(SourceFile { path, text });
        }
    });
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(!found.is_empty(), "no file ends with {endings:?}: the search looks in the wrong place");
    found
}

fn visit(folder: &Path, each: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if !name.starts_with('.') && name != "target" && name != "concord-data" {
                visit(&path, each);
            }
        } else {
            each(&path);
        }
    }
}
