//! The rules of an audit, one test each.

use concord_kernel::{AuditId, ErasureReason, PersonId, Role};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::testing::{By, by, noon, text, uuid};

fn audit(given: Vec<Event>) -> AggregateTestExecutor<Audit> {
    TestFramework::with(()).given(given)
}

/// A look for the program itself, from which nothing leaves it.
pub(crate) fn record() -> Record {
    Record {
        basis: Basis::Program,
        reason: text("doses that rose twice in a week"),
        recipient: text("the quality committee"),
        return_or_destroy_by: None,
        inquiry: Inquiry::Replay,
        person: None,
        after: 0,
        through: 900,
    }
}

fn asked(by: By, record: Record) -> crate::Issued<Command> {
    by.asks(Command::Record { audit: AuditId::new(uuid(3)), record })
}

#[test]
fn an_auditor_is_put_on_record_with_what_they_look_at() {
    audit(vec![])
        .when(asked(by(Role::Auditor), record()))
        .then_expect_events(vec![Event::AuditRecorded(record())]);
}

#[test]
fn nobody_else_looks_as_an_auditor() {
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Auditor) {
        audit(vec![]).when(asked(by(role), record())).then_expect_error(Error::RoleNotPermitted { role });
    }
}

#[test]
fn whoever_is_not_the_program_says_until_when_it_is_returned_or_destroyed() {
    for basis in [Basis::Government, Basis::Payer, Basis::PeerReview] {
        audit(vec![])
            .when(asked(by(Role::Auditor), Record { basis, ..record() }))
            .then_expect_error(Error::ReturnDateRequired);
    }
}

#[test]
fn the_day_of_return_is_still_to_come() {
    let by = || by(Role::Auditor);
    let today = noon().day();
    let until = |day| Record { return_or_destroy_by: Some(day), basis: Basis::Payer, ..record() };
    let yesterday = noon().plus_days(-1).day();
    audit(vec![]).when(asked(by(), until(yesterday))).then_expect_error(Error::ReturnDatePassed);
    audit(vec![])
        .when(asked(by(), until(today)))
        .then_expect_events(vec![Event::AuditRecorded(until(today))]);
}

#[test]
fn each_look_is_a_record_of_its_own() {
    audit(vec![Event::AuditRecorded(record())])
        .when(asked(by(Role::Auditor), record()))
        .then_expect_error(Error::AlreadyRecorded);
}

fn shred(by: By, approved_by: PersonId) -> crate::Issued<Command> {
    by.asks(Command::Shred { reason: ErasureReason::RetentionEnded, approved_by })
}

fn somebody_else() -> PersonId {
    PersonId::new(uuid(77))
}

fn shredded() -> Event {
    Event::SubjectShredded { reason: ErasureReason::RetentionEnded, approved_by: somebody_else() }
}

#[test]
fn a_privacy_officer_with_somebody_elses_agreement_has_a_record_destroyed() {
    audit(vec![]).when(shred(by(Role::PrivacyOfficer), somebody_else())).then_expect_events(vec![shredded()]);
}

#[test]
fn nobody_else_has_a_record_destroyed() {
    for role in Role::ALL.into_iter().filter(|role| *role != Role::PrivacyOfficer) {
        audit(vec![])
            .when(shred(by(role), somebody_else()))
            .then_expect_error(Error::NotPrivacyOfficer { role });
    }
}

#[test]
fn nobody_has_a_record_destroyed_alone() {
    let officer = by(Role::PrivacyOfficer);
    let alone = officer.0.actor.id;
    audit(vec![]).when(shred(officer, alone)).then_expect_error(Error::OnePerson);
}

#[test]
fn a_record_is_destroyed_once() {
    audit(vec![shredded()])
        .when(shred(by(Role::PrivacyOfficer), somebody_else()))
        .then_expect_error(Error::AlreadyShredded);
}
