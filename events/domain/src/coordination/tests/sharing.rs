use concord_kernel::{Day, Purpose};

use super::*;
use crate::PlanFacts;
use crate::testing::this_stay;
use SharedPart::{Medications, Plan, SubstanceUse};

pub(super) fn share(recipient: u128, parts: &[SharedPart]) -> Command {
    Command::SharePlan { episode: this_stay(), recipient: person(recipient), parts: parts.to_vec() }
}

/// A member who has the plan before them, whose third version was agreed.
fn planner(n: u128) -> By {
    let mut by = member(n);
    by.0.facts.plan = Some(PlanFacts { agreed_version: Some(3), ..PlanFacts::default() });
    by
}

fn shared(recipient: u128, parts: &[SharedPart], basis: SharingBasis) -> Event {
    Event::PlanShared {
        episode: this_stay(),
        version: 3,
        recipient: person(recipient),
        role: role_of(recipient),
        parts: parts.to_vec(),
        basis,
    }
}

fn day(days: i64) -> Day {
    noon().plus_days(days).day()
}

fn signs(recipient: u128, parts: &[SharedPart], signed: i64, expires: i64) -> Command {
    Command::RecordSharingConsent {
        recipient: person(recipient),
        parts: parts.to_vec(),
        signed_on: day(signed),
        expires_on: day(expires),
    }
}

pub(super) fn signed(recipient: u128, parts: &[SharedPart], expires: i64) -> Event {
    Event::SharingConsentRecorded {
        recipient: person(recipient),
        parts: parts.to_vec(),
        signed_on: day(-1),
        expires_on: day(expires),
    }
}

#[test]
fn within_the_program_the_agreed_plan_is_passed_on_without_more() {
    let parts = [Plan, SubstanceUse];
    happens(
        vec![],
        planner(THERAPIST),
        share(NURSE, &parts),
        vec![shared(NURSE, &parts, SharingBasis::Program)],
    );
}

#[test]
fn outside_the_program_the_patients_consent_decides_what_is_passed_on() {
    let by = || planner(THERAPIST);
    refused(vec![], by(), share(PRIMARY_CARE, &[Plan]), Error::ConsentToShareRequired);
    let given = || vec![signed(PRIMARY_CARE, &[Plan, Medications], 90)];
    let then = shared(PRIMARY_CARE, &[Medications], SharingBasis::Consent);
    happens(given(), by(), share(PRIMARY_CARE, &[Medications]), vec![then]);
    refused(given(), by(), share(PRIMARY_CARE, &[Plan, SubstanceUse]), Error::ConsentDoesNotCover);
    // It names one person, not a practice.
    refused(given(), by(), share(CARDIOLOGIST, &[Plan]), Error::ConsentToShareRequired);
}

#[test]
fn a_consent_ends_with_its_last_day_and_when_it_is_taken_back() {
    let until_today = || vec![signed(PRIMARY_CARE, &[Plan], 0)];
    let then = shared(PRIMARY_CARE, &[Plan], SharingBasis::Consent);
    happens(until_today(), planner(NURSE), share(PRIMARY_CARE, &[Plan]), vec![then]);
    let yesterday = vec![signed(PRIMARY_CARE, &[Plan], -1)];
    refused(yesterday, planner(NURSE), share(PRIMARY_CARE, &[Plan]), Error::ConsentToShareExpired);

    let revoke = || Command::RevokeSharingConsent { recipient: person(PRIMARY_CARE) };
    let revoked = || Event::SharingConsentRevoked { recipient: person(PRIMARY_CARE) };
    let patient = || by_person(Role::Patient, 0xADA);
    happens(until_today(), patient(), revoke(), vec![revoked()]);
    let after = || [until_today(), vec![revoked()]].concat();
    refused(after(), planner(NURSE), share(PRIMARY_CARE, &[Plan]), Error::ConsentToShareRequired);
    refused(after(), patient(), revoke(), Error::NoConsent);
}

#[test]
fn whoever_is_named_may_have_what_was_signed_until_its_last_day_or_until_it_is_taken_back() {
    let state = |events: Vec<Event>| {
        events.into_iter().fold(Coordination::default(), |mut state, event| {
            state.fold(event);
            state
        })
    };
    let given = || vec![signed(PRIMARY_CARE, &[Plan, Medications], 0)];
    let shared = |events, whom, today| state(events).shared_with(person(whom), day(today));
    assert_eq!(shared(given(), PRIMARY_CARE, 0), [Plan, Medications].into());
    assert_eq!(shared(given(), PRIMARY_CARE, 1), [].into());
    assert_eq!(shared(given(), CARDIOLOGIST, 0), [].into());
    let revoked = Event::SharingConsentRevoked { recipient: person(PRIMARY_CARE) };
    assert_eq!(shared([given(), vec![revoked]].concat(), PRIMARY_CARE, 0), [].into());
}

#[test]
fn an_emergency_stands_above_a_missing_consent() {
    let mut by = planner(NURSE);
    by.0.purpose = Purpose::Emergency;
    let then = shared(CARDIOLOGIST, &[Medications], SharingBasis::Emergency);
    happens(vec![], by, share(CARDIOLOGIST, &[Medications]), vec![then]);
}

#[test]
fn a_draft_is_nobodys_plan_yet() {
    let mut by = member(THERAPIST);
    refused(vec![], by.clone(), share(NURSE, &[Plan]), Error::FactsMissing);
    by.0.facts.plan = Some(PlanFacts::default());
    refused(vec![], by, share(NURSE, &[Plan]), Error::PlanNotAgreed);
}

#[test]
fn a_plan_goes_to_those_who_treat_and_says_what_goes_with_it() {
    refused(vec![], planner(NURSE), share(STRANGER, &[Plan]), Error::RecipientNotOnCareTeam);
    let family = Error::RecipientNotTreating { role: Role::Family };
    refused(vec![], planner(NURSE), share(SISTER, &[Plan]), family);
    refused(vec![], planner(NURSE), share(DOCTOR, &[]), Error::NoPart);
    refused(vec![], planner(NURSE), share(DOCTOR, &[Plan, Plan]), Error::PartRepeated);
}

#[test]
fn a_consent_names_somebody_outside_and_the_days_on_which_it_holds() {
    let patient = || by_person(Role::Patient, 0xADA).knowing(team());
    let parts = [Plan, Medications];
    happens(vec![], patient(), signs(PRIMARY_CARE, &parts, -1, 90), vec![signed(PRIMARY_CARE, &parts, 90)]);
    // The day may have begun already where the patient lives.
    let tomorrow = coordination(vec![]).when(patient().asks(signs(PRIMARY_CARE, &parts, 1, 90)));
    assert!(tomorrow.inspect_result().is_ok());
    for (command, refusal) in [
        (signs(NURSE, &parts, -1, 90), Error::ConsentNotNeeded),
        (signs(STRANGER, &parts, -1, 90), Error::RecipientNotOnCareTeam),
        (signs(PRIMARY_CARE, &[], -1, 90), Error::NoPart),
        (signs(PRIMARY_CARE, &[Plan, Plan], -1, 90), Error::PartRepeated),
        (signs(PRIMARY_CARE, &parts, 2, 90), Error::SignedInFuture),
        (signs(PRIMARY_CARE, &parts, -9, -1), Error::ConsentEnded),
        (signs(PRIMARY_CARE, &parts, 1, 0), Error::ConsentEnded),
    ] {
        refused(vec![], patient(), command, refusal);
    }
}
