use super::*;
use Action::{Acknowledge, Block, BlockUnlessCosigned, Monitor};
use Severity::{Contraindicated, Major, Moderate};

#[test]
fn conditions_speak_against_drugs() {
    for (condition, drug, rule, severity, action) in [
        ("seizure-disorder", "bupropion-xl", "dc.bupropion.seizure", Contraindicated, BlockUnlessCosigned),
        ("eating-disorder", "bupropion-xl", "dc.bupropion.eating", Contraindicated, BlockUnlessCosigned),
        ("pregnancy", "divalproex", "dc.valproate.pregnancy", Contraindicated, BlockUnlessCosigned),
        ("pregnancy", "lithium", "dc.teratogen.pregnancy", Major, Acknowledge),
        ("dementia", "quetiapine", "dc.antipsychotic.dementia", Contraindicated, BlockUnlessCosigned),
        ("opioid-use-disorder", "clonazepam", "dc.benzodiazepine.sud", Major, Acknowledge),
        ("alcohol-active-use", "disulfiram", "dc.disulfiram.alcohol", Contraindicated, Block),
        ("severe-hepatic-impairment", "naltrexone-oral", "dc.naltrexone.liver", Major, Acknowledge),
        ("qt-prolongation", "citalopram", "dc.known-qt.long-qt", Major, Acknowledge),
        ("traumatic-brain-injury", "bupropion-xl", "dc.bupropion.brain-injury", Major, Acknowledge),
    ] {
        expect(&check(&having(patient(vec![]), &[condition]), drug), rule, severity, action);
    }
}

#[test]
fn severe_liver_disease_speaks_against_the_combination_and_not_against_a_rescue_dose() {
    let subject = having(patient(vec![]), &["severe-hepatic-impairment"]);
    let rule = "dc.buprenorphine-naloxone.liver";
    expect(&check(&subject, "buprenorphine-naloxone-sl"), rule, Contraindicated, BlockUnlessCosigned);
    silent(&check(&subject, "buprenorphine-sl"), rule);
    silent(&check(&subject, "naloxone-nasal"), rule);
}

#[test]
fn an_antidepressant_alone_in_bipolar_disorder_wants_a_reason() {
    let rule = "dc.antidepressant.bipolar";
    let alone = having(patient(vec![]), &["bipolar"]);
    expect(&check(&alone, "sertraline"), rule, Major, Acknowledge);
    let covered = having(patient(vec![takes(&["lithium"])]), &["bipolar"]);
    silent(&check(&covered, "sertraline"), rule);
}

#[test]
fn a_medication_that_nobody_could_map_is_said_each_time() {
    for unmapped in [takes(&[]), takes(&["no-such-substance"])] {
        let subject = patient(vec![unmapped]);
        let found = check(&subject, "sertraline");
        let finding = expect(&found, "map.unrecognised", Major, Acknowledge);
        assert_eq!(finding.key.about, vec![]);
        expect(&chart(&subject), "map.unrecognised", Major, Acknowledge);
    }
    silent(&chart(&patient(vec![took(&[], 36)])), "map.unrecognised");
}

#[test]
fn methadone_is_never_prescribed_here() {
    expect(&check(&patient(vec![]), "methadone"), "legal.not-prescribable", Contraindicated, Block);
    silent(&chart(&patient(vec![takes(&["methadone"])])), "legal.not-prescribable");
}

#[test]
fn a_drug_outside_the_formulary_is_refused() {
    let proposal = Proposal { drug: DrugId::parse("snake-oil").unwrap(), ..propose("sertraline") };
    let found = Ruleset::embedded().check(&patient(vec![]), Some(&proposal), now());
    expect(&found, "formulary.unknown-drug", Contraindicated, Block);
}

