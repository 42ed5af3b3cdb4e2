//! The rules of the rights to sign, one test each.

use concord_kernel::{PersonId, Role, Schedule, SigningRightId};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::prescription::{Factor, FactorKind, NotShown};
use crate::testing::{By, by_person, noon, text, uuid};

const DIRECTOR: u128 = 0xD1;
const REGISTRANT: u128 = 0xD2;
const PRESCRIBER: u128 = 0xD3;

fn program(given: Vec<Event>) -> AggregateTestExecutor<SigningRights> {
    TestFramework::with(()).given(given)
}

fn director() -> By {
    by_person(Role::Director, DIRECTOR)
}

/// Somebody who is registered with the DEA for schedule IV.
fn registrant(person: u128) -> By {
    let mut by = by_person(Role::Psychiatrist, person);
    by.0.actor.credentials.schedules = vec![Schedule::IV];
    by
}

fn right(n: u128) -> SigningRightId {
    SigningRightId::new(uuid(n))
}

fn prescriber() -> PersonId {
    PersonId::new(uuid(PRESCRIBER))
}

fn proposes(n: u128) -> Command {
    Command::Propose {
        right: right(n),
        prescriber: prescriber(),
        schedules: vec![Schedule::III, Schedule::IV],
        registered_until: noon().plus_days(30).day(),
    }
}

fn factor(kind: FactorKind) -> Factor {
    Factor { kind, verified_at: noon(), evidence: text("session 1") }
}

fn confirms(n: u128) -> Command {
    let factors = vec![factor(FactorKind::Knowledge), factor(FactorKind::HardToken)];
    Command::Confirm { right: right(n), factors }
}

fn revokes(n: u128) -> Command {
    Command::Revoke { right: right(n), cause: Cause::FactorCompromised, note: text("the token was stolen") }
}

/// What is recorded when each does their part, one after the other.
fn history(done: impl IntoIterator<Item = (By, Command)>) -> Vec<Event> {
    let mut given = Vec::new();
    for (by, command) in done {
        given.extend(program(given.clone()).when(by.asks(command)).inspect_result().unwrap());
    }
    given
}

fn granted() -> Vec<Event> {
    history([(director(), proposes(1)), (registrant(REGISTRANT), confirms(1))])
}

fn in_force(events: Vec<Event>) -> Option<InForce> {
    let mut rights = SigningRights::default();
    for event in events {
        rights.fold(event);
    }
    rights.in_force().remove(&prescriber())
}

#[test]
fn a_right_takes_a_proposal_and_a_registrant_and_is_in_force_from_then() {
    let proposed = history([(director(), proposes(1))]);
    assert_eq!(in_force(proposed), None, "one person gives no right");
    let right = in_force(granted()).unwrap();
    let (last, after) = (noon().plus_days(30).day(), noon().plus_days(31).day());
    assert!(right.covers(Schedule::III, last) && right.covers(Schedule::IV, last));
    assert!(!right.covers(Schedule::II, last), "what was not proposed");
    assert!(!right.covers(Schedule::IV, after), "the registration has ended");
}

#[test]
fn a_program_with_one_registrant_has_them_confirm_their_own_right() {
    let given = history([(director(), proposes(1)), (registrant(PRESCRIBER), confirms(1))]);
    assert!(in_force(given).is_some());
}

#[test]
fn no_role_does_both_parts_and_no_other_role_does_one() {
    for role in Role::ALL {
        let proposed = program(vec![]).when(by_person(role, 9).asks(proposes(1))).inspect_result();
        assert_eq!(proposed.is_ok(), role == Role::Director, "{role}");
        let given = history([(director(), proposes(1))]);
        let confirmed = program(given).when(by_person(role, 9).asks(confirms(1))).inspect_result();
        assert_eq!(confirmed == Err(Error::RoleNotPermitted { role }), !role.prescribes(), "{role}");
        let revoked = program(granted()).when(by_person(role, 9).asks(revokes(1))).inspect_result();
        assert_eq!(revoked.is_ok(), role == Role::Director || role.prescribes(), "{role}");
    }
}

