//! Every reason of the domain has its value in the contract.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use concord_proto::concord::common::v1::ErrorReason;

use crate::status::REASON_PREFIX;

/// The domain's sources: reasons are string constants there, so they are read from the text.
const DOMAIN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../events/domain/src");

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if ["error.rs", "explain.rs"].iter().any(|name| path.ends_with(name)) {
            found.push(path);
        }
    }
}

fn is_reason(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
    text.len() > 3 && text.starts_with(|c: char| c.is_ascii_uppercase()) && text.bytes().all(plain)
}

fn reasons() -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(Path::new(DOMAIN), &mut files);
    let texts = files.iter().map(|file| fs::read_to_string(file).unwrap());
    texts
        .flat_map(|text| text.split('"').map(str::to_owned).collect::<Vec<_>>())
        .filter(|t| is_reason(t))
        .collect()
}

#[test]
fn every_reason_of_the_domain_is_in_the_contract() {
    let reasons = reasons();
    assert!(reasons.len() > 100, "the sources were not read: {} reasons", reasons.len());
    let known = |name: &&String| ErrorReason::from_str_name(&format!("{REASON_PREFIX}{name}")).is_none();
    let missing: Vec<_> = reasons.iter().filter(known).collect();
    assert!(missing.is_empty(), "add to proto/concord/common/v1/error_reason.proto: {missing:?}");
}
