//! Every feature has a test that shows it from outside, and the test bears its name.

use std::collections::BTreeSet;

use crate::files::with_endings;

/// What the record of medication management in an intensive outpatient program does, feature by feature.
const FEATURES: [(&str, &str); 43] = [
    ("f01", "candidates are screened"),
    ("f02", "medication is indicated or not, with reasons"),
    ("f03", "a psychiatrist or nurse practitioner evaluates"),
    ("f04", "the assessment covers medical, psychiatric and substance-use history"),
    ("f05", "the plan is made together"),
    ("f06", "a drug is selected by diagnosis, symptoms and history"),
    ("f07", "a dose changes for a response or a side effect"),
    ("f08", "titration, taper and cross-taper are planned"),
    ("f09", "visits follow stability"),
    ("f10", "effect is measured against baseline"),
    ("f11", "adherence is monitored"),
    ("f12", "patients are reminded and checked in with"),
    ("f13", "family is involved under consent"),
    ("f14", "patients are taught, and explain it back"),
    ("f15", "medication serves goals of therapy"),
    ("f16", "taking part in therapy is an outcome"),
    ("f17", "relapse and craving are followed"),
    ("f18", "withdrawal scores gate an induction"),
    ("f19", "medication for addiction keeps to its law"),
    ("f20", "anti-anxiety drugs are short-term"),
    ("f21", "side effects reach the prescriber in time"),
    ("f22", "medication that does not help is noticed"),
    ("f23", "medication is reviewed when a life changes"),
    ("f24", "consent is informed, drug by drug"),
    ("f25", "concerns are heard and answered"),
    ("f26", "retention is measured"),
    ("f27", "care is coordinated with others who treat"),
    ("f28", "conflicts across prescribers are prevented"),
    ("f29", "telepsychiatry has a modality and a legal basis"),
    ("f30", "prescriptions are sent electronically"),
    ("f31", "case management serves the same goals"),
    ("e01", "allergies: unknown, none known, a list"),
    ("e02", "a drug is checked against allergies"),
    ("e03", "a drug is checked against drugs"),
    ("e04", "a drug is not given twice"),
    ("e05", "a dose is checked against its range"),
    ("e06", "an override has a coded reason"),
    ("e07", "rules know of time"),
    ("e08", "laboratory monitoring comes due"),
    ("e09", "history can be read at any time"),
    ("e10", "history proves that nothing in it was altered"),
    ("e19", "commands are idempotent, and races are told"),
    ("e20", "registers, screens, scores and signatures work together"),
];

/// Features that no test shows yet. A feature that gets its test leaves this list; none is ever added.
const PENDING: [&str; 0] = [];

/// Features that a test is named for.
fn shown() -> BTreeSet<String> {
    let mut shown = BTreeSet::new();
    for file in with_endings(&[".rs"]).iter().filter(|file| file.path.contains("tests/")) {
        for line in file.text.lines() {
            let name = line.trim_start().trim_start_matches("async ").strip_prefix("fn ");
            let feature = name.and_then(|name| name.split_once('_')).map(|(feature, _)| feature);
            if let Some(feature) = feature.filter(|feature| FEATURES.iter().any(|known| known.0 == *feature))
            {
                shown.insert(feature.to_owned());
            }
        }
    }
    shown
}

#[test]
fn every_feature_has_a_test_that_bears_its_name() {
    let shown = shown();
    let missing: Vec<_> = FEATURES
        .iter()
        .filter(|(feature, _)| !shown.contains(*feature) && !PENDING.contains(feature))
        .collect();
    assert!(missing.is_empty(), "no test is named for {missing:?}");
}

#[test]
fn what_has_its_test_is_pending_no_more() {
    let shown = shown();
    let over: Vec<_> = PENDING.iter().filter(|feature| shown.contains(**feature)).collect();
    assert!(over.is_empty(), "take out of PENDING: {over:?}");
    let unknown: Vec<_> =
        PENDING.iter().filter(|feature| FEATURES.iter().all(|known| known.0 != **feature)).collect();
    assert!(unknown.is_empty(), "no such feature: {unknown:?}");
}
