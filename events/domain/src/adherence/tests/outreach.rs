//! Reaching out to whoever stays away.

use std::time::Duration;

use concord_kernel::{Instant, Role, VisitId};
use concord_knowledge::{RuleId, Ruleset};

use super::super::*;
use super::said::*;
use crate::testing::{By, going_on, noon, stay_in, text, this_stay, uuid};
use crate::{Facts, MissedVisits, VisitFacts, episode};

fn visit(n: u128) -> VisitId {
    VisitId::new(uuid(n))
}

/// The service, while visits 1 to `n` were missed.
fn timer(n: u32) -> By {
    let run = MissedVisits { first: visit(1), last: visit(u128::from(n)), in_a_row: n };
    knowing((n > 0).then_some(run))
}

fn knowing(missed: Option<MissedVisits>) -> By {
    let visits = VisitFacts { missed, ..VisitFacts::default() };
    let facts = Facts { chart: Some(chart()), visits: Some(visits), ..going_on() };
    as_(Role::Service).knowing(facts)
}

fn open(n: u128) -> Command {
    Command::OpenOutreach { visit: visit(n) }
}

fn due(n: u32) -> Event {
    Event::OutreachDue {
        episode: this_stay().id,
        first: visit(1),
        visit: visit(u128::from(n)),
        in_a_row: n,
        rule: RuleId::parse("outreach.clozapine").unwrap(),
        act_by: hours(24),
        ruleset: Ruleset::embedded().version().clone(),
    }
}

fn hours(hours: u64) -> Instant {
    noon().plus(Duration::from_hours(hours))
}

fn outcome(outcome: OutreachOutcome) -> Command {
    Command::RecordOutreach { outcome, note: text("called twice, then his sister") }
}

fn breach(because: OutreachCause) -> Command {
    Command::BreachOutreach { because }
}

#[test]
fn two_visits_missed_in_a_row_have_somebody_reach_out_as_soon_as_what_is_taken_asks() {
    given(vec![]).when(timer(2).asks_in_stay(open(2))).then_expect_events(vec![due(2)]);
    given(vec![]).when(timer(1).asks_in_stay(open(1))).then_expect_error(Error::OutreachNotCalledFor);
    given(vec![]).when(timer(0).asks_in_stay(open(2))).then_expect_error(Error::OutreachNotCalledFor);
    // A timer that wakes up late names a visit that is not the last any more.
    given(vec![]).when(timer(3).asks_in_stay(open(2))).then_expect_error(Error::OutreachNotCalledFor);
    let nurse = timer(2).0;
    let nurse = as_(Role::Nurse).knowing(nurse.facts).asks_in_stay(open(2));
    given(vec![]).when(nurse).then_expect_error(Error::NotATimer);
    let unread = as_(Role::Service).asks_in_stay(open(2));
    given(vec![]).when(unread).then_expect_error(Error::FactsMissing);
}

#[test]
fn one_run_of_missed_visits_has_one_outreach_and_another_run_another() {
    given(vec![due(2)]).when(timer(3).asks_in_stay(open(3))).then_expect_error(Error::OutreachAlreadyDue);
    let reached = after(vec![due(2)], asks(Role::CaseManager, outcome(OutreachOutcome::Reached)));
    given(reached).when(timer(3).asks_in_stay(open(3))).then_expect_events(vec![due(3)]);
    let another = MissedVisits { first: visit(7), last: visit(8), in_a_row: 2 };
    let asked = knowing(Some(another)).asks_in_stay(open(8));
    let events = given(vec![due(2)]).when(asked).inspect_result().unwrap();
    assert!(matches!(&events[..], [Event::OutreachDue { first, .. }] if *first == visit(7)));
}

