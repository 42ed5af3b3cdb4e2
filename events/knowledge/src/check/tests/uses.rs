//! Maxima that depend on what a drug is taken for, and on the kidney: a row for each row of the table.

use std::collections::BTreeSet;

use super::*;

/// The rule, a drug, what it is taken for, and the most that it may be then.
const USES: [(&str, &str, &str, f64); 17] = [
    ("limit.alprazolam.anxiety", "alprazolam", "gad", 4.0),
    ("limit.aripiprazole.depression", "aripiprazole", "major-depression", 15.0),
    ("limit.brexpiprazole.depression", "brexpiprazole", "dementia", 3.0),
    ("limit.bupropion.smoking", "bupropion-sr", "nicotine-dependence", 300.0),
    ("limit.cariprazine.depression", "cariprazine", "bipolar-depression", 3.0),
    ("limit.chlordiazepoxide.anxiety", "chlordiazepoxide", "anxiety", 100.0),
    ("limit.diphenhydramine.insomnia", "diphenhydramine", "insomnia", 50.0),
    ("limit.doxepin.insomnia", "doxepin-low-dose", "insomnia", 6.0),
    ("limit.duloxetine.pain", "duloxetine", "chronic-pain", 60.0),
    ("limit.fluoxetine.use", "fluoxetine", "eating-disorder", 60.0),
    ("limit.lorazepam.insomnia", "lorazepam", "insomnia", 4.0),
    ("limit.lurasidone.bipolar-depression", "lurasidone", "bipolar-depression", 120.0),
    ("limit.paroxetine-cr.depression", "paroxetine-cr", "major-depression", 62.5),
    ("limit.paroxetine.use", "paroxetine", "ptsd", 50.0),
    ("limit.quetiapine.depression", "quetiapine", "bipolar-depression", 300.0),
    ("limit.risperidone.mania", "risperidone", "mania", 6.0),
    ("limit.valproate.migraine", "divalproex", "migraine", 1_000.0),
];

/// The rule, a drug, the most that it may be, and below which filtration.
const KIDNEYS: [(&str, &str, f64, f64); 14] = [
    ("limit.acamprosate.kidney", "acamprosate", 999.0, 50.0),
    ("limit.desvenlafaxine.kidney-30", "desvenlafaxine", 25.0, 30.0),
    ("limit.gabapentin.kidney-15", "gabapentin", 300.0, 15.0),
    ("limit.gabapentin.kidney-30", "gabapentin", 700.0, 30.0),
    ("limit.gabapentin.kidney-60", "gabapentin", 1_400.0, 60.0),
    ("limit.levomilnacipran.kidney-30", "levomilnacipran", 40.0, 30.0),
    ("limit.levomilnacipran.kidney-60", "levomilnacipran", 80.0, 60.0),
    ("limit.lisdexamfetamine.kidney-30", "lisdexamfetamine", 50.0, 30.0),
    ("limit.lurasidone.kidney", "lurasidone", 80.0, 50.0),
    ("limit.paliperidone.kidney-50", "paliperidone-er", 3.0, 50.0),
    ("limit.paliperidone.kidney-80", "paliperidone-er", 6.0, 80.0),
    ("limit.pregabalin.kidney-15", "pregabalin", 75.0, 15.0),
    ("limit.pregabalin.kidney-30", "pregabalin", 150.0, 30.0),
    ("limit.pregabalin.kidney-60", "pregabalin", 300.0, 60.0),
];

/// A use that no row of the table names.
const OTHER: &str = "schizophrenia";

fn dose(subject: &Subject, drug: &str, mg: f64, purpose: Option<&str>) -> Vec<Finding> {
    let proposal = propose(drug);
    let regimen = daily(mg, proposal.regimen.route);
    let purpose = purpose.map(|name| ConditionId::parse(name).unwrap());
    Ruleset::embedded().check(subject, Some(&Proposal { regimen, purpose, ..proposal }), now())
}

