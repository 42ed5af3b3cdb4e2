//! Pairs as they stand in real records, by the words alone: `records.csv` says what each must bring and why,
//! `pharmacist.csv` says it of pairs that were written down without a look at the tables, and `bundles.csv` says it of every two medications that stand together in one of the generated records of the checkout.

use std::collections::BTreeSet;

use super::*;

/// The row of one pair: two names and what is expected of them.
struct Pair {
    first: String,
    second: String,
    expected: String,
}

fn pairs() -> Vec<Pair> {
    read(include_bytes!("records.csv"))
}

fn by_a_pharmacist() -> Vec<Pair> {
    read(include_bytes!("pharmacist.csv"))
}

fn bundles() -> Vec<Pair> {
    read(include_bytes!("bundles.csv"))
}

fn read(table: &[u8]) -> Vec<Pair> {
    let mut table = csv::Reader::from_reader(table);
    let rows = table.records().map(|row| {
        let row = row.unwrap();
        assert!(!row[3].is_empty(), "{row:?} has no source");
        Pair { first: row[0].to_owned(), second: row[1].to_owned(), expected: row[2].to_owned() }
    });
    rows.collect()
}

/// One of two names: its substances, and what the chart holds for it.
///
/// What was recognised in part stands there twice, as the chart keeps it: as what is known of it, and as something
/// that nobody could map.
fn medication(name: &str, number: u128) -> (Vec<IngredientId>, Vec<Exposure>) {
    let found = Ruleset::embedded().recognise_medication(name, &[]);
    let known = Exposure { id: id(number), ingredients: found.ingredients.clone(), ..takes(&[]) };
    let mut all = vec![known];
    if !found.complete {
        all.push(Exposure { id: id(number), ..takes(&[]) });
    }
    (found.ingredients, all)
}

/// What a chart says of both names of the pair, and its worst in the words of the table.
fn told(pair: &Pair) -> (&'static str, Vec<Finding>) {
    let (first, mut exposures) = medication(&pair.first, 1);
    let condition = Ruleset::embedded().recognise_condition(&pair.second, &[]);
    let (second, subject) = if let Some(condition) = condition {
        (first.clone(), having(patient(exposures), &[condition.as_str()]))
    } else {
        let (second, more) = medication(&pair.second, 2);
        exposures.extend(more);
        (second, patient(exposures))
    };
    let mut found = chart(&subject);
    let unmapped = find(&found, "map.unrecognised").is_some();
    // Missing results are said of each medication alone.
    found.retain(|finding| {
        let about = |names: &[IngredientId]| finding.key.about.iter().any(|of| names.contains(of));
        about(&first) && about(&second) && !finding.key.rule.as_str().starts_with("missing.")
    });
    let worst = match found.iter().map(|finding| finding.severity).max() {
        Some(Severity::Contraindicated) => "contraindicated",
        Some(Severity::Major) => "major",
        Some(Severity::Moderate) => "moderate",
        None if unmapped => "unmapped",
        None => "none",
    };
    (worst, found)
}

fn as_expected(pairs: Vec<Pair>) {
    let mut wrong = Vec::new();
    for pair in pairs {
        let (worst, found) = told(&pair);
        if worst != pair.expected {
            let rules: Vec<_> = found.iter().map(|finding| finding.key.rule.as_str()).collect();
            wrong.push(format!("{} + {}: {worst} {rules:?}, not {}", pair.first, pair.second, pair.expected));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn pairs_of_real_records_bring_what_a_pharmacist_expects_and_nothing_more() {
    as_expected(pairs());
}

#[test]
fn pairs_that_were_written_down_without_the_tables_bring_what_a_pharmacist_expects() {
    as_expected(by_a_pharmacist());
}

#[test]
fn whatever_stands_together_in_one_generated_record_brings_what_a_pharmacist_expects() {
    as_expected(bundles());
}

/// The names of the medications in each generated record; none, and said so, where the checkout has none.
fn generated() -> Vec<BTreeSet<String>> {
    let beside = ["../../../shared/data/fhir", "../../../../shared/data/fhir"];
    let folders = beside.map(|folder| format!("{}/{folder}", env!("CARGO_MANIFEST_DIR")));
    let Some(listing) = folders.iter().find_map(|folder| std::fs::read_dir(folder).ok()) else {
        println!("ABSENT: {folders:?}: nothing was compared with generated records");
        return Vec::new();
    };
    let paths = listing.map(|entry| entry.unwrap().path());
    let records = paths.filter(|path| path.extension().is_some_and(|extension| extension == "json"));
    records.map(|path| medications(&std::fs::read(path).unwrap())).collect()
}

fn medications(bundle: &[u8]) -> BTreeSet<String> {
    let bundle: serde_json::Value = serde_json::from_slice(bundle).unwrap();
    let entries = bundle["entry"].as_array().unwrap();
    let target = |reference: &serde_json::Value| entries.iter().find(|entry| entry["fullUrl"] == *reference);
    let mut all = BTreeSet::new();
    for resource in entries.iter().map(|entry| &entry["resource"]) {
        if resource["resourceType"] != "MedicationRequest" {
            continue;
        }
        let name = match target(&resource["medicationReference"]["reference"]) {
            Some(entry) => &entry["resource"]["code"]["text"],
            None => &resource["medicationCodeableConcept"]["text"],
        };
        all.insert(name.as_str().unwrap().to_owned());
    }
    all
}

#[test]
fn every_two_medications_of_a_generated_record_have_their_row() {
    let rows: BTreeSet<_> = bundles().into_iter().map(|pair| (pair.first, pair.second)).collect();
    let mut missing = Vec::new();
    for record in generated() {
        let names: Vec<_> = record.into_iter().collect();
        for (number, first) in names.iter().enumerate() {
            for second in &names[number + 1..] {
                if !rows.contains(&(first.clone(), second.clone())) {
                    missing.push(format!("{first} + {second}"));
                }
            }
        }
    }
    assert!(missing.is_empty(), "no row for {}", missing.join("\n"));
}

#[test]
fn the_table_of_pairs_holds_what_must_be_found_and_what_must_not() {
    let pairs = pairs();
    let how_many = |expected: &str| pairs.iter().filter(|pair| pair.expected == expected).count();
    assert!(pairs.len() >= 150 && how_many("none") >= 30, "{} rows", pairs.len());
    let known = ["contraindicated", "major", "moderate", "none", "unmapped"];
    assert_eq!(known.into_iter().map(how_many).sum::<usize>(), pairs.len());
}
