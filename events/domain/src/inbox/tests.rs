//! The rules of the inbox, one test each.

use concord_kernel::{ContributionId, OrganisationId, PersonId, Role};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::testing::{by, by_person, text, uuid};

fn inbox(given: Vec<Event>) -> AggregateTestExecutor<Inbox> {
    TestFramework::with(()).given(given)
}

fn id(n: u128) -> ContributionId {
    ContributionId::new(uuid(n))
}

/// What a clinic tells of a medication.
pub(crate) fn told() -> Contribution {
    Contribution {
        organisation: OrganisationId::parse("riverside").unwrap(),
        topic: Topic::OutsideMedication,
        medication: Some(text("oxycodone 5 mg")),
        summary: text("begun after the fracture, ten tablets"),
    }
}

fn receive(told: Contribution) -> Command {
    Command::Receive { contribution: id(1), told: Box::new(told) }
}

fn received(n: u128) -> Event {
    Event::ContributionReceived { contribution: id(n), told: Box::new(told()) }
}

fn review() -> Command {
    Command::Review { contribution: id(1), outcome: Outcome::TakenOver, note: text("on the chart") }
}

fn reviewed(by: u128) -> Event {
    Event::ContributionReviewed {
        contribution: id(1),
        outcome: Outcome::TakenOver,
        note: text("on the chart"),
        by: PersonId::new(uuid(by)),
    }
}

#[test]
fn what_a_partner_tells_waits_until_it_is_reviewed_once() {
    inbox(vec![]).when(by(Role::Partner).asks(receive(told()))).then_expect_events(vec![received(1)]);
    inbox(vec![received(1)])
        .when(by_person(Role::Nurse, 4).asks(review()))
        .then_expect_events(vec![reviewed(4)]);
    inbox(vec![received(1), reviewed(4)])
        .when(by(Role::Nurse).asks(review()))
        .then_expect_error(Error::Reviewed);
    inbox(vec![]).when(by(Role::Nurse).asks(review())).then_expect_error(Error::Unknown);
    inbox(vec![received(1)]).when(by(Role::Partner).asks(receive(told()))).then_expect_error(Error::Used);
}

#[test]
fn a_medication_is_named() {
    let nameless = Contribution { medication: None, ..told() };
    inbox(vec![]).when(by(Role::Partner).asks(receive(nameless))).then_expect_error(Error::MedicationMissing);
}

#[test]
fn a_partner_cannot_fill_the_record() {
    let waiting: Vec<_> = (10..110).map(received).collect();
    inbox(waiting).when(by(Role::Partner).asks(receive(told()))).then_expect_error(Error::Full { most: 100 });
}

#[test]
fn partners_contribute_and_staff_reviews() {
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Partner) {
        inbox(vec![])
            .when(by(role).asks(receive(told())))
            .then_expect_error(Error::RoleNotPermitted { role });
    }
    let role = Role::Partner;
    inbox(vec![received(1)])
        .when(by(role).asks(review()))
        .then_expect_error(Error::RoleNotPermitted { role });
}
