use super::*;
use Action::{Acknowledge, Adjust, Block, BlockUnlessCosigned, Monitor, Space};
use Severity::{Contraindicated, Major, Moderate};

#[test]
fn every_family_of_interactions_speaks_with_its_weight() {
    for (other, drug, rule, severity, action) in [
        ("lithium", "sertraline", "ddi.serotonergic.other", Moderate, Monitor),
        ("ibuprofen", "lithium", "ddi.lithium.nsaid", Major, Acknowledge),
        ("lisinopril", "lithium", "ddi.lithium.ace-arb", Major, Adjust),
        ("hydrochlorothiazide", "lithium", "ddi.lithium.thiazide", Major, Adjust),
        ("furosemide", "lithium", "ddi.lithium.loop-diuretic", Moderate, Monitor),
        ("tramadol", "sertraline", "ddi.serotonergic.opioid", Major, Acknowledge),
        ("warfarin", "sertraline", "ddi.serotonergic.anticoagulant", Major, Monitor),
        ("ibuprofen", "sertraline", "ddi.serotonergic.bleeding", Moderate, Monitor),
        ("valproate", "lamotrigine", "ddi.valproate.lamotrigine", Major, Adjust),
        ("carbamazepine", "quetiapine", "ddi.inducer.antipsychotic", Major, Adjust),
        ("carbamazepine", "buprenorphine-sl", "ddi.inducer.moud", Major, Adjust),
        ("clarithromycin", "lurasidone", "ddi.3a4.lurasidone", Contraindicated, BlockUnlessCosigned),
        ("clonazepam", "buprenorphine-naloxone-sl", "ddi.opioid.benzodiazepine", Major, Acknowledge),
        ("oxycodone", "clonazepam", "ddi.opioid.benzodiazepine", Major, Acknowledge),
        ("hydrocodone", "gabapentin", "ddi.opioid.gabapentinoid", Major, Acknowledge),
        ("methadone", "quetiapine", "ddi.qt.qt", Major, Acknowledge),
        ("methadone", "ziprasidone", "ddi.ziprasidone.qt", Contraindicated, BlockUnlessCosigned),
        ("tramadol", "bupropion-xl", "ddi.bupropion.seizure-threshold", Major, Acknowledge),
        ("fluoxetine", "nortriptyline", "ddi.2d6.tca-atomoxetine", Major, Adjust),
        ("metoclopramide", "haloperidol", "ddi.antipsychotic.metoclopramide", Major, Acknowledge),
        ("warfarin", "disulfiram", "ddi.disulfiram.enzymes", Major, Monitor),
        ("oxybate", "clonazepam", "ddi.sedative.oxybate", Contraindicated, BlockUnlessCosigned),
    ] {
        let found = check(&patient(vec![takes(&[other])]), drug);
        let finding = expect(&found, rule, severity, action);
        assert!(finding.key.about.contains(&ingredients(&[other])[0]), "{rule}");
        assert!(!finding.source.is_empty() && !finding.mechanism.is_empty() && !finding.advice.is_empty());
    }
}

#[test]
fn an_mao_inhibitor_waits_for_fourteen_days_after_sertraline_and_five_weeks_after_fluoxetine() {
    for (drug, rule, days) in [
        ("sertraline", "ddi.maoi.serotonergic", 14),
        ("vortioxetine", "ddi.maoi.vortioxetine", 21),
        ("fluoxetine", "ddi.maoi.fluoxetine", 35),
    ] {
        let found = check(&patient(vec![took(&[drug], days - 1)]), "phenelzine");
        let finding = expect(&found, rule, Contraindicated, Space);
        assert_eq!(finding.until, Some(now().plus_days(1)), "{drug}");
        silent(&check(&patient(vec![took(&[drug], days)]), "phenelzine"), rule);
    }
}

