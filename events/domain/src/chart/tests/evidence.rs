//! What other streams say of a patient is judged by the rules that are there.

use concord_knowledge::SubstanceId;
use concord_knowledge::safety::Induction;
use concord_knowledge::scale::ScaleKind;

use super::super::Chart;
use crate::recovery::Evidence;
use crate::scales::Withdrawal;
use crate::testing::{by, noon};
use crate::{Context, Facts, RecoveryFacts, ScaleFacts};

fn context(recovery: RecoveryFacts, scales: ScaleFacts) -> Context {
    let facts = Facts { recovery: Some(recovery), scales: Some(scales), ..Facts::default() };
    by(concord_kernel::Role::Psychiatrist).knowing(facts).0
}

fn used(name: &str, hours: i64) -> RecoveryFacts {
    let at = concord_kernel::Instant::from_micros(noon().micros() - hours * 3_600_000_000).unwrap();
    RecoveryFacts { last_use: [(SubstanceId::parse(name).unwrap(), at)].into(), ..RecoveryFacts::default() }
}

fn seen(recovery: RecoveryFacts) -> concord_knowledge::safety::Subject {
    Chart::default().seen(&context(recovery, ScaleFacts::default()))
}

#[test]
fn use_is_an_exposure_that_has_ended_and_alcohol_a_condition_for_its_hours() {
    let heroin = seen(used("heroin", 30));
    assert_eq!(heroin.exposures.len(), 1);
    assert!(!heroin.exposures[0].active && heroin.exposures[0].last_dose_at.is_some());
    let drinks = |hours| seen(used("alcohol", hours)).conditions.len();
    assert_eq!((drinks(11), drinks(13)), (1, 0));
    assert!(seen(used("cocaine", 1)).exposures.is_empty());
    let dispensed = RecoveryFacts { methadone_at: Some(noon()), ..RecoveryFacts::default() };
    assert_eq!(seen(dispensed).exposures[0].ingredients[0].as_str(), "methadone");
}

#[test]
fn screens_challenges_and_scores_are_results_and_a_challenge_holds_a_day() {
    let value = |recovery: RecoveryFacts, lab: &str| {
        let subject = seen(recovery);
        subject.results.iter().find(|result| result.lab.as_str() == lab).map(|result| result.value > 0.5)
    };
    let tested =
        |found| RecoveryFacts { opioids: Some(Evidence { found, at: noon() }), ..RecoveryFacts::default() };
    assert_eq!(value(tested(false), "uds-opioids"), Some(false));
    assert_eq!(value(tested(true), "uds-opioids"), Some(true));
    assert_eq!(value(RecoveryFacts::default(), "uds-opioids"), None);
    let challenged = |found, days: i64| RecoveryFacts {
        challenge: Some(Evidence { found, at: noon().plus_days(-days) }),
        ..RecoveryFacts::default()
    };
    assert_eq!(value(challenged(false, 1), "naloxone-challenge"), Some(false));
    assert_eq!(value(challenged(false, 2), "naloxone-challenge"), None);
    assert_eq!(value(challenged(true, 2), "naloxone-challenge"), Some(true), "a reaction is no less one");
    let withdrawal = [(ScaleKind::Cows, Withdrawal { total: 13, taken_at: noon() })].into();
    let scored = ScaleFacts { withdrawal, ..ScaleFacts::default() };
    let subject = Chart::default().seen(&context(RecoveryFacts::default(), scored));
    assert_eq!(subject.results[0].lab.as_str(), "cows");
}

#[test]
fn a_planned_induction_is_known_to_the_check() {
    let planned = RecoveryFacts { induction: Some(Induction::LowDose), ..RecoveryFacts::default() };
    assert_eq!(seen(planned).induction, Some(Induction::LowDose));
    assert_eq!(seen(RecoveryFacts::default()).induction, None);
}