#[test]
fn whoever_was_not_reached_stays_to_be_reached_and_lateness_is_said() {
    let record = |at, word| as_(Role::Therapist).at(at).asks_in_stay(outcome(word));
    let was = |word, late| Event::OutreachRecorded {
        outcome: word,
        note: text("called twice, then his sister"),
        late,
    };
    given(vec![]).when(record(noon(), OutreachOutcome::Reached)).then_expect_error(Error::OutreachNotDue);
    let tried = vec![due(2), was(OutreachOutcome::NotReached, false)];
    given(vec![due(2)])
        .when(record(hours(24), OutreachOutcome::NotReached))
        .then_expect_events(vec![was(OutreachOutcome::NotReached, false)]);
    for word in [OutreachOutcome::Reached, OutreachOutcome::Declined, OutreachOutcome::HandedOn] {
        given(tried.clone()).when(record(hours(25), word)).then_expect_events(vec![was(word, true)]);
        let done = [tried.clone(), vec![was(word, true)]].concat();
        given(done).when(record(hours(26), word)).then_expect_error(Error::OutreachNotDue);
    }
    let family = asks(Role::Family, outcome(OutreachOutcome::Reached));
    given(tried).when(family).then_expect_error(Error::RoleNotPermitted { role: Role::Family });
}

#[test]
fn somebody_lost_may_be_found_after_the_stay() {
    let mut stay = stay_in(episode::Stage::Closed);
    stay.ended.extend(stay.open.take());
    let facts = Facts { episode: Some(stay), ..Facts::default() };
    let found = as_(Role::CaseManager).knowing(facts).asks_in_stay(outcome(OutreachOutcome::Reached));
    assert!(given(vec![due(2)]).when(found).inspect_result().is_ok());
}

#[test]
fn a_deadline_that_passes_is_recorded_once_and_not_for_whoever_came() {
    let because = OutreachCause::MissedVisits;
    let asks = |by: By, at| by.at(at).asks_in_stay(breach(because));
    let breached = Event::OutreachBreached { because, act_by: hours(24) };
    given(vec![due(2)]).when(asks(timer(2), hours(24))).then_expect_error(Error::DeadlineNotPassed);
    given(vec![due(2)]).when(asks(timer(2), hours(25))).then_expect_events(vec![breached.clone()]);
    given(vec![due(2)]).when(asks(timer(0), hours(25))).then_expect_error(Error::OutreachNotDue);
    given(vec![]).when(asks(timer(2), hours(25))).then_expect_error(Error::OutreachNotDue);
    given(vec![due(2), breached]).when(asks(timer(2), hours(26))).then_expect_error(Error::AlreadyBreached);
    let nurse = as_(Role::Nurse).at(hours(25)).asks_in_stay(breach(because));
    given(vec![due(2)]).when(nurse).then_expect_error(Error::NotATimer);
}

#[test]
fn low_adherence_is_reached_out_for_in_the_same_way_and_a_check_in_answers_it() {
    let measured = Event::AdherenceMeasured {
        from: noon().plus_days(-14).day(),
        to: noon().plus_days(-1).day(),
        lines: Vec::new(),
        percent: Some(30),
        outreach_by: Some(hours(48)),
        ruleset: Ruleset::embedded().version().clone(),
    };
    let because = OutreachCause::LowAdherence;
    let late = || timer(0).at(hours(49)).asks_in_stay(breach(because));
    let breached = Event::OutreachBreached { because, act_by: hours(48) };
    given(vec![measured.clone()]).when(late()).then_expect_events(vec![breached]);
    let checked_in = after(vec![measured], asks(Role::Patient, check_in(1, Doing::SoSo, false)));
    given(checked_in).when(late()).then_expect_error(Error::OutreachNotDue);
    let still_missing = after(vec![due(2)], asks(Role::Patient, check_in(1, Doing::SoSo, false)));
    let breach = timer(2).at(hours(25)).asks_in_stay(breach(OutreachCause::MissedVisits));
    assert!(given(still_missing).when(breach).inspect_result().is_ok(), "a word is no visit");
}
