//! Goals and what serves them.

use concord_kernel::Role;

use super::super::*;
use super::said::*;
use crate::testing::{going_on, noon, text};

#[test]
fn a_goal_is_added_under_the_next_version() {
    plan(vec![drafted()]).when(as_(Role::CaseManager, add(1))).then_expect_events(vec![added(1, 2)]);
    plan(with_a_goal()).when(doctor(add(2))).then_expect_events(vec![added(2, 3)]);
}

#[test]
fn a_goal_identifier_is_never_used_again() {
    for given in [with_a_goal(), [with_a_goal(), vec![given_up(1, 3)]].concat()] {
        plan(given).when(doctor(add(1))).then_expect_error(Error::GoalIdUsed);
    }
}

#[test]
fn a_patient_works_on_few_goals_at_a_time() {
    let full = || std::iter::once(drafted()).chain((1..=12).map(|n| added(n, 2))).collect::<Vec<_>>();
    plan(full()).when(doctor(add(13))).then_expect_error(Error::TooManyGoals { most: 12 });
    plan(full()).and(vec![met(1)]).when(doctor(add(13))).then_expect_events(vec![added(13, 3)]);
}

#[test]
fn a_target_day_lies_ahead() {
    let by = |days| Command::AddGoal {
        goal: goal(1),
        statement: text("walk the dog"),
        target_on: Some(noon().plus_days(days).day()),
    };
    plan(vec![drafted()]).when(doctor(by(-2))).then_expect_error(Error::DayPassed);
    for ahead in [-1, 0, 30] {
        let added = Event::GoalAdded {
            goal: goal(1),
            version: 2,
            statement: text("walk the dog"),
            target_on: Some(noon().plus_days(ahead).day()),
        };
        plan(vec![drafted()]).when(doctor(by(ahead))).then_expect_events(vec![added]);
    }
}

#[test]
fn a_goal_is_met_or_given_up_once() {
    plan(with_a_goal()).when(as_(Role::Nurse, meet(1))).then_expect_events(vec![met(1)]);
    plan(with_a_goal()).when(as_(Role::Therapist, give_up(1))).then_expect_events(vec![given_up(1, 3)]);
    for closed in [met(1), given_up(1, 3)] {
        for command in [meet(1), give_up(1), link(1, 1), arrange(1, 1)] {
            plan(with_a_goal())
                .and(vec![closed.clone()])
                .when(doctor(command))
                .then_expect_error(Error::GoalClosed);
        }
    }
}

#[test]
fn nothing_is_said_of_a_goal_that_was_never_set() {
    for command in [meet(7), give_up(7), link(7, 1), arrange(1, 7)] {
        plan(with_a_goal()).when(doctor(command)).then_expect_error(Error::UnknownGoal);
    }
}

#[test]
fn a_goal_is_linked_to_an_order_that_is_taken() {
    plan(with_a_goal()).when(as_(Role::Therapist, link(1, 1))).then_expect_events(vec![linked(1, 1)]);
    plan(with_a_goal()).when(doctor(link(1, 2))).then_expect_error(Error::OrderStopped);
    plan(with_a_goal()).when(doctor(link(1, 3))).then_expect_error(Error::UnknownOrder);
}

#[test]
fn a_link_is_not_made_without_a_look_at_the_chart() {
    plan(with_a_goal())
        .when(somebody(Role::Psychiatrist).knowing(going_on()).asks_in_stay(link(1, 1)))
        .then_expect_error(Error::FactsMissing);
}

#[test]
fn a_link_is_made_once_and_links_have_a_limit() {
    plan(with_a_goal())
        .and(vec![linked(1, 1)])
        .when(doctor(link(1, 1)))
        .then_expect_error(Error::AlreadyLinked);
    let full = (100..116).map(|n| linked(1, n)).collect();
    plan(with_a_goal())
        .and(full)
        .when(doctor(link(1, 1)))
        .then_expect_error(Error::TooManyLinks { most: 16 });
}

#[test]
fn support_serves_a_goal_of_the_plan() {
    plan(with_a_goal()).when(as_(Role::CaseManager, arrange(1, 1))).then_expect_events(vec![arranged(1, 1)]);
    plan(with_a_goal())
        .and(vec![arranged(1, 1)])
        .when(doctor(arrange(1, 1)))
        .then_expect_error(Error::SupportIdUsed);
    let full = (1..=12).map(|n| arranged(n, 1)).collect::<Vec<_>>();
    plan(with_a_goal())
        .and(full)
        .when(doctor(arrange(13, 1)))
        .then_expect_error(Error::TooManySupports { most: 12 });
    let late = Command::PlanSupport {
        support: support(1),
        goal: goal(1),
        kind: SupportKind::Housing,
        what: text("a room"),
        due_on: noon().plus_days(-2).day(),
    };
    plan(with_a_goal()).when(doctor(late)).then_expect_error(Error::DayPassed);
}

#[test]
fn something_becomes_of_support_once() {
    let given = || [with_a_goal(), vec![arranged(1, 1)]].concat();
    plan(given()).when(as_(Role::CaseManager, finish(1))).then_expect_events(vec![finished(1)]);
    plan(given())
        .and(vec![finished(1)])
        .when(doctor(finish(1)))
        .then_expect_error(Error::SupportAlreadyFinished);
    plan(given()).when(doctor(finish(2))).then_expect_error(Error::UnknownSupport);
}
