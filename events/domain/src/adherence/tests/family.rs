//! Family, and the patient's consent.

use concord_kernel::{ReminderId, Role};

use super::super::*;
use super::said::*;
use crate::testing::{noon, uuid};

fn allowed(shares: &[Shared]) -> Vec<Event> {
    after(vec![], asks(Role::Patient, permit(shares)))
}

#[test]
fn nobody_of_the_family_is_told_or_asked_anything_without_consent_for_it() {
    for shared in [Shared::WarningSigns, Shared::NaloxoneTraining, Shared::Appointments] {
        given(vec![]).when(asks(Role::Nurse, engage(shared))).then_expect_error(Error::FamilyNotPermitted);
        given(allowed(&[Shared::CheckIns]))
            .when(asks(Role::Nurse, engage(shared)))
            .then_expect_error(Error::FamilyNotPermitted);
        after(allowed(&[shared]), asks(Role::Nurse, engage(shared)));
    }
    let elsewhere = Command::EngageFamily {
        person: person(0xFB),
        about: Shared::CheckIns,
        note: crate::testing::text("hello"),
    };
    given(allowed(&[Shared::CheckIns]))
        .when(asks(Role::Nurse, elsewhere))
        .then_expect_error(Error::FamilyNotPermitted);
}

#[test]
fn family_report_only_what_the_patient_allows_them_to() {
    let not = || Error::FamilyNotPermitted;
    let says = check_in(1, Doing::Struggling, true);
    given(vec![]).when(asks(Role::Family, says.clone())).then_expect_error(not());
    given(allowed(&[Shared::Doses])).when(asks(Role::Family, says.clone())).then_expect_error(not());
    after(allowed(&[Shared::CheckIns]), asks(Role::Family, says));
    given(allowed(&[Shared::CheckIns])).when(asks(Role::Family, took(4, noon()))).then_expect_error(not());
    given(allowed(&[Shared::CheckIns])).when(asks(Role::Family, missed(4, noon()))).then_expect_error(not());
    after(allowed(&[Shared::Doses]), asks(Role::Family, took(4, noon())));
}

#[test]
fn a_consent_that_is_withdrawn_ends_everything_at_once() {
    let given_ = allowed(&[Shared::Reminders, Shared::CheckIns]);
    let reminded = after(given_, asks(Role::CaseManager, remind(1, Some(FATHER), Some(1))));
    let cancelled = Event::ReminderCancelled { reminder: ReminderId::new(uuid(1)) };
    let withdrawn = Event::FamilyConsentWithdrawn { person: person(FATHER) };
    given(reminded.clone())
        .when(asks(Role::Patient, withdraw()))
        .then_expect_events(vec![withdrawn, cancelled.clone()]);
    let ended = after(reminded.clone(), asks(Role::Patient, withdraw()));
    given(ended.clone())
        .when(as_(Role::Service).at(days(1)).asks_in_stay(sent(1)))
        .then_expect_error(Error::ReminderEnded);
    given(ended.clone())
        .when(asks(Role::Family, check_in(2, Doing::Well, false)))
        .then_expect_error(Error::FamilyNotPermitted);
    given(ended.clone()).when(asks(Role::Patient, withdraw())).then_expect_error(Error::FamilyNotPermitted);
    // A consent to less takes its place, and what it no longer covers ends as well.
    let less = after(reminded, asks(Role::Patient, permit(&[Shared::CheckIns])));
    assert_eq!(less.last(), Some(&cancelled));
}

#[test]
fn a_consent_ends_on_its_last_day() {
    let until = |n| Command::PermitFamily {
        person: person(FATHER),
        shares: [Shared::Reminders].into(),
        until: Some(days(n).day()),
    };
    given(vec![]).when(asks(Role::Patient, until(-1))).then_expect_error(Error::DayPassed);
    let allowed = after(vec![], asks(Role::Patient, until(2)));
    let reminded = after(allowed, asks(Role::CaseManager, remind(1, Some(FATHER), Some(1))));
    let at = |n| as_(Role::Service).at(days(n)).asks_in_stay(sent(1));
    assert!(given(reminded.clone()).when(at(2)).inspect_result().is_ok());
    given(reminded).when(at(3)).then_expect_error(Error::FamilyNotPermitted);
}

#[test]
fn a_consent_names_something_and_the_same_again_changes_nothing() {
    given(vec![]).when(asks(Role::Patient, permit(&[]))).then_expect_error(Error::NothingShared);
    given(allowed(&[Shared::Doses]))
        .when(asks(Role::Patient, permit(&[Shared::Doses])))
        .then_expect_events(vec![]);
    let permit = |n| Command::PermitFamily { person: person(n), shares: [Shared::Doses].into(), until: None };
    let many = (1..=16).fold(vec![], |so_far, n| after(so_far, asks(Role::Patient, permit(n))));
    given(many).when(asks(Role::Patient, permit(17))).then_expect_error(Error::TooManyFamily { most: 16 });
    given(vec![])
        .when(asks(Role::CaseManager, remind(1, Some(FATHER), None)))
        .then_expect_error(Error::FamilyNotPermitted);
}
