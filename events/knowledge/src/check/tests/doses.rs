use super::*;
use Action::{Acknowledge, Adjust, BlockUnlessCosigned, Monitor};
use Severity::{Contraindicated, Major, Moderate};

fn of(drug: &str, mg: f64) -> Proposal {
    let proposal = propose(drug);
    Proposal { regimen: daily(mg, proposal.regimen.route), ..proposal }
}

fn dose(subject: &Subject, drug: &str, mg: f64) -> Vec<Finding> {
    Ruleset::embedded().check(subject, Some(&of(drug, mg)), now())
}

#[test]
fn the_program_maximum_wants_a_reason_and_the_label_maximum_a_second_clinician() {
    let nobody = patient(vec![]);
    silent(&dose(&nobody, "fluoxetine", 60.0), "dose.soft-maximum");
    expect(&dose(&nobody, "fluoxetine", 61.0), "dose.soft-maximum", Major, Acknowledge);
    let hard = dose(&nobody, "fluoxetine", 81.0);
    expect(&hard, "dose.hard-maximum", Contraindicated, BlockUnlessCosigned);
    silent(&hard, "dose.soft-maximum");
    expect(&dose(&nobody, "buprenorphine-sl", 25.0), "dose.soft-maximum", Major, Acknowledge);
}

#[test]
fn the_daily_total_counts_every_order_of_the_substance_by_that_route() {
    let other = Exposure { regimen: Some(daily(150.0, Route::Oral)), ..takes(&["sertraline"]) };
    let subject = patient(vec![other]);
    let found = dose(&subject, "sertraline", 100.0);
    expect(&found, "dose.hard-maximum", Contraindicated, BlockUnlessCosigned);
    silent(&dose(&subject, "sertraline", 50.0), "dose.hard-maximum");
    let injected = Exposure { regimen: Some(daily(30.0, Route::Intramuscular)), ..takes(&["aripiprazole"]) };
    silent(&dose(&patient(vec![injected]), "aripiprazole", 30.0), "dose.hard-maximum");
}

#[test]
fn twice_a_day_counts_twice() {
    let mut twice = of("sertraline", 150.0);
    twice.regimen.frequency = Frequency::TwiceDaily;
    let found = Ruleset::embedded().check(&patient(vec![]), Some(&twice), now());
    expect(&found, "dose.hard-maximum", Contraindicated, BlockUnlessCosigned);
}

#[test]
fn an_outside_dose_above_every_formulary_row_is_found_in_the_chart() {
    let outside = Exposure { regimen: Some(daily(300.0, Route::Oral)), ..takes(&["sertraline"]) };
    expect(&chart(&patient(vec![outside])), "dose.hard-maximum", Contraindicated, BlockUnlessCosigned);
}

#[test]
fn circumstances_lower_the_maximum() {
    let old =
        Subject { born_on: Some(Instant::parse("1960-01-01T00:00:00Z").unwrap().day()), ..patient(vec![]) };
    expect(&dose(&old, "citalopram", 30.0), "limit.citalopram.age", Major, Acknowledge);
    silent(&dose(&old, "citalopram", 20.0), "limit.citalopram.age");
    silent(&dose(&patient(vec![]), "citalopram", 30.0), "limit.citalopram.age");
    let inhibited = patient(vec![takes(&["omeprazole"])]);
    expect(&dose(&inhibited, "citalopram", 30.0), "limit.citalopram.2c19", Major, Adjust);
    let with_valproate = patient(vec![takes(&["valproate"])]);
    expect(&dose(&with_valproate, "lamotrigine", 125.0), "limit.lamotrigine.valproate", Major, Acknowledge);
    let weak_kidney = with_result(patient(vec![]), "egfr", 28.0, 10);
    expect(&dose(&weak_kidney, "varenicline", 2.0), "limit.varenicline.kidney", Major, Acknowledge);
}

#[test]
fn valproate_is_limited_by_weight_and_a_weight_that_is_missing_is_asked_for() {
    let light = with_result(patient(vec![]), "weight", 40.0, 5);
    let rule = "limit.valproate.weight";
    expect(&dose(&light, "divalproex", 2_500.0), rule, Contraindicated, BlockUnlessCosigned);
    silent(&dose(&light, "divalproex", 2_400.0), rule);
    silent(&dose(&patient(vec![]), "divalproex", 2_500.0), rule);
    expect(&dose(&patient(vec![]), "divalproex", 500.0), "missing.weight", Moderate, Monitor);
    silent(&dose(&light, "divalproex", 500.0), "missing.weight");
    silent(&dose(&patient(vec![]), "sertraline", 50.0), "missing.weight");
}

#[test]
fn an_age_limit_without_a_day_of_birth_asks_for_it() {
    let unknown = Subject { born_on: None, ..patient(vec![]) };
    expect(&dose(&unknown, "citalopram", 30.0), "missing.birth-date", Major, Acknowledge);
    silent(&dose(&unknown, "citalopram", 20.0), "missing.birth-date");
    silent(&dose(&patient(vec![]), "citalopram", 30.0), "missing.birth-date");
}

#[test]
fn a_limit_that_depends_on_a_result_asks_for_it_when_there_is_none() {
    let (unknown, rule) = (patient(vec![]), "missing.limit-result");
    for (drug, above, within, limit) in [
        ("varenicline", 2.0, 1.0, "limit.varenicline.kidney"),
        ("lurasidone", 120.0, 80.0, "limit.lurasidone.kidney"),
        ("acamprosate", 1_998.0, 999.0, "limit.acamprosate.kidney"),
    ] {
        let found = dose(&unknown, drug, above);
        expect(&found, rule, Moderate, Monitor);
        silent(&found, limit);
        silent(&dose(&unknown, drug, within), rule);
        for lab in ["egfr", "creatinine-clearance"] {
            let healthy = with_result(patient(vec![]), lab, 95.0, 30);
            silent(&dose(&healthy, drug, above), rule);
            silent(&dose(&healthy, drug, above), limit);
            let weak = with_result(patient(vec![]), lab, 29.0, 30);
            expect(&dose(&weak, drug, above), limit, Major, Acknowledge);
        }
        let stale = with_result(patient(vec![]), "egfr", 95.0, 400);
        expect(&dose(&stale, drug, above), rule, Moderate, Monitor);
    }
}

#[test]
fn a_first_dose_far_above_the_usual_start_wants_a_reason() {
    let nobody = patient(vec![]);
    for (drug, usual, much) in
        [("lamotrigine", 50.0, 51.0), ("clozapine", 25.0, 100.0), ("sertraline", 100.0, 150.0)]
    {
        silent(&dose(&nobody, drug, usual), "dose.start");
        expect(&dose(&nobody, drug, much), "dose.start", Major, Acknowledge);
        silent(&dose(&patient(vec![takes(&[drug])]), drug, much), "dose.start");
        expect(&dose(&patient(vec![took(&[drug], 1)]), drug, much), "dose.start", Major, Acknowledge);
    }
}
