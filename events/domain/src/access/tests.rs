//! The rules of emergency access, one test each.

use concord_kernel::{GlassId, PersonId, Purpose, Role};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::Explain;
use crate::testing::{by, text, uuid};

fn record(given: Vec<Event>) -> AggregateTestExecutor<Access> {
    TestFramework::with(()).given(given)
}

fn glass(n: u128) -> GlassId {
    GlassId::new(uuid(n))
}

fn asks() -> Command {
    Command::Break { glass: glass(1), reason: text("found unresponsive; no one of the team answers") }
}

fn review(n: u128) -> Command {
    Command::Review { glass: glass(n), finding: Finding::Justified, note: text("overdose on the ward") }
}

/// What is recorded when `role` breaks the glass now.
fn broken(role: Role) -> Vec<Event> {
    record(vec![]).when(by(role).asks(asks())).inspect_result().unwrap()
}

fn grant(role: Role) -> BrokenGlass {
    let Some(Event::GlassBroken(broken)) = broken(role).pop() else { unreachable!("it is recorded") };
    broken
}

#[test]
fn it_lasts_for_the_hours_and_is_reviewed_within_the_days_of_the_table() {
    let issued = by(Role::Nurse).asks(asks());
    let numbers = *issued.context.rules.deadlines();
    let broken = grant(Role::Nurse);
    assert_eq!(broken.until, issued.context.now.plus(numbers.broken_glass_lasts));
    assert_eq!(broken.review_by, issued.context.now.plus_days(numbers.broken_glass_review_days).day());
    assert_eq!((broken.by, broken.role), (issued.context.actor.id, Role::Nurse));
}

#[test]
fn it_reaches_for_one_person_in_one_role_and_ends() {
    let broken = grant(Role::Nurse);
    let (by, until) = (broken.by, broken.until);
    let mut access = Access::default();
    access.fold(Event::GlassBroken(broken));
    let before = until.plus_days(-1);
    assert_eq!(access.reach(by, Role::Nurse, before), Some(glass(1)));
    assert_eq!(access.reach(by, Role::Psychiatrist, before), None);
    assert_eq!(access.reach(PersonId::new(uuid(77)), Role::Nurse, before), None);
    assert_eq!(access.reach(by, Role::Nurse, until), None, "the end is exclusive");
    access.fold(Event::BrokenGlassReviewed {
        glass: glass(1),
        finding: Finding::Justified,
        note: text("ok"),
    });
    assert_eq!(access.reach(by, Role::Nurse, before), None, "a review ends it");
}

#[test]
fn it_is_broken_to_treat_alone() {
    for (purpose, refused) in [
        (Purpose::Treatment, false),
        (Purpose::Emergency, false),
        (Purpose::Operations, true),
        (Purpose::Payment, true),
        (Purpose::Audit, true),
        (Purpose::PatientRequest, true),
    ] {
        let mut issued = by(Role::Nurse).asks(asks());
        issued.context.purpose = purpose;
        let result = record(vec![]).when(issued).inspect_result();
        assert_eq!(result == Err(Error::NotToTreat), refused, "{purpose:?}");
    }
}

#[test]
fn whoever_reaches_the_record_breaks_nothing_again() {
    let again = Command::Break { glass: glass(2), reason: text("again") };
    record(broken(Role::Nurse)).when(by(Role::Nurse).asks(again)).then_expect_error(Error::AlreadyBroken);
    record(broken(Role::Nurse)).when(by(Role::Nurse).asks(asks())).then_expect_error(Error::GlassIdTaken);
}

#[test]
fn a_record_with_too_much_that_nobody_reviewed_waits_for_a_review() {
    let given = (110..130).map(|n| {
        Event::GlassBroken(BrokenGlass { glass: glass(n), by: PersonId::new(uuid(n)), ..grant(Role::Nurse) })
    });
    record(given.collect())
        .when(by(Role::Nurse).asks(asks()))
        .then_expect_error(Error::TooManyUnreviewed { most: 20 });
}

#[test]
fn a_use_is_recorded_while_it_lasts_by_whom_it_reaches_for() {
    let used = || Command::RecordUse { glass: glass(1), what: text("Worklist") };
    record(broken(Role::Nurse))
        .when(by(Role::Nurse).asks(used()))
        .then_expect_events(vec![Event::BrokenGlassUsed { glass: glass(1), what: text("Worklist") }]);
    record(vec![]).when(by(Role::Nurse).asks(used())).then_expect_error(Error::NotBroken);
    let mut other = by(Role::Nurse).asks(used());
    other.context.actor.id = PersonId::new(uuid(77));
    record(broken(Role::Nurse)).when(other).then_expect_error(Error::NotBroken);
    let mut late = by(Role::Nurse).asks(used());
    late.context.now = grant(Role::Nurse).until;
    record(broken(Role::Nurse)).when(late).then_expect_error(Error::NotBroken);
}

#[test]
fn another_person_reviews_it_once() {
    record(broken(Role::Nurse))
        .when(by(Role::Nurse).asks(review(1)))
        .then_expect_error(Error::ReviewOfOneself);
    let reviewer = |command| {
        let mut issued = by(Role::PrivacyOfficer).asks(command);
        issued.context.actor.id = PersonId::new(uuid(77));
        issued
    };
    let judged = record(broken(Role::Nurse)).when(reviewer(review(1))).inspect_result().unwrap();
    assert!(matches!(judged[..], [Event::BrokenGlassReviewed { finding: Finding::Justified, .. }]));
    let given = [broken(Role::Nurse), judged].concat();
    record(given).when(reviewer(review(1))).then_expect_error(Error::AlreadyReviewed);
    record(vec![]).when(reviewer(review(2))).then_expect_error(Error::NotBroken);
}

#[test]
fn a_refusal_says_what_to_do() {
    for error in [
        Error::NotToTreat,
        Error::GlassIdTaken,
        Error::AlreadyBroken,
        Error::TooManyUnreviewed { most: 1 },
        Error::NotBroken,
        Error::ReviewOfOneself,
        Error::AlreadyReviewed,
    ] {
        assert!(!error.remedy().is_empty() && error.reason().contains(['_']));
    }
}