#[test]
fn a_washout_runs_the_other_way_round_by_its_own_days() {
    let found = check(&patient(vec![took(&["phenelzine"], 13)]), "fluoxetine");
    expect(&found, "ddi.maoi.fluoxetine", Contraindicated, Space);
    silent(&check(&patient(vec![took(&["phenelzine"], 14)]), "fluoxetine"), "ddi.maoi.fluoxetine");
}

#[test]
fn an_unknown_last_dose_counts_as_now() {
    let ended = Exposure { active: false, ..takes(&["fluoxetine"]) };
    let found = check(&patient(vec![ended]), "phenelzine");
    let finding = expect(&found, "ddi.maoi.fluoxetine", Contraindicated, Space);
    assert_eq!(finding.until, Some(now().plus_days(35)));
}

#[test]
fn naltrexone_waits_for_opioids_to_leave() {
    let short = check(&patient(vec![took(&["oxycodone"], 9)]), "naltrexone-oral");
    expect(&short, "ddi.naltrexone.opioid", Contraindicated, Space);
    silent(&check(&patient(vec![took(&["oxycodone"], 10)]), "naltrexone-oral"), "ddi.naltrexone.opioid");
    let long = check(&patient(vec![took(&["buprenorphine", "naloxone"], 13)]), "naltrexone-er-im");
    expect(&long, "ddi.naltrexone.long-acting-opioid", Contraindicated, Space);
    let taken = check(&patient(vec![takes(&["methadone"])]), "naltrexone-oral");
    let finding = expect(&taken, "ddi.naltrexone.long-acting-opioid", Contraindicated, Space);
    assert_eq!(finding.until, Some(now().plus_days(14)));
}

#[test]
fn a_depot_goes_on_acting_until_its_next_dose_was_due() {
    let every = Regimen { frequency: Frequency::EveryDays(28), ..daily(380.0, Route::Intramuscular) };
    let depot = |days_ago| Exposure { regimen: Some(every), ..took(&["naltrexone"], days_ago) };
    let found = check(&patient(vec![depot(20)]), "buprenorphine-sl");
    expect(&found, "ddi.naltrexone.long-acting-opioid", Contraindicated, Space);
    let rule = "ddi.naltrexone.long-acting-opioid";
    silent(&check(&patient(vec![depot(31)]), "buprenorphine-sl"), rule);
}

#[test]
fn buprenorphine_beside_a_full_agonist_needs_a_second_clinician() {
    let found = check(&patient(vec![takes(&["oxycodone", "acetaminophen"])]), "buprenorphine-naloxone-sl");
    expect(&found, "ddi.buprenorphine.full-agonist", Contraindicated, BlockUnlessCosigned);
}

#[test]
fn buprenorphine_and_methadone_at_once_are_never_overridden() {
    let found = check(&patient(vec![takes(&["methadone"])]), "buprenorphine-sl");
    expect(&found, "ddi.buprenorphine.methadone", Contraindicated, Block);
    silent(&found, "ddi.buprenorphine.full-agonist");
    let after = check(&patient(vec![took(&["methadone"], 2)]), "buprenorphine-sl");
    let finding = expect(&after, "ddi.buprenorphine.methadone", Contraindicated, Space);
    assert_eq!(finding.until, Some(now().plus_days(1)));
}

#[test]
fn a_sedative_stopped_lately_speaks_against_bupropion_and_a_taken_one_does_not() {
    let rule = "ddi.bupropion.sedative-stop";
    let found = check(&patient(vec![took(&["clonazepam"], 5)]), "bupropion-xl");
    expect(&found, rule, Contraindicated, BlockUnlessCosigned);
    silent(&check(&patient(vec![takes(&["clonazepam"])]), "bupropion-xl"), rule);
    silent(&check(&patient(vec![took(&["clonazepam"], 14)]), "bupropion-xl"), rule);
    // Stopping bupropion says nothing about a benzodiazepine.
    silent(&check(&patient(vec![took(&["bupropion"], 1)]), "clonazepam"), rule);
}

