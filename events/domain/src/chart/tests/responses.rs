//! Whether an order helps, what a prescriber decides, and what rests on it.

use concord_knowledge::scale::ScaleKind;
use concord_knowledge::trial::{Missing, Outcome, Taken, Totals};

use super::super::*;
use super::told::*;
use crate::{Facts, ScaleFacts};

fn assess(decision: ResponseDecision) -> Command {
    Command::AssessResponse { order: order_id(1), decision, reason: words("Six weeks, and no better") }
}

/// What scores and adherence say after some days: totals of PHQ-9 by day, and how much was taken.
fn knowing(scores: &[(i64, u16)], percent: Option<u8>, days: i64) -> impl FnOnce(&mut Facts) {
    let mut totals = Totals::default();
    for (on, total) in scores {
        totals.add(noon().plus_days(*on), *total);
    }
    move |facts| {
        let totals = [(ScaleKind::Phq9, totals)].into();
        facts.scales = Some(ScaleFacts { totals, ..ScaleFacts::default() });
        if let Some(adherence) = &mut facts.adherence {
            adherence.taken = [(order_id(1), Taken { to: in_days(days - 1), percent })].into();
        }
    }
}

const NO_BETTER: [(i64, u16); 2] = [(0, 19), (42, 18)];

fn after_six_weeks(decision: ResponseDecision) -> Asked {
    psychiatrist().days_later(43).knowing(knowing(&NO_BETTER, Some(93), 43)).asks(assess(decision))
}

fn assessment(events: &[Event]) -> &ResponseAssessment {
    let [Event::ResponseAssessed(assessment)] = events else { panic!("no assessment: {events:?}") };
    assessment
}

fn raised() -> Vec<Event> {
    let rise = adjust(1, daily(100.0), Cause::PatientPreference);
    after(on("sertraline"), [psychiatrist().days_later(8).asks(rise)])
}

#[test]
fn a_trial_is_judged_with_its_figures_beside_the_decision() {
    let events = accepted(raised(), after_six_weeks(ResponseDecision::Switch));
    let found = assessment(&events);
    assert_eq!(
        (found.trial.outcome, found.trial.weeks, found.trial.daily.mg()),
        (Outcome::NoResponse, 6, 100.0)
    );
    assert_eq!((found.trial.baseline, found.trial.last), (Some(19), Some(18)));
    assert_eq!((found.again_on, &found.trial.missing[..]), (in_days(57), &[][..]));
    let nurse = nurse().days_later(43).knowing(knowing(&NO_BETTER, Some(93), 43));
    refused(raised(), nurse.asks(assess(ResponseDecision::Switch)), Error::NotAPrescriber);
}

#[test]
fn what_is_missing_is_kept_with_the_decision_and_stops_nobody() {
    let with = |scores: &[(i64, u16)], percent| {
        let asked = psychiatrist().days_later(43).knowing(knowing(scores, percent, 43));
        let events = accepted(raised(), asked.asks(assess(ResponseDecision::Increase)));
        let trial = assessment(&events).trial.clone();
        (trial.outcome, trial.missing)
    };
    assert_eq!(with(&[(42, 18)], Some(93)), (Outcome::NotJudged, vec![Missing::NoBaseline]));
    assert_eq!(with(&[(0, 18)], Some(93)), (Outcome::NotJudged, vec![Missing::NoScoreSince]));
    assert_eq!(with(&NO_BETTER, None), (Outcome::NoResponse, vec![Missing::AdherenceUnknown]));
    assert_eq!(with(&NO_BETTER, Some(60)), (Outcome::AdherenceFirst, vec![]));
    let unread = psychiatrist().days_later(43).knowing(|facts| facts.scales = None);
    let unread = unread.asks(assess(ResponseDecision::Increase));
    refused(raised(), unread, Error::FactsMissing);
}

#[test]
fn a_hold_breaks_the_weeks_of_a_trial() {
    let held = after(raised(), [psychiatrist().days_later(20).asks(hold(1))]);
    let resumed = after(held, [psychiatrist().days_later(30).asks(resume(1))]);
    let events = accepted(resumed, after_six_weeks(ResponseDecision::Increase));
    assert_eq!(assessment(&events).trial.missing, [Missing::NoScoreSince]);
    assert_eq!(assessment(&events).trial.due_on, in_days(72));
}

#[test]
fn waiting_ends_on_a_day_to_come_and_not_too_late() {
    let until = |days| after_six_weeks(ResponseDecision::Wait { until: in_days(days) });
    let range = || ResponseError::WaitOutOfRange { most_days: 84 }.into();
    refused(raised(), until(43), range());
    refused(raised(), until(43 + 85), range());
    assert_eq!(assessment(&accepted(raised(), until(70))).again_on, in_days(70));
}

#[test]
fn a_drug_without_a_rule_has_no_trial_to_assess() {
    let order = NewOrder { indication: condition("opioid-use-disorder"), ..order(1, "sertraline") };
    let other = after(prepared(&["sertraline"]), [psychiatrist().prescribes(order)]);
    refused(other, after_six_weeks(ResponseDecision::Increase), ResponseError::NoTrial.into());
}

fn ineffective(days: i64) -> Asked {
    psychiatrist().days_later(days).asks(Command::Stop {
        order: order_id(1),
        reason: StopReason::Ineffective,
        last_dose_at: None,
        abrupt_because: None,
    })
}

#[test]
fn what_ends_for_want_of_response_cites_a_trial_that_failed() {
    let not_assessed = || ResponseError::NotAssessed.into();
    refused(raised(), ineffective(44), not_assessed());
    let increased = after(raised(), [after_six_weeks(ResponseDecision::Increase)]);
    refused(increased, ineffective(44), not_assessed());
    let untaken = psychiatrist().days_later(43).knowing(knowing(&NO_BETTER, Some(60), 43));
    let first = after(raised(), [untaken.asks(assess(ResponseDecision::Stop))]);
    refused(first, ineffective(44), not_assessed());
    let failed = after(raised(), [after_six_weeks(ResponseDecision::Stop)]);
    let events = accepted(failed, ineffective(44));
    let at = noon().plus_days(43);
    assert!(matches!(&events[0], Event::MedicationStopped { assessed_at: Some(cited), .. } if *cited == at));
    // Any other reason ends it as ever, and where no row says what a trial is, nothing can be cited.
    accepted(raised(), psychiatrist().days_later(44).asks(stop(1)));
    let order = NewOrder { indication: condition("opioid-use-disorder"), ..order(1, "sertraline") };
    let other = after(prepared(&["sertraline"]), [psychiatrist().prescribes(order)]);
    accepted(other, ineffective(44));
}

#[test]
fn a_switch_after_a_trial_that_failed_cites_it() {
    let switch = |days: i64| {
        let start = in_days(days);
        psychiatrist().days_later(days).asks(Command::Switch(Box::new(Switch {
            from: order_id(1),
            to: NewOrder { start_on: start, ..order(2, "mirtazapine") },
            overlap_until: start,
            taper: Vec::new(),
            reason: words("No response"),
        })))
    };
    let cited = |events: &[Event]| {
        events.iter().find_map(|event| {
            let Event::MedicationSwitched { assessed_at, .. } = event else { return None };
            Some(*assessed_at)
        })
    };
    let warned = after(raised(), [warned("mirtazapine")]);
    assert_eq!(cited(&accepted(warned.clone(), switch(44))), Some(None));
    let failed = after(warned, [after_six_weeks(ResponseDecision::Switch)]);
    assert_eq!(cited(&accepted(failed, switch(44))), Some(Some(noon().plus_days(43))));
}
