//! Doses taken and missed.

use std::time::Duration;

use concord_kernel::{Instant, Role};
use concord_knowledge::{Frequency, MissedAction};

use super::super::*;
use super::said::*;
use crate::Facts;
use crate::testing::{going_on, noon};

fn hours(n: i64) -> Instant {
    let back = |hours: i64| Duration::from_hours(u64::try_from(hours).unwrap());
    // Test times are given as hours after noon, or before it when negative.
    if n >= 0 {
        noon().plus(back(n))
    } else {
        Instant::from_micros(noon().micros() - n.abs() * 3_600_000_000).unwrap()
    }
}

/// What the rule of the drug made of the last command, if anything.
fn reached(events: &[Event]) -> Option<(MissedAction, Instant)> {
    match events.last() {
        Some(Event::MissedDosesReached { action, since, .. }) => Some((*action, *since)),
        _ => None,
    }
}

#[test]
fn a_dose_is_of_an_open_order_and_of_a_day_that_is_remembered() {
    let refused = |command: Command, error: Error| {
        given(vec![]).when(asks(Role::Patient, command)).then_expect_error(error);
    };
    given(vec![]).when(asks(Role::Patient, took(4, noon()))).then_expect_events(vec![taken(4, noon(), 1)]);
    given(vec![]).when(asks(Role::Patient, took(3, noon()))).then_expect_events(vec![taken(3, noon(), 28)]);
    let mut injection = ordered("paliperidone-lai", 117.0, Frequency::EveryDays(28));
    injection.regimen.route = concord_knowledge::Route::Intramuscular;
    let asked = as_(Role::Nurse).knowing(only(3, injection)).asks_in_stay(took(3, noon()));
    given(vec![]).when(asked).then_expect_error(Error::RecordedAsInjection);
    refused(took(9, noon()), Error::UnknownOrder);
    refused(took(5, noon()), Error::OrderStopped);
    refused(took(4, hours(1)), Error::InTheFuture);
    refused(missed(4, hours(1)), Error::InTheFuture);
    refused(took(4, days(-32)), Error::DoseTooLongAgo { most_days: 31 });
    let new = only(
        1,
        crate::OrderFacts { first_day: days(-1).day(), ..ordered("sertraline", 50.0, Frequency::Daily) },
    );
    let early = as_(Role::Patient).knowing(new).asks_in_stay(took(1, days(-2)));
    given(vec![]).when(early).then_expect_error(Error::DoseBeforeStart);
    let held = only(1, crate::OrderFacts { held: true, ..ordered("sertraline", 50.0, Frequency::Daily) });
    let none_due = as_(Role::Patient).knowing(held).asks_in_stay(missed(1, noon()));
    given(vec![]).when(none_due).then_expect_error(Error::OrderHeld);
    let unread =
        as_(Role::Patient).knowing(Facts { chart: None, ..going_on() }).asks_in_stay(took(4, noon()));
    given(vec![]).when(unread).then_expect_error(Error::FactsMissing);
}

#[test]
fn the_same_told_again_is_no_second_dose() {
    given(vec![taken(4, noon(), 1)]).when(asks(Role::Nurse, took(4, hours(-1)))).then_expect_events(vec![]);
}

#[test]
fn missed_doses_reach_the_rule_of_the_drug_and_not_a_minute_before() {
    let to_the_minute = |number: u128, after_hours: i64| {
        let last = vec![taken(number, hours(-after_hours), 1)];
        let late = after(last.clone(), asks(Role::Patient, missed(number, noon())));
        assert_eq!(late.len(), 3, "the missed dose, and what it means");
        assert!(reached(&late).is_some_and(|(_, since)| since == hours(-after_hours)));
        let in_time = vec![taken(number, hours(1 - after_hours), 1)];
        assert_eq!(reached(&after(in_time, asks(Role::Patient, missed(number, noon())))), None);
    };
    to_the_minute(1, 120);
    to_the_minute(2, 48);
    // No rule, no alarm.
    let long_ago = vec![taken(4, days(-30), 1)];
    assert_eq!(reached(&after(long_ago, asks(Role::Patient, missed(4, noon())))), None);
}