/// The names of rows in which a column says something.
fn rows_with(column: &str) -> BTreeSet<String> {
    let files = crate::Files::embedded();
    let table = crate::load::table::Table::read("dose_limits.csv", files.text("dose_limits.csv").unwrap());
    let table = table.unwrap();
    let place = table.columns().position(|known| known == column).unwrap();
    let said = table.rows().filter(|row| row.fields().nth(place).is_some_and(|text| !text.is_empty()));
    said.map(|row| row.text("id").unwrap().to_owned()).collect()
}

#[test]
fn each_use_has_its_own_maximum_and_no_other_use_has_it() {
    let nobody = patient(vec![]);
    for (rule, drug, purpose, most) in USES {
        silent(&dose(&nobody, drug, most, Some(purpose)), rule);
        let found = dose(&nobody, drug, most * 1.25, Some(purpose));
        let said = find(&found, rule).unwrap_or_else(|| panic!("{rule} is silent"));
        assert!(said.action >= Action::Acknowledge, "{rule}");
        let other = dose(&nobody, drug, most * 1.25, Some(OTHER));
        silent(&other, rule);
        silent(&other, "missing.purpose");
    }
    let covered: BTreeSet<String> = USES.iter().map(|(rule, ..)| (*rule).to_owned()).collect();
    assert_eq!(covered, rows_with("purposes"), "a row has no case");
}

#[test]
fn what_nobody_knows_the_use_of_keeps_the_widest_maximum_and_that_is_said() {
    let nobody = patient(vec![]);
    for (rule, drug, _, most) in USES {
        silent(&dose(&nobody, drug, most, None), "missing.purpose");
        let found = dose(&nobody, drug, most * 1.25, None);
        silent(&found, rule);
        expect(&found, "missing.purpose", Severity::Moderate, Action::Monitor);
    }
    let outside = Exposure { regimen: Some(daily(600.0, Route::Oral)), ..takes(&["quetiapine"]) };
    expect(&chart(&patient(vec![outside.clone()])), "missing.purpose", Severity::Moderate, Action::Monitor);
    let sleep = Exposure { purpose: Some(ConditionId::parse("bipolar-depression").unwrap()), ..outside };
    expect(
        &chart(&patient(vec![sleep])),
        "limit.quetiapine.depression",
        Severity::Contraindicated,
        Action::BlockUnlessCosigned,
    );
}

#[test]
fn another_dose_is_for_what_it_was_taken_for() {
    let purpose = Some(ConditionId::parse("bipolar-depression").unwrap());
    let regimen = Some(daily(300.0, Route::Oral));
    let taken = patient(vec![Exposure { regimen, purpose, ..takes(&["quetiapine"]) }]);
    let more = Proposal { replaces: Some(id(1)), ..propose("quetiapine") };
    let raised = Proposal { regimen: daily(400.0, Route::Oral), ..more };
    let found = Ruleset::embedded().check(&taken, Some(&raised), now());
    assert!(find(&found, "limit.quetiapine.depression").is_some(), "{found:?}");
}

#[test]
fn each_maximum_of_a_weak_kidney_holds_below_its_bound() {
    for (rule, drug, most, below) in KIDNEYS {
        for lab in ["egfr", "creatinine-clearance"] {
            let weak = with_result(patient(vec![]), lab, below - 1.0, 30);
            expect(&dose(&weak, drug, most * 1.25, Some(OTHER)), rule, Severity::Major, Action::Acknowledge);
            silent(&dose(&weak, drug, most, Some(OTHER)), rule);
            let at_the_bound = with_result(patient(vec![]), lab, below, 30);
            silent(&dose(&at_the_bound, drug, most * 1.25, Some(OTHER)), rule);
        }
        let unknown = dose(&patient(vec![]), drug, most * 1.25, Some(OTHER));
        expect(&unknown, "missing.limit-result", Severity::Moderate, Action::Monitor);
    }
    let mut covered: BTreeSet<String> = KIDNEYS.iter().map(|(rule, ..)| (*rule).to_owned()).collect();
    covered.insert("limit.varenicline.kidney".to_owned());
    assert_eq!(covered, rows_with("lab_below"), "a row has no case");
}
