//! What labels say, list by list: `labels.csv` names the substances themselves, never the classes of our tables, so that
//! a class that misses one of them is seen. Every substance of the first list is charted beside every one of the second.

use super::*;
use Severity::{Contraindicated, Major, Moderate};

/// One substance beside another, and how bad the chart may find it: at least, at most.
struct Wanted {
    first: String,
    second: String,
    least: Option<Severity>,
    most: Option<Severity>,
    quiet: bool,
}

fn severity(word: &str) -> Option<Severity> {
    match word {
        "contraindicated" => Some(Contraindicated),
        "major" => Some(Major),
        "moderate" => Some(Moderate),
        _ => None,
    }
}

fn wanted() -> Vec<Wanted> {
    let mut table = csv::Reader::from_reader(include_bytes!("labels.csv").as_slice());
    let mut all = Vec::new();
    for row in table.records() {
        let row = row.unwrap();
        assert!(!row[4].is_empty(), "{row:?} has no source");
        assert!(severity(&row[2]).is_some() || severity(&row[3]).is_some() || &row[3] == "none", "{row:?}");
        for first in row[0].split('|') {
            for second in row[1].split('|') {
                all.push(Wanted {
                    first: first.to_owned(),
                    second: second.to_owned(),
                    least: severity(&row[2]),
                    most: severity(&row[3]),
                    quiet: &row[3] == "none",
                });
            }
        }
    }
    all
}

/// What the chart says of the two together, and its worst.
fn told(first: &str, second: &str) -> (Option<Severity>, Vec<String>) {
    let two = [takes(&[first]), Exposure { id: id(2), ..takes(&[second]) }];
    let mut found = chart(&patient(two.to_vec()));
    // Missing results are said of each alone.
    found
        .retain(|finding| finding.key.about.len() == 2 && !finding.key.rule.as_str().starts_with("missing."));
    let rules = found.iter().map(|finding| finding.key.rule.as_str().to_owned()).collect();
    (found.iter().map(|finding| finding.severity).max(), rules)
}

#[test]
fn what_a_label_says_of_two_substances_is_heard_and_what_none_says_is_not() {
    let mut wrong = Vec::new();
    let all = wanted();
    for pair in &all {
        let (worst, rules) = told(&pair.first, &pair.second);
        let missed = pair.least.is_some_and(|least| worst < Some(least));
        let loud = pair.quiet && worst.is_some() || pair.most.is_some_and(|most| worst > Some(most));
        if missed || loud {
            let what = if missed { "missed" } else { "false alarm" };
            wrong.push(format!(
                "{what}: {} + {}: {worst:?} {rules:?}, not {:?}",
                pair.first, pair.second, pair.least
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), all.len(), wrong.join("\n"));
}
