use super::*;

fn start() -> Instant {
    Instant::parse("2026-01-05T00:00:00Z").unwrap()
}

fn day(days: i64) -> Day {
    start().plus_days(days).day()
}

fn mg(mg: f64) -> Milligrams {
    Milligrams::parse(mg).unwrap()
}

fn rule() -> &'static TrialRule {
    let drug = DrugId::parse("sertraline").unwrap();
    Ruleset::embedded().trial(&drug, &ConditionId::parse("major-depression").unwrap()).unwrap()
}

fn doses(all: &[(i64, f64)]) -> Doses {
    let mut doses = Doses::default();
    for (on, dose) in all {
        doses.from(day(*on), mg(*dose));
    }
    doses
}

fn totals(all: &[(i64, u16)]) -> Totals {
    let mut totals = Totals::default();
    // About noon, as people are asked.
    let at = |on: i64| start().plus_days(on).plus(std::time::Duration::from_hours(12));
    for (on, total) in all {
        totals.add(at(*on), *total);
    }
    totals
}

const WELL_TAKEN: i64 = 41;

fn judged(doses: &Doses, totals: &Totals, percent: Option<u8>) -> Trial {
    let taken = Some(Taken { to: day(WELL_TAKEN), percent });
    rule().judge(&Known { doses, totals: Some(totals), taken, not_before: None }, 80).unwrap()
}

#[test]
fn six_weeks_at_an_adequate_dose_without_a_quarter_of_improvement_are_no_response() {
    let trial = judged(&doses(&[(0, 50.0), (14, 100.0)]), &totals(&[(-2, 19), (21, 18), (42, 18)]), Some(93));
    assert_eq!((trial.outcome, trial.weeks, trial.daily), (Outcome::NoResponse, 6, mg(100.0)));
    assert_eq!((trial.baseline, trial.last, &trial.missing[..]), (Some(19), Some(18), &[][..]));
}

#[test]
fn an_improvement_below_half_is_partial_after_eight_weeks_and_not_before() {
    let taken = doses(&[(0, 50.0)]);
    assert_eq!(judged(&taken, &totals(&[(0, 20), (42, 13)]), Some(90)).outcome, Outcome::Responds);
    assert_eq!(judged(&taken, &totals(&[(0, 20), (56, 13)]), Some(90)).outcome, Outcome::PartialResponse);
    assert_eq!(judged(&taken, &totals(&[(0, 20), (56, 10)]), Some(90)).outcome, Outcome::Responds);
    assert_eq!(judged(&taken, &totals(&[(0, 20), (56, 16)]), Some(90)).outcome, Outcome::NoResponse);
}

#[test]
fn what_was_not_taken_has_not_failed() {
    let (taken, scored) = (doses(&[(0, 50.0)]), totals(&[(0, 20), (42, 19)]));
    assert_eq!(judged(&taken, &scored, Some(79)).outcome, Outcome::AdherenceFirst);
    assert_eq!(judged(&taken, &scored, Some(80)).outcome, Outcome::NoResponse);
    let unknown = judged(&taken, &scored, None);
    assert_eq!(
        (unknown.outcome, &unknown.missing[..]),
        (Outcome::NoResponse, &[Missing::AdherenceUnknown][..])
    );
    // Measured long before, it says nothing about the weeks that count.
    let late = judged(&taken, &totals(&[(0, 20), (70, 19)]), Some(95));
    assert_eq!(late.missing, [Missing::AdherenceUnknown]);
}

#[test]
fn what_is_missing_is_said_and_nothing_is_judged() {
    let missing = |doses: &[(i64, f64)], scores: &[(i64, u16)]| {
        let trial = judged(&self::doses(doses), &totals(scores), Some(90));
        assert_eq!(trial.outcome, Outcome::NotJudged);
        trial.missing
    };
    assert_eq!(missing(&[(0, 50.0)], &[(42, 18)]), [Missing::NoBaseline]);
    assert_eq!(missing(&[(0, 50.0)], &[(0, 18), (30, 18)]), [Missing::NoScoreSince]);
    assert_eq!(missing(&[(0, 25.0)], &[(0, 18), (42, 18)]), [Missing::DoseTooLow]);
    assert_eq!(missing(&[(0, 50.0)], &[]), [Missing::NoBaseline, Missing::NoScoreSince]);
    let never =
        rule().judge(&Known { doses: &doses(&[(0, 50.0)]), totals: None, taken: None, not_before: None }, 80);
    assert_eq!(never.unwrap().missing, [Missing::NoBaseline, Missing::NoScoreSince]);
}

#[test]
fn a_break_or_a_low_dose_begins_the_weeks_anew() {
    let held = judged(&doses(&[(0, 50.0), (20, 0.0), (30, 50.0)]), &totals(&[(0, 20), (60, 19)]), Some(90));
    assert_eq!((held.due_on, &held.missing[..]), (day(72), &[Missing::NoScoreSince][..]));
    let slow = judged(&doses(&[(0, 25.0), (14, 50.0)]), &totals(&[(0, 20), (56, 19)]), Some(90));
    assert_eq!((slow.outcome, slow.weeks), (Outcome::NoResponse, 6));
}

#[test]
fn a_score_of_the_first_week_is_a_baseline_and_one_of_two_months_before_is_none() {
    let taken = doses(&[(0, 50.0)]);
    assert_eq!(judged(&taken, &totals(&[(5, 20), (42, 19)]), Some(90)).baseline, Some(20));
    assert_eq!(judged(&taken, &totals(&[(-60, 20), (42, 19)]), Some(90)).baseline, None);
    assert_eq!(
        judged(&taken, &totals(&[(-20, 12), (-3, 20), (5, 18), (42, 19)]), Some(90)).baseline,
        Some(20)
    );
}

#[test]
fn a_decision_moves_the_day_on_which_a_score_is_asked_for() {
    let (taken, scored) = (doses(&[(0, 50.0)]), totals(&[(0, 20), (42, 19)]));
    let known = Known { doses: &taken, totals: Some(&scored), taken: None, not_before: Some(day(70)) };
    let trial = rule().judge(&known, 80).unwrap();
    assert_eq!((trial.outcome, trial.due_on), (Outcome::NotJudged, day(70)));
    assert_eq!(trial.missing, [Missing::NoScoreSince]);
}

#[test]
fn every_row_is_of_a_dose_that_the_formulary_knows() {
    let rules = Ruleset::embedded();
    assert!(rules.trials.len() > 30);
    for rule in &rules.trials {
        let most = rules.drug(&rule.drug).unwrap().hard_maximum;
        assert!(most.is_none_or(|most| rule.adequate <= most), "{}", rule.id.as_str());
    }
}
