use std::collections::BTreeSet;

use super::*;
use crate::load::set::At;
use crate::{Files, FindingKey, RuleId};

fn name(at: At) -> &'static str {
    Ruleset::embedded().substances.id(at).as_str()
}

fn all() -> impl Iterator<Item = At> {
    0..At::try_from(Ruleset::embedded().substances.rows.len()).unwrap()
}

/// The names of the rows of a table.
fn rows(file: &str) -> BTreeSet<String> {
    let files = Files::embedded();
    let text = files.text(file).unwrap();
    text.lines().skip(1).map(|line| line.split(',').next().unwrap().to_owned()).collect()
}

fn says(found: &[Finding], rule: &RuleId) -> bool {
    found.iter().any(|finding| finding.key.rule == *rule)
}

#[test]
fn every_row_about_two_substances_speaks_about_a_chart() {
    let mut spoken = BTreeSet::new();
    for p in all() {
        for q in all().skip(usize::from(p) + 1) {
            for (rule, p_is_a) in Ruleset::embedded().rules.pair(p, q) {
                if spoken.contains(rule.says.id.as_str()) {
                    continue;
                }
                let (a, b) = if p_is_a { (name(p), name(q)) } else { (name(q), name(p)) };
                let b = if rule.after_stop { took(&[b], 0) } else { takes(&[b]) };
                let found = chart(&patient(vec![takes(&[a]), b]));
                assert!(says(&found, &rule.says.id), "{}", rule.says.id);
                spoken.insert(rule.says.id.as_str().to_owned());
            }
        }
    }
    let mut wanted = rows("interactions.csv");
    wanted.extend(rows("duplicates.csv"));
    assert_eq!(spoken, wanted);
}

#[test]
fn every_row_about_a_condition_speaks_about_a_chart() {
    let rules = Ruleset::embedded();
    let mut spoken = BTreeSet::new();
    for at in all() {
        for rule in rules.rules.conditions.of(at) {
            let mut product = vec![name(at)];
            product.extend(rule.in_product_with.iter().flat_map(|set| set.iter().map(name)));
            for &condition in &rule.conditions {
                let condition = rules.conditions.rows[usize::from(condition)].id.as_str();
                let found = chart(&having(patient(vec![takes(&product)]), &[condition]));
                assert!(says(&found, &rule.says.id), "{} {condition}", rule.says.id);
            }
            spoken.insert(rule.says.id.as_str().to_owned());
        }
    }
    assert_eq!(spoken, rows("condition_rules.csv"));
}

#[test]
fn every_row_about_a_result_speaks_just_beyond_its_bound() {
    let rules = Ruleset::embedded();
    let mut spoken = BTreeSet::new();
    for at in all() {
        for rule in rules.rules.labs.of(at) {
            let value = rule.below.map_or_else(|| rule.above.unwrap() + 0.25, |below| below - 0.25);
            for &lab in &rule.labs {
                let lab = rules.labs.rows[usize::from(lab)].id.as_str();
                let subject = patient(vec![takes(&[name(at)])]);
                assert!(says(&chart(&with_result(subject.clone(), lab, value, 1)), &rule.says.id));
                let old = with_result(subject, lab, value, i64::from(rule.max_age_days) + 1);
                assert!(!says(&chart(&old), &rule.says.id), "{}", rule.says.id);
            }
            spoken.insert(rule.says.id.as_str().to_owned());
        }
    }
    assert_eq!(spoken, rows("lab_rules.csv"));
}

#[test]
fn every_drug_starts_in_a_healthy_adult_without_a_second_clinician() {
    for drug in Ruleset::embedded().drugs().filter(|drug| drug.prescribable) {
        let found = check(&patient(vec![]), drug.id.as_str());
        let worst = found.iter().map(|finding| finding.action).max();
        assert!(worst <= Some(Action::Acknowledge), "{}: {found:?}", drug.id);
        assert!(found.iter().all(|finding| !finding.key.rule.as_str().starts_with("dose.")), "{}", drug.id);
    }
}

#[test]
fn every_name_of_the_formulary_is_recognised_as_its_substances() {
    for drug in Ruleset::embedded().drugs() {
        let found = Ruleset::embedded().recognise_medication(&drug.name, &[]);
        let mut wanted = drug.ingredients.clone();
        wanted.sort();
        assert_eq!(found.ingredients, wanted, "{}", drug.name);
    }
}

#[test]
fn every_row_of_every_table_is_explained_by_its_name() {
    let files =
        ["interactions", "duplicates", "condition_rules", "allergy_rules", "dose_limits", "lab_rules"];
    let files = files.into_iter().chain(["missing_rules", "special_rules"]);
    let names: Vec<_> = files.flat_map(|file| rows(&format!("{file}.csv"))).collect();
    assert!(names.len() > 100, "the tables were not read: {}", names.len());
    for name in names {
        let key = FindingKey { rule: RuleId::parse(&name).unwrap(), about: Vec::new() };
        let told = Ruleset::embedded().explain(&key).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(told.key, key);
        assert!(!told.mechanism.is_empty() && !told.advice.is_empty() && !told.source.is_empty(), "{name}");
    }
    let nobody = FindingKey { rule: RuleId::parse("no.such.rule").unwrap(), about: Vec::new() };
    assert_eq!(Ruleset::embedded().explain(&nobody), None);
}

#[test]
fn what_a_chart_found_is_explained_in_the_same_words() {
    let found = chart(&patient(vec![takes(&["sertraline"]), takes(&["tramadol"])]));
    assert!(!found.is_empty());
    for finding in found {
        let told = Ruleset::embedded().explain(&finding.key).unwrap();
        assert_eq!((told.severity, told.mechanism), (finding.severity, finding.mechanism));
    }
}
