//! The rules of a care team, one test each.

use concord_kernel::{PersonId, Role};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::Explain;
use crate::testing::{by, text, uuid};

fn team(given: Vec<Event>) -> AggregateTestExecutor<CareTeam> {
    TestFramework::with(()).given(given)
}

fn member(n: u128, role: Role) -> Member {
    Member { person: PersonId::new(uuid(n)), role, name: text("Lee"), organisation: None }
}

fn from_outside(n: u128, role: Role) -> Member {
    Member { organisation: Some(text("Lakeside Family Practice")), ..member(n, role) }
}

fn joined(member: Member) -> Event {
    Event::CareTeamMemberJoined(member)
}

fn remove(n: u128) -> Command {
    Command::RemoveMember { person: PersonId::new(uuid(n)), reason: text("moved away") }
}

fn left(n: u128) -> Event {
    Event::CareTeamMemberLeft { person: PersonId::new(uuid(n)), reason: text("moved away") }
}

#[test]
fn whoever_cares_may_join() {
    use Role::{CaseManager, Family, Nurse, Pharmacist, Pmhnp, Psychiatrist, Therapist};
    for role in [Psychiatrist, Pmhnp, Therapist, CaseManager, Nurse, Pharmacist, Family] {
        team(vec![])
            .when(by(CaseManager).asks(Command::AddMember(member(1, role))))
            .then_expect_events(vec![joined(member(1, role))]);
    }
}

#[test]
fn patients_auditors_and_services_are_no_members() {
    for role in [Role::Patient, Role::Auditor, Role::Service] {
        team(vec![])
            .when(by(Role::Nurse).asks(Command::AddMember(member(1, role))))
            .then_expect_error(Error::NotACareRole { role });
    }
}

#[test]
fn somebody_from_outside_names_their_organisation() {
    for role in [Role::PrimaryCare, Role::OutsideProvider] {
        team(vec![])
            .when(by(Role::Therapist).asks(Command::AddMember(member(1, role))))
            .then_expect_error(Error::OrganisationRequired { role });
        team(vec![])
            .when(by(Role::Therapist).asks(Command::AddMember(from_outside(1, role))))
            .then_expect_events(vec![joined(from_outside(1, role))]);
    }
}

#[test]
fn nobody_joins_twice_at_a_time() {
    let given = || vec![joined(member(1, Role::Nurse))];
    team(given())
        .when(by(Role::Nurse).asks(Command::AddMember(member(1, Role::Therapist))))
        .then_expect_error(Error::AlreadyMember);
    team(given())
        .and(vec![left(1)])
        .when(by(Role::Nurse).asks(Command::AddMember(member(1, Role::Therapist))))
        .then_expect_events(vec![joined(member(1, Role::Therapist))]);
}

#[test]
fn a_team_has_a_limit() {
    let given = || (1..50).map(|n| joined(member(n, Role::Family))).collect::<Vec<_>>();
    team(given())
        .when(by(Role::Nurse).asks(Command::AddMember(member(99, Role::Family))))
        .then_expect_events(vec![joined(member(99, Role::Family))]);
    team(given())
        .and(vec![joined(member(50, Role::Family))])
        .when(by(Role::Nurse).asks(Command::AddMember(member(99, Role::Family))))
        .then_expect_error(Error::TeamFull { most: 50 });
}

#[test]
fn a_member_may_leave() {
    team(vec![joined(member(1, Role::Therapist))])
        .when(by(Role::CaseManager).asks(remove(1)))
        .then_expect_events(vec![left(1)]);
}

#[test]
fn only_a_member_leaves() {
    for given in [vec![], vec![joined(member(1, Role::Therapist)), left(1)]] {
        team(given).when(by(Role::CaseManager).asks(remove(1))).then_expect_error(Error::NotAMember);
    }
}

#[test]
fn a_patient_takes_in_and_lets_go_family_only() {
    let refused = || Error::RoleNotPermitted { role: Role::Patient };
    team(vec![])
        .when(by(Role::Patient).asks(Command::AddMember(member(1, Role::Family))))
        .then_expect_events(vec![joined(member(1, Role::Family))]);
    team(vec![joined(member(1, Role::Family))])
        .when(by(Role::Patient).asks(remove(1)))
        .then_expect_events(vec![left(1)]);
    team(vec![])
        .when(by(Role::Patient).asks(Command::AddMember(member(1, Role::Nurse))))
        .then_expect_error(refused());
    team(vec![joined(member(1, Role::Nurse))])
        .when(by(Role::Patient).asks(remove(1)))
        .then_expect_error(refused());
}

#[test]
fn the_program_keeps_the_team() {
    use Role::{CaseManager, Nurse, Pmhnp, Psychiatrist, Service, Therapist};
    let keepers = [Psychiatrist, Pmhnp, Therapist, CaseManager, Nurse, Service];
    for role in Role::ALL {
        for command in [Command::AddMember(member(2, Nurse)), remove(1)] {
            let given = vec![joined(member(1, Therapist))];
            let result = team(given).when(by(role).asks(command)).inspect_result();
            let refused = result == Err(Error::RoleNotPermitted { role });
            assert_eq!(refused, !keepers.contains(&role), "{role}");
        }
    }
}

#[test]
fn who_may_change_nobody_is_not_told_who_is_a_member() {
    team(vec![])
        .when(by(Role::Pharmacist).asks(remove(1)))
        .then_expect_error(Error::RoleNotPermitted { role: Role::Pharmacist });
}

#[test]
fn a_refusal_says_what_to_do() {
    let refusal = Error::OrganisationRequired { role: Role::PrimaryCare };
    assert_eq!(refusal.reason(), "ORGANISATION_REQUIRED");
    assert_eq!(refusal.to_string(), "a primary_care belongs to an organisation");
    assert_eq!(refusal.remedy(), "name the practice or agency");
}
