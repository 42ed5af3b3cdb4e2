//! The rules of coordination, one test each, and one for each refusal.

mod conflicts;
mod outside;
mod sharing;

use concord_kernel::{Instant, PersonId, Role};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::testing::{By, by_person, noon, text, uuid};
use crate::{CareTeamFacts, Facts};

const DOCTOR: u128 = 0xD0;
const NURSE: u128 = 0xB0;
const THERAPIST: u128 = 0x70;
const PRIMARY_CARE: u128 = 0xF0;
const CARDIOLOGIST: u128 = 0xCA;
const SISTER: u128 = 0x51;
/// Somebody who is not on the care team.
const STRANGER: u128 = 0x99;

fn person(n: u128) -> PersonId {
    PersonId::new(uuid(n))
}

fn team() -> Facts {
    let members = [
        (DOCTOR, Role::Psychiatrist),
        (NURSE, Role::Nurse),
        (THERAPIST, Role::Therapist),
        (PRIMARY_CARE, Role::PrimaryCare),
        (CARDIOLOGIST, Role::OutsideProvider),
        (SISTER, Role::Family),
    ];
    let mut members: Vec<_> = members.into_iter().map(|(n, role)| (person(n), role)).collect();
    members.sort();
    Facts { care_team: Some(CareTeamFacts { members }), ..Facts::default() }
}

fn role_of(n: u128) -> Role {
    match n {
        DOCTOR => Role::Psychiatrist,
        NURSE => Role::Nurse,
        THERAPIST => Role::Therapist,
        PRIMARY_CARE => Role::PrimaryCare,
        SISTER => Role::Family,
        _ => Role::OutsideProvider,
    }
}

/// A member of the team, or the stranger, knowing who is on it.
fn member(n: u128) -> By {
    by_person(role_of(n), n).knowing(team())
}

fn coordination(given: Vec<Event>) -> AggregateTestExecutor<Coordination> {
    TestFramework::with(()).given(given)
}

#[track_caller]
fn happens(given: Vec<Event>, by: By, command: Command, then: Vec<Event>) {
    coordination(given).when(by.asks(command)).then_expect_events(then);
}

#[track_caller]
fn refused(given: Vec<Event>, by: By, command: Command, refusal: Error) {
    coordination(given).when(by.asks(command)).then_expect_error(refusal);
}

fn hours(hours: i64) -> Instant {
    Instant::from_micros(noon().micros() + hours * 3_600_000_000).unwrap()
}

fn seen(up_to: Instant) -> Command {
    Command::AcknowledgeChanges { up_to }
}

#[test]
fn whoever_is_on_the_team_says_up_to_where_they_have_seen_what_changed() {
    let acknowledged = |up_to| Event::ChangesAcknowledged { by: person(PRIMARY_CARE), up_to };
    happens(vec![], member(PRIMARY_CARE), seen(noon()), vec![acknowledged(noon())]);
    // What was seen before stays seen.
    for earlier in [noon(), hours(-5)] {
        happens(vec![acknowledged(noon())], member(PRIMARY_CARE), seen(earlier), vec![]);
    }
    let another = Event::ChangesAcknowledged { by: person(CARDIOLOGIST), up_to: noon() };
    happens(vec![another], member(PRIMARY_CARE), seen(hours(-5)), vec![acknowledged(hours(-5))]);
}

#[test]
fn nobody_has_seen_what_has_not_happened_and_no_stranger_sees_anything() {
    refused(vec![], member(PRIMARY_CARE), seen(hours(1)), Error::AcknowledgedInFuture);
    refused(vec![], member(STRANGER), seen(noon()), Error::NotOnCareTeam);
    let of_the_program = by_person(Role::Nurse, STRANGER).knowing(team());
    refused(vec![], of_the_program, seen(noon()), Error::NotOnCareTeam);
    let unread = by_person(Role::PrimaryCare, PRIMARY_CARE);
    refused(vec![], unread, seen(noon()), Error::NotOnCareTeam);
}

#[test]
fn everybody_does_their_part() {
    use Role::{CaseManager, Nurse, Patient, Pharmacist, Pmhnp, Psychiatrist, Therapist};
    let program = [Psychiatrist, Pmhnp, Therapist, CaseManager, Nurse, Pharmacist];
    let treating: Vec<Role> = program.into_iter().chain([Role::PrimaryCare, Role::OutsideProvider]).collect();
    let words = || text("as told");
    let cases: [(Command, &[Role]); 7] = [
        (
            Command::RevokeSharingConsent { recipient: person(PRIMARY_CARE) },
            &[Psychiatrist, Pmhnp, Therapist, CaseManager, Nurse, Patient],
        ),
        (
            sharing::share(PRIMARY_CARE, &[SharedPart::Plan]),
            &[Psychiatrist, Pmhnp, Therapist, CaseManager, Nurse],
        ),
        (outside::told(1, UpdateKind::Visit), &treating),
        (outside::looked_at(1), &[Psychiatrist, Pmhnp, Nurse, Pharmacist]),
        (outside::ask(1, NURSE, Urgency::Routine), &program),
        (Command::AnswerConsult { consult: outside::consult(1), answer: words() }, &treating),
        (conflicts::settle(1, ConflictResolution::ProgramChanges, DOCTOR), &[Psychiatrist, Pmhnp]),
    ];
    for (command, may) in cases {
        for role in Role::ALL {
            let asked = by_person(role, 0xA1).knowing(team());
            let result = coordination(vec![]).when(asked.asks(command.clone())).inspect_result();
            let refused = result == Err(Error::RoleNotPermitted { role });
            assert_eq!(refused, !may.contains(&role), "{role}: {command:?}");
        }
    }
}