#[test]
fn one_person_in_two_roles_is_one_person() {
    program(vec![])
        .when(by_person(Role::Director, PRESCRIBER).asks(proposes(1)))
        .then_expect_error(Error::OnePerson);
    program(history([(director(), proposes(1))]))
        .when(registrant(DIRECTOR).asks(confirms(1)))
        .then_expect_error(Error::OnePerson);
}

#[test]
fn whoever_confirms_is_registered_and_shows_two_kinds_of_factors_fresh_ones() {
    let with = |by: By, factors: Vec<Factor>| {
        let command = Command::Confirm { right: right(1), factors };
        program(history([(director(), proposes(1))])).when(by.asks(command)).inspect_result().unwrap_err()
    };
    let two = || vec![factor(FactorKind::Biometric), factor(FactorKind::HardToken)];
    assert_eq!(with(by_person(Role::Pmhnp, REGISTRANT), two()), Error::NotRegistered);
    let doctor = || registrant(REGISTRANT);
    let missing = Error::NotShown(NotShown::Missing { least: 2 });
    assert_eq!(with(doctor(), vec![]), missing);
    assert_eq!(with(doctor(), vec![factor(FactorKind::HardToken); 2]), missing);
    let later = doctor().at(noon().plus(std::time::Duration::from_secs(5 * 60 + 1)));
    assert_eq!(with(later, two()), Error::NotShown(NotShown::TooOld { most_minutes: 5 }));
}

#[test]
fn it_ends_at_once_when_it_is_revoked_and_for_good() {
    let given =
        history([(director(), proposes(1)), (registrant(REGISTRANT), confirms(1)), (director(), revokes(1))]);
    assert_eq!(in_force(given.clone()), None);
    program(given.clone()).when(director().asks(revokes(1))).then_expect_error(Error::Ended);
    program(given).when(registrant(REGISTRANT).asks(confirms(1))).then_expect_error(Error::Ended);
}

#[test]
fn a_proposal_that_is_withdrawn_gives_no_right() {
    let given = history([(director(), proposes(1)), (registrant(REGISTRANT), revokes(1))]);
    program(given).when(registrant(REGISTRANT).asks(confirms(1))).then_expect_error(Error::Ended);
}

#[test]
fn another_right_of_the_same_prescriber_takes_the_place_of_the_first() {
    let mut given = granted();
    let renewed = Command::Propose {
        right: right(2),
        prescriber: prescriber(),
        schedules: vec![Schedule::II],
        registered_until: noon().plus_days(1_000).day(),
    };
    for (by, command) in [(director(), renewed), (registrant(REGISTRANT), confirms(2))] {
        given.extend(program(given.clone()).when(by.asks(command)).inspect_result().unwrap());
    }
    let ended = given.iter().any(|event| {
        matches!(event, Event::SigningRightRevoked { right: ended, cause: Cause::Replaced, .. } if *ended == right(1))
    });
    assert!(ended, "{given:?}");
    assert_eq!(in_force(given.clone()).unwrap().schedules, [Schedule::II]);
    given.extend(program(given.clone()).when(director().asks(revokes(2))).inspect_result().unwrap());
    assert_eq!(in_force(given), None, "whoever revokes it leaves none behind");
}

#[test]
fn what_is_out_of_place_is_refused() {
    let proposed = || history([(director(), proposes(1))]);
    program(proposed()).when(director().asks(proposes(1))).then_expect_error(Error::IdUsed);
    program(proposed()).when(director().asks(proposes(2))).then_expect_error(Error::Waits);
    program(proposed()).when(director().asks(revokes(2))).then_expect_error(Error::Unknown);
    program(vec![]).when(registrant(REGISTRANT).asks(confirms(1))).then_expect_error(Error::Unknown);
    program(granted()).when(registrant(REGISTRANT).asks(confirms(1))).then_expect_error(Error::Granted);
    let late = || noon().plus_days(31);
    program(vec![])
        .when(director().at(late()).asks(proposes(1)))
        .then_expect_error(Error::RegistrationPassed);
    program(proposed())
        .when(registrant(REGISTRANT).at(late()).asks(confirms(1)))
        .then_expect_error(Error::RegistrationPassed);
}
