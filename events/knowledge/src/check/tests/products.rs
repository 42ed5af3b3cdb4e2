//! Rules that speak of some products of a substance alone.

use std::collections::BTreeSet;

use super::*;
use crate::{Files, RuleId};

/// The rows that the tests below are about.
const ROWS: [&str; 8] = [
    "products.alprazolam-xr.use",
    "products.buprenorphine.injected",
    "products.doxepin.qt",
    "products.doxepin.serotonergic",
    "products.doxepin.tricyclic",
    "products.naltrexone.swallowed",
    "products.paroxetine-cr.use",
    "products.paroxetine.use",
];

fn row(name: &str, mg: f64, route: Route) -> Exposure {
    let drug = DrugId::parse(name).unwrap();
    let ingredients = Ruleset::embedded().drug(&drug).unwrap().ingredients.clone();
    Exposure { ingredients, drug: Some(drug), regimen: Some(daily(mg, route)), ..takes(&[]) }
}

fn beside(one: Exposure, other: &str) -> Vec<Finding> {
    let other = Exposure { id: id(2), ..takes(&[other]) };
    chart(&patient(vec![one, other]))
}

fn table() -> Vec<Vec<String>> {
    let files = Files::embedded();
    let lines = files.text("products.csv").unwrap().lines().skip(1);
    lines.map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn every_row_has_a_test() {
    let rows: BTreeSet<String> = table().into_iter().map(|fields| fields[0].clone()).collect();
    assert_eq!(rows, ROWS.map(str::to_owned).into());
}

#[test]
fn what_is_said_of_tricyclics_is_said_of_a_capsule_and_not_of_a_few_milligrams_for_sleep() {
    let rules = Ruleset::embedded();
    let named: BTreeSet<String> = table()
        .iter()
        .filter(|fields| fields[0].starts_with("products.doxepin."))
        .flat_map(|fields| fields[1].split('|').map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let doxepin = rules.substances.vocabulary.ingredients["doxepin"];
    let mut met = BTreeSet::new();
    for (name, at) in &rules.substances.vocabulary.ingredients {
        for (rule, _) in
            rules.rules.pair(doxepin, *at).filter(|(rule, _)| named.contains(rule.says.id.as_str()))
        {
            let rule = rule.says.id.as_str();
            let says = |one| {
                beside(one, name).iter().any(|found| {
                    found.key.rule.as_str() == rule
                        && found.key.about.iter().any(|of| of.as_str() == "doxepin")
                })
            };
            assert!(!says(row("doxepin-low-dose", 6.0, Route::Oral)), "{rule} {name}");
            assert!(says(row("doxepin", 100.0, Route::Oral)), "{rule} {name}");
            let outside = |mg| Exposure { regimen: Some(daily(mg, Route::Oral)), ..takes(&["doxepin"]) };
            assert!(!says(outside(6.0)) && says(outside(25.0)), "{rule} {name}");
            assert!(says(takes(&["doxepin"])), "{rule} {name}: nobody knows how much");
            met.insert(rule.to_owned());
        }
    }
    // Those about one substance alone.
    let nobody = |condition: &str, one: Exposure| chart(&having(patient(vec![one]), &[condition]));
    for (rule, condition) in
        [("dc.known-qt.long-qt", "qt-prolongation"), ("dc.tca.infarction", "myocardial-infarction-recent")]
    {
        silent(&nobody(condition, row("doxepin-low-dose", 6.0, Route::Oral)), rule);
        assert!(find(&nobody(condition, row("doxepin", 100.0, Route::Oral)), rule).is_some(), "{rule}");
        met.insert(rule.to_owned());
    }
    for (rule, lab, value) in [
        ("lab.qtc.over-500", "qtc", 510.0),
        ("lab.qtc.prolonged", "qtc", 480.0),
        ("lab.potassium.qt", "potassium", 3.0),
    ] {
        let with = |one| chart(&with_result(patient(vec![one]), lab, value, 1));
        silent(&with(row("doxepin-low-dose", 6.0, Route::Oral)), rule);
        assert!(find(&with(row("doxepin", 100.0, Route::Oral)), rule).is_some(), "{rule}");
        met.insert(rule.to_owned());
    }
    silent(&beside(row("doxepin-low-dose", 6.0, Route::Oral), "citalopram"), "missing.qtc.two-qt");
    assert!(find(&beside(row("doxepin", 100.0, Route::Oral), "citalopram"), "missing.qtc.two-qt").is_some());
    let mut suicidal = patient(vec![]);
    (suicidal.suicide_risk, suicidal.first_supply_days) = (true, Some(30));
    for rule in ["missing.qtc.tca", "supply.lethal-overdose"] {
        silent(&check(&suicidal, "doxepin-low-dose"), rule);
        assert!(find(&check(&suicidal, "doxepin"), rule).is_some(), "{rule}");
        met.insert(rule.to_owned());
    }
    let heart = RuleId::parse("mon.tca.ecg").unwrap();
    let asks = |drug: &str| rules.tests_of(&DrugId::parse(drug).unwrap()).any(|test| test.id == heart);
    assert_eq!([asks("doxepin-low-dose"), asks("doxepin")], [false, true]);
    met.extend(["missing.qtc.two-qt".to_owned(), "mon.tca.ecg".to_owned()]);
    assert_eq!(met, named, "a rule that is named has no case");
}

#[test]
fn lofexidine_keeps_back_naltrexone_that_is_swallowed() {
    let says = |one| find(&beside(one, "lofexidine"), "ddi.lofexidine.naltrexone").is_some();
    assert!(says(row("naltrexone-oral", 50.0, Route::Oral)) && says(takes(&["naltrexone"])));
    assert!(!says(row("naltrexone-er-im", 380.0, Route::Intramuscular)));
}

#[test]
fn a_weak_liver_speaks_against_a_depot_of_buprenorphine_and_not_against_tablets() {
    let says = |name, mg, route| {
        let found = chart(&having(patient(vec![row(name, mg, route)]), &["hepatic-impairment"]));
        find(&found, "dc.buprenorphine-er.liver").is_some()
    };
    assert!(says("buprenorphine-er-monthly", 300.0, Route::Subcutaneous));
    assert!(says("buprenorphine-er-weekly", 16.0, Route::Subcutaneous));
    assert!(!says("buprenorphine-sl", 8.0, Route::Sublingual));
}

#[test]
fn forms_of_one_substance_have_maxima_of_their_own() {
    let dose = |drug: &str, mg: f64, purpose: &str| {
        let purpose = Some(ConditionId::parse(purpose).unwrap());
        let asked = Proposal { regimen: daily(mg, Route::Oral), purpose, ..propose(drug) };
        Ruleset::embedded().check(&patient(vec![]), Some(&asked), now())
    };
    let (all, slow) = ("limit.paroxetine.use", "limit.paroxetine-cr.depression");
    silent(&dose("paroxetine-cr", 62.5, "major-depression"), all);
    silent(&dose("paroxetine-cr", 62.5, "major-depression"), slow);
    assert!(find(&dose("paroxetine-cr", 75.0, "major-depression"), slow).is_some());
    assert!(find(&dose("paroxetine", 60.0, "major-depression"), all).is_some());
    silent(&dose("paroxetine", 60.0, "major-depression"), slow);
    silent(&dose("alprazolam-xr", 6.0, "anxiety"), "limit.alprazolam.anxiety");
    assert!(find(&dose("alprazolam", 6.0, "anxiety"), "limit.alprazolam.anxiety").is_some());
    for (drug, most) in [
        ("bupropion", 450.0),
        ("bupropion-sr", 400.0),
        ("clonidine", 1.2),
        ("clonidine-er", 0.4),
        ("doxepin", 300.0),
        ("doxepin-low-dose", 6.0),
        ("fluvoxamine-er", 300.0),
        ("methylphenidate-er", 72.0),
        ("methylphenidate-ir", 60.0),
        ("paroxetine", 60.0),
        ("paroxetine-cr", 75.0),
        ("venlafaxine", 375.0),
        ("venlafaxine-xr", 225.0),
        ("zolpidem", 10.0),
        ("zolpidem-er", 12.5),
        ("alprazolam-xr", 10.0),
    ] {
        silent(&dose(drug, most, "schizophrenia"), "dose.hard-maximum");
        assert!(find(&dose(drug, most * 1.25, "schizophrenia"), "dose.hard-maximum").is_some(), "{drug}");
    }
}

#[test]
fn a_row_that_names_no_rule_or_a_product_of_something_else_is_refused() {
    let load = |row: &str| {
        let header = Files::embedded().text("products.csv").unwrap().lines().next().unwrap().to_owned();
        let files = Files::embedded().with("products.csv", format!("{header}\n{row}\n"));
        Ruleset::load(files.version(), &files).unwrap_err().fault
    };
    let at = |column, value: &str| crate::Fault::InvalidValue { column, value: value.to_owned() };
    assert_eq!(load("products.x,no.such.rule,doxepin,oral,,,,Source,,"), at("rules", "no.such.rule"));
    let other = load("products.x,ddi.qt.qt,doxepin,,sertraline,,,Source,,");
    assert_eq!(other, crate::Fault::UnknownDrug("sertraline".to_owned()));
    assert_eq!(load("products.x,ddi.qt.qt,doxepin,,,,,Source,,"), crate::Fault::EmptyText("routes"));
    assert_eq!(load("products.x,ddi.qt.qt,doxepin,by-ear,,,,Source,,"), at("routes", "by-ear"));
}