#[test]
fn a_long_qt_interval_speaks_by_its_length() {
    let qtc = |ms| with_result(patient(vec![takes(&["methadone"])]), "qtc", ms, 10);
    silent(&chart(&qtc(450.0)), "lab.qtc.methadone-high");
    expect(&chart(&qtc(460.0)), "lab.qtc.methadone-high", Major, Acknowledge);
    let worst = chart(&qtc(501.0));
    expect(&worst, "lab.qtc.over-500", Contraindicated, BlockUnlessCosigned);
    silent(&worst, "lab.qtc.methadone-high");
}

#[test]
fn the_kidney_decides_on_lithium() {
    let egfr = |value| with_result(patient(vec![]), "egfr", value, 10);
    let rule = "lab.egfr.lithium-low";
    expect(&check(&egfr(29.0), "lithium"), rule, Contraindicated, BlockUnlessCosigned);
    silent(&check(&egfr(30.0), "lithium"), rule);
}

#[test]
fn a_toxic_lithium_level_is_said() {
    let level = |value| with_result(patient(vec![takes(&["lithium"])]), "lithium-level", value, 1);
    silent(&chart(&level(1.2)), "lab.lithium.high");
    expect(&chart(&level(1.5)), "lab.lithium.high", Major, Acknowledge);
    expect(&chart(&level(2.0)), "lab.lithium.very-high", Contraindicated, BlockUnlessCosigned);
}

#[test]
fn results_that_are_not_there_are_said() {
    expect(&chart(&patient(vec![takes(&["methadone"])])), "missing.qtc.methadone", Moderate, Monitor);
    expect(&chart(&patient(vec![takes(&["lithium"])])), "missing.lithium-level", Moderate, Monitor);
    // Before the first dose there can be no level.
    silent(&check(&patient(vec![]), "lithium"), "missing.lithium-level");
    let old = with_result(patient(vec![takes(&["lithium"])]), "lithium-level", 0.8, 200);
    expect(&chart(&old), "missing.lithium-level", Moderate, Monitor);
    let start = check(&patient(vec![]), "naltrexone-oral");
    expect(&start, "missing.naltrexone-opioids", Major, Acknowledge);
    let tested = with_result(patient(vec![]), "uds-opioids", 0.0, 1);
    silent(&check(&tested, "naltrexone-oral"), "missing.naltrexone-opioids");
    let positive = with_result(patient(vec![]), "uds-opioids", 1.0, 1);
    expect(&check(&positive, "naltrexone-oral"), "lab.uds.naltrexone", Contraindicated, BlockUnlessCosigned);
}

#[test]
fn two_qt_drugs_without_ecg_are_said_once() {
    let found = check(&patient(vec![takes(&["methadone"])]), "quetiapine");
    expect(&found, "missing.qtc.two-qt", Moderate, Monitor);
    let with_ecg = with_result(patient(vec![takes(&["methadone"])]), "qtc", 420.0, 30);
    silent(&check(&with_ecg, "quetiapine"), "missing.qtc.two-qt");
}

#[test]
fn whether_a_pregnancy_is_possible_is_asked_before_valproate() {
    let unknown = Subject { may_become_pregnant: None, ..patient(vec![]) };
    expect(&check(&unknown, "divalproex"), "missing.pregnancy-potential", Major, Acknowledge);
    let possible = Subject { may_become_pregnant: Some(true), ..patient(vec![]) };
    expect(&check(&possible, "divalproex"), "missing.pregnancy-test", Major, Acknowledge);
    let tested = with_result(possible.clone(), "hcg", 0.0, 3);
    silent(&check(&tested, "divalproex"), "missing.pregnancy-test");
    let pregnant = with_result(possible, "hcg", 1.0, 3);
    expect(&check(&pregnant, "divalproex"), "lab.hcg.valproate", Contraindicated, BlockUnlessCosigned);
    let old = Subject {
        may_become_pregnant: None,
        born_on: Some(Instant::parse("1950-01-01T00:00:00Z").unwrap().day()),
        ..patient(vec![])
    };
    silent(&check(&old, "divalproex"), "missing.pregnancy-potential");
    silent(&check(&patient(vec![]), "divalproex"), "missing.pregnancy-potential");
}

