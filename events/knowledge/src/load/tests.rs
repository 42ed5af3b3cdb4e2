//! Rules as sentences.

use super::{Fault, Files};
use crate::{Ruleset, RulesetVersion};

fn version() -> RulesetVersion {
    RulesetVersion::parse("test").unwrap()
}

/// Loads the embedded tables with one piece of one of them replaced; the piece must be there.
fn with(file: &str, from: &str, to: &str) -> Result<(), Fault> {
    let files = Files::embedded();
    let text = files.text(file).unwrap();
    assert!(text.contains(from), "{from:?} is in {file}");
    let altered = text.replacen(from, to, 1);
    match Ruleset::load(version(), &files.with(file, altered)) {
        Ok(_) => Ok(()),
        Err(error) => {
            assert!(error.line > 0, "{error}");
            Err(error.fault)
        }
    }
}

#[test]
fn the_embedded_tables_have_no_fault() {
    let rules = Ruleset::load(version(), &Files::embedded());
    assert_eq!(rules.err(), None);
}