#[test]
fn without_any_dose_told_of_the_one_before_the_first_missed_counts() {
    let mut so_far = vec![];
    for (day, found) in [(-4, false), (-3, false), (-2, false), (-1, false), (0, true)] {
        so_far = after(so_far, asks(Role::Patient, missed(1, days(day))));
        assert_eq!(reached(&so_far).is_some(), found, "day {day}");
    }
    assert_eq!(reached(&so_far), Some((MissedAction::Restart, days(-5))));
    // Found once.
    let again = after(so_far, as_(Role::Patient).at(days(1)).asks_in_stay(missed(1, days(1))));
    assert!(matches!(again.last(), Some(Event::DoseMissed { .. })));
}

#[test]
fn a_day_that_nobody_told_of_is_no_missed_dose() {
    let told = vec![taken(1, days(-20), 1)];
    assert_eq!(reached(&after(told, asks(Role::Patient, took(1, noon())))), None);
}

#[test]
fn a_dose_taken_after_missed_ones_and_a_late_injection_are_found() {
    let skipped = vec![taken(2, hours(-60), 1), was_missed(2, hours(-36))];
    let late = after(skipped, asks(Role::Patient, took(2, noon())));
    assert_eq!(reached(&late), Some((MissedAction::Restart, hours(-60))));
    let late = after(vec![taken(3, days(-42), 28)], asks(Role::Nurse, took(3, noon())));
    assert_eq!(reached(&late), Some((MissedAction::Reinitiate, days(-42))));
    let in_time = after(vec![taken(3, days(-41), 28)], asks(Role::Nurse, took(3, noon())));
    assert_eq!(reached(&in_time), None);
}

fn lamotrigine_missed() -> Vec<Event> {
    after(vec![taken(1, days(-6), 1)], asks(Role::Patient, missed(1, noon())))
}

#[test]
fn a_drug_that_lost_its_tolerance_does_not_go_on_at_its_dose() {
    let prescriber = Role::Psychiatrist;
    given(lamotrigine_missed())
        .when(asks(prescriber, decide(1, MissedDecision::Continue)))
        .then_expect_error(Error::RestartNeeded { hours: 120 });
    let restarted = after(lamotrigine_missed(), asks(prescriber, decide(1, MissedDecision::Restart)));
    given(restarted.clone())
        .when(asks(prescriber, decide(1, MissedDecision::Stop)))
        .then_expect_error(Error::NothingMissed);
    // At its first dose it may go on.
    let low = only(1, ordered("lamotrigine", 25.0, Frequency::Daily));
    let asked = as_(prescriber).knowing(low).asks_in_stay(decide(1, MissedDecision::Continue));
    assert!(given(lamotrigine_missed()).when(asked).inspect_result().is_ok());
    given(vec![])
        .when(asks(prescriber, decide(1, MissedDecision::Restart)))
        .then_expect_error(Error::NothingMissed);
    // A late injection is begun again, or assessed, as its rule says.
    let late = after(vec![taken(3, days(-42), 28)], asks(Role::Nurse, took(3, noon())));
    given(late.clone())
        .when(asks(prescriber, decide(3, MissedDecision::Continue)))
        .then_expect_error(Error::RestartNeeded { hours: 1008 });
    after(late, asks(prescriber, decide(3, MissedDecision::Reinitiate)));
}

#[test]
fn the_chart_is_told_of_a_restart_until_something_else_is_decided() {
    let facts = |events: Vec<Event>| {
        let mut state = Adherence::default();
        for event in events {
            state.fold(event);
        }
        state.facts().restart_needed_since
    };
    assert_eq!(facts(lamotrigine_missed()), [(order(1), noon())].into());
    let restarted = after(lamotrigine_missed(), asks(Role::Pmhnp, decide(1, MissedDecision::Restart)));
    assert_eq!(facts(restarted.clone()), [(order(1), noon())].into(), "a decision is no lower dose");
    let stopped = after(lamotrigine_missed(), asks(Role::Pmhnp, decide(1, MissedDecision::Stop)));
    assert_eq!(facts(stopped), [].into());
    // Missed again later, it is found again.
    let taken_again = [restarted, vec![taken(1, days(1), 1)]].concat();
    let again = after(taken_again, as_(Role::Patient).at(days(7)).asks_in_stay(missed(1, days(7))));
    assert_eq!(reached(&again), Some((MissedAction::Restart, days(1))));
}