#[test]
fn the_first_buprenorphine_waits_for_objective_withdrawal() {
    let rule = "missing.withdrawal-score";
    expect(&check(&patient(vec![]), "buprenorphine-sl"), rule, Moderate, Monitor);
    silent(&check(&with_result(patient(vec![]), "cows", 12.0, 0), "buprenorphine-sl"), rule);
    expect(
        &check(&with_result(patient(vec![]), "cows", 7.0, 0), "buprenorphine-sl"),
        rule,
        Moderate,
        Monitor,
    );
    expect(
        &check(&with_result(patient(vec![]), "cows", 12.0, 1), "buprenorphine-sl"),
        rule,
        Moderate,
        Monitor,
    );
    silent(&check(&patient(vec![takes(&["buprenorphine", "naloxone"])]), "buprenorphine-sl"), rule);
}

#[test]
fn the_worst_is_said_first() {
    let subject = having(patient(vec![takes(&["tramadol"]), takes(&["ibuprofen"])]), &["seizure-disorder"]);
    for found in [check(&subject, "bupropion-xl"), check(&subject, "sertraline"), chart(&subject)] {
        let weights: Vec<_> = found.iter().map(|f| (f.severity, f.action)).collect();
        assert!(weights.is_sorted_by(|a, b| a >= b), "{weights:?}");
    }
}

#[test]
fn a_first_buprenorphine_after_a_full_agonist_without_a_withdrawal_score_wants_a_reason() {
    let rule = "missing.withdrawal-agonist";
    for subject in [patient(vec![takes(&["fentanyl"])]), patient(vec![took(&["fentanyl"], 2)])] {
        expect(&check(&subject, "buprenorphine-sl"), rule, Severity::Major, Action::Acknowledge);
        let low = with_result(subject.clone(), "cows", 8.0, 0);
        expect(&check(&low, "buprenorphine-sl"), rule, Severity::Major, Action::Acknowledge);
        let ripe = with_result(subject, "cows", 12.0, 0);
        silent(&check(&ripe, "buprenorphine-sl"), rule);
    }
    silent(&check(&patient(vec![took(&["fentanyl"], 4)]), "buprenorphine-sl"), rule);
}

#[test]
fn a_condition_that_nobody_could_map_is_told() {
    let subject = Subject { unmapped_conditions: true, ..patient(vec![]) };
    expect(&check(&subject, "sertraline"), "map.condition", Severity::Moderate, Action::Monitor);
}

#[test]
fn an_ended_medication_that_nobody_could_map_matters_through_the_longest_washout() {
    let rule = "map.unrecognised";
    expect(&check(&patient(vec![took(&[], 34)]), "sertraline"), rule, Severity::Major, Action::Acknowledge);
    silent(&check(&patient(vec![took(&[], 36)]), "sertraline"), rule);
}

#[test]
fn an_ended_depot_without_an_interval_acts_as_long_as_its_row_says() {
    let injected = daily(380.0, Route::Intramuscular);
    let ended = |days| Exposure { regimen: Some(injected), ..took(&["naltrexone"], days) };
    let swallowed = Exposure { regimen: Some(daily(50.0, Route::Oral)), ..took(&["naltrexone"], 20) };
    let rule = "ddi.naltrexone.long-acting-opioid";
    assert!(find(&check(&patient(vec![ended(20)]), "buprenorphine-sl"), rule).is_some());
    silent(&check(&patient(vec![ended(40)]), "buprenorphine-sl"), rule);
    silent(&check(&patient(vec![swallowed]), "buprenorphine-sl"), rule);
}