#[test]
fn what_one_product_holds_is_no_interaction_with_itself() {
    let product = patient(vec![takes(&["olanzapine", "samidorphan"])]);
    assert!(chart(&product).iter().all(|finding| finding.key.about.len() < 2));
    let twice = patient(vec![takes(&["buprenorphine", "naloxone"])]);
    let found = check(&twice, "buprenorphine-naloxone-sl");
    assert!(found.iter().all(|finding| finding.key.about.len() < 2), "{found:?}");
}

#[test]
fn a_dose_change_is_no_duplicate_of_the_order_that_it_replaces() {
    let subject = patient(vec![takes(&["sertraline"])]);
    let change = Proposal { replaces: Some(id(1)), ..propose("sertraline") };
    let found = Ruleset::embedded().check(&subject, Some(&change), now());
    silent(&found, "dup.same-ingredient");
    let second = check(&subject, "sertraline");
    expect(&second, "dup.same-ingredient", Contraindicated, BlockUnlessCosigned);
}

#[test]
fn two_of_one_class_are_duplicates() {
    for (other, drug, rule, severity, action) in [
        ("fluoxetine", "sertraline", "dup.ssri-snri", Contraindicated, BlockUnlessCosigned),
        ("venlafaxine", "sertraline", "dup.ssri-snri", Contraindicated, BlockUnlessCosigned),
        ("diazepam", "clonazepam", "dup.benzodiazepine", Major, Acknowledge),
        ("olanzapine", "quetiapine", "dup.antipsychotic", Moderate, Acknowledge),
        ("guanfacine", "clonidine", "dup.alpha2", Contraindicated, BlockUnlessCosigned),
        ("zolpidem", "eszopiclone", "dup.z-drug", Contraindicated, BlockUnlessCosigned),
    ] {
        expect(&check(&patient(vec![takes(&[other])]), drug), rule, severity, action);
    }
    let outside = patient(vec![takes(&["oxycodone"]), takes(&["hydrocodone"])]);
    expect(&chart(&outside), "dup.opioid-agonist", Contraindicated, BlockUnlessCosigned);
}

#[test]
fn a_planned_cross_taper_is_a_remark() {
    let tapering = Exposure { tapering: true, ..takes(&["fluoxetine"]) };
    expect(&check(&patient(vec![tapering]), "sertraline"), "dup.ssri-snri", Moderate, Monitor);
    let own = Exposure { tapering: true, ..takes(&["sertraline"]) };
    expect(&check(&patient(vec![own]), "sertraline"), "dup.same-ingredient", Moderate, Monitor);
}

#[test]
fn a_rescue_naloxone_beside_the_combination_is_no_duplicate() {
    let subject = patient(vec![takes(&["buprenorphine", "naloxone"])]);
    silent(&check(&subject, "naloxone-nasal"), "dup.same-ingredient");
}

#[test]
fn the_oral_overlap_with_a_depot_is_a_remark() {
    let oral = Exposure { regimen: Some(daily(10.0, Route::Oral)), ..takes(&["aripiprazole"]) };
    let found = check(&patient(vec![oral]), "aripiprazole-lai");
    expect(&found, "dup.same-ingredient-other-route", Moderate, Monitor);
    silent(&found, "dup.same-ingredient");
}

#[test]
fn a_proposal_hears_only_of_itself_and_the_chart_of_everything() {
    let subject = patient(vec![takes(&["lithium"]), takes(&["ibuprofen"])]);
    silent(&check(&subject, "thiamine"), "ddi.lithium.nsaid");
    expect(&chart(&subject), "ddi.lithium.nsaid", Major, Acknowledge);
}

#[test]
fn an_ended_medication_without_washout_is_silent() {
    silent(&check(&patient(vec![took(&["ibuprofen"], 1)]), "lithium"), "ddi.lithium.nsaid");
    assert_eq!(chart(&patient(vec![took(&["phenelzine"], 1), took(&["sertraline"], 1)])), vec![]);
}