#[test]
fn a_planned_induction_answers_precipitated_withdrawal_as_far_as_it_reaches() {
    use crate::safety::Induction::{AfterWithdrawal, LowDose};
    let (score, pair) = ("missing.withdrawal-agonist", "ddi.buprenorphine.full-agonist");
    let planned = |induction, exposure| Subject { induction: Some(induction), ..patient(vec![exposure]) };
    let lately = took(&["fentanyl"], 0);
    let unplanned = check(&patient(vec![lately.clone()]), "buprenorphine-sl");
    expect(&unplanned, score, Major, Acknowledge);
    expect(&unplanned, pair, Contraindicated, BlockUnlessCosigned);
    let waits = check(&planned(AfterWithdrawal, lately), "buprenorphine-sl");
    silent(&waits, score);
    silent(&waits, pair);
    // Who goes on taking a full agonist will not come into withdrawal.
    let still = check(&planned(AfterWithdrawal, takes(&["oxycodone"])), "buprenorphine-sl");
    expect(&still, score, Major, Acknowledge);
    expect(&still, pair, Contraindicated, BlockUnlessCosigned);
    let low = |mg| {
        let regimen = daily(mg, Route::Sublingual);
        let proposal = Proposal { regimen, ..propose("buprenorphine-sl") };
        let subject = planned(LowDose, takes(&["oxycodone"]));
        Ruleset::embedded().check(&subject, Some(&proposal), now())
    };
    silent(&low(1.0), pair);
    silent(&low(1.0), score);
    expect(&low(4.0), pair, Contraindicated, BlockUnlessCosigned);
}

#[test]
fn a_withdrawal_that_was_scored_answers_a_short_acting_opioid_of_the_same_day() {
    let pair = "ddi.buprenorphine.full-agonist";
    let subject = patient(vec![took(&["heroin"], 0)]);
    expect(&check(&subject, "buprenorphine-sl"), pair, Contraindicated, BlockUnlessCosigned);
    silent(&check(&with_result(subject, "cows", 12.0, 0), "buprenorphine-sl"), pair);
    let still = with_result(patient(vec![takes(&["oxycodone"])]), "cows", 12.0, 0);
    expect(&check(&still, "buprenorphine-sl"), pair, Contraindicated, BlockUnlessCosigned);
}

#[test]
fn a_naloxone_challenge_without_reaction_stands_for_the_urine_test() {
    let challenged = |value| with_result(patient(vec![]), "naloxone-challenge", value, 0);
    silent(&check(&challenged(0.0), "naltrexone-er-im"), "missing.naltrexone-opioids");
    expect(
        &check(&challenged(1.0), "naltrexone-er-im"),
        "lab.uds.naltrexone",
        Contraindicated,
        BlockUnlessCosigned,
    );
    let used = |days| check(&patient(vec![took(&["heroin"], days)]), "naltrexone-er-im");
    expect(&used(9), "ddi.naltrexone.opioid", Contraindicated, Action::Space);
    silent(&used(11), "ddi.naltrexone.opioid");
}

#[test]
fn somebody_at_risk_of_suicide_is_not_handed_a_month_of_what_may_kill_in_overdose() {
    let told = |risk, days, drug: &str| {
        let subject = Subject { suicide_risk: risk, first_supply_days: days, ..patient(vec![]) };
        let found = Ruleset::embedded().check(&subject, Some(&propose(drug)), now());
        find(&found, "supply.lethal-overdose").map(|finding| finding.action)
    };
    for drug in ["amitriptyline", "lithium", "bupropion-xl", "venlafaxine-xr", "dextromethorphan-bupropion"] {
        assert_eq!(told(true, Some(15), drug), Some(Action::Acknowledge), "{drug}");
        assert_eq!(told(true, Some(14), drug), None, "{drug}");
        assert_eq!(told(false, Some(90), drug), None, "{drug}");
        assert_eq!(told(true, None, drug), None, "{drug}: more of what is taken already");
    }
    assert_eq!(told(true, Some(90), "sertraline"), None);
}
