//! Who makes the plan, who agrees to it, and what was decided together.

use concord_kernel::Role;

use super::super::*;
use super::said::*;
use crate::testing::{going_on, text};
use crate::{Facts, InEpisode};

#[test]
fn a_plan_is_drafted_once() {
    for role in [Role::Psychiatrist, Role::Pmhnp, Role::Therapist] {
        plan(vec![]).when(as_(role, draft())).then_expect_events(vec![drafted()]);
    }
    plan(vec![drafted()]).when(doctor(draft())).then_expect_error(Error::AlreadyDrafted);
}

#[test]
fn nothing_is_done_to_a_plan_that_was_not_drafted() {
    for command in [revise(), agree(1), add(1), meet(1), give_up(1), link(1, 1), arrange(1, 1)] {
        plan(vec![]).when(doctor(command)).then_expect_error(Error::NotDrafted);
    }
}

#[test]
fn a_plan_is_agreed_when_patient_and_prescriber_have_agreed_to_one_version() {
    let events = || vec![given(2, Party::Patient)];
    plan(with_a_goal()).when(as_(Role::Patient, agree(2))).then_expect_events(events());
    plan([with_a_goal(), events()].concat())
        .when(as_(Role::Pmhnp, agree(2)))
        .then_expect_events(vec![given(2, Party::Prescriber), agreed(2)]);
    plan([with_a_goal(), vec![given(2, Party::Prescriber)]].concat())
        .when(as_(Role::Patient, agree(2)))
        .then_expect_events(vec![given(2, Party::Patient), agreed(2)]);
}

#[test]
fn two_prescribers_are_one_party() {
    plan([with_a_goal(), vec![given(2, Party::Prescriber)]].concat())
        .when(as_(Role::Pmhnp, agree(2)))
        .then_expect_error(Error::AlreadyAgreed);
}

#[test]
fn nobody_agrees_to_a_version_that_is_not_the_latest() {
    for version in [0, 1, 3] {
        plan(with_a_goal())
            .when(as_(Role::Patient, agree(version)))
            .then_expect_error(Error::VersionPassed { latest: 2 });
    }
}

#[test]
fn whatever_changes_the_plan_is_agreed_to_anew() {
    let half = || [with_a_goal(), vec![given(2, Party::Patient)]].concat();
    for changed in [revised(3), added(2, 3), given_up(9, 3)] {
        plan(half())
            .and(vec![changed])
            .when(doctor(agree(3)))
            .then_expect_events(vec![given(3, Party::Prescriber)]);
    }
}

#[test]
fn a_goal_that_is_met_changes_no_agreement() {
    plan([with_a_goal(), vec![added(2, 3), given(3, Party::Patient), met(1)]].concat())
        .when(doctor(agree(3)))
        .then_expect_events(vec![given(3, Party::Prescriber), agreed(3)]);
}

#[test]
fn a_plan_without_an_open_goal_is_not_agreed() {
    for given in [vec![drafted()], vec![drafted(), added(1, 2), met(1)]] {
        let version = if given.len() == 1 { 1 } else { 2 };
        plan(given).when(doctor(agree(version))).then_expect_error(Error::NoGoal);
    }
}

#[test]
fn a_plan_is_revised_under_the_next_number() {
    plan(vec![drafted()]).when(doctor(revise())).then_expect_events(vec![revised(2)]);
    plan(with_a_goal()).when(as_(Role::Therapist, revise())).then_expect_events(vec![revised(3)]);
}

#[test]
fn a_medication_is_consented_to_after_another_way_was_explained() {
    for consent in [Consent::Given, Consent::Declined] {
        plan(vec![]).when(doctor(explain("sertraline", 2, consent))).then_expect_events(vec![
            Event::SharedDecisionRecorded {
                drug: drug("sertraline"),
                options: vec![text("without medication"); 2],
                preference: text("no weight gain"),
                consent,
            },
        ]);
    }
    plan(vec![]).when(doctor(explain("sertraline", 0, Consent::Given))).then_expect_error(Error::NoOption);
    plan(vec![])
        .when(doctor(explain("sertraline", 11, Consent::Given)))
        .then_expect_error(Error::TooManyOptions { most: 10 });
    plan(vec![]).when(doctor(explain("snake-oil", 1, Consent::Given))).then_expect_error(Error::UnknownDrug);
}

#[test]
fn the_latest_decision_is_what_others_are_told() {
    let told = |consent| Event::SharedDecisionRecorded {
        drug: drug("sertraline"),
        options: vec![text("without")],
        preference: text("none"),
        consent,
    };
    let mut state = TreatmentPlan::default();
    for consent in [Consent::Given, Consent::Declined] {
        state.fold(told(consent));
        assert_eq!(state.facts().consents[&drug("sertraline")], consent);
    }
}

/// Each command with the roles that may ask it, written down a second time on purpose.
fn table() -> Vec<(Command, &'static [Role])> {
    use Role::{
        CaseManager, Family, Nurse, OutsideProvider, Patient, Pharmacist, Pmhnp, PrimaryCare, Psychiatrist,
        Therapist,
    };
    const TEAM: &[Role] = &[Psychiatrist, Pmhnp, Therapist, CaseManager, Nurse];
    const THERAPY: &[Role] = &[Psychiatrist, Pmhnp, Therapist];
    const CLINICIANS: &[Role] = &[Psychiatrist, Pmhnp, Therapist, Nurse, Pharmacist];
    let anybody: &[Role] = &[
        Psychiatrist,
        Pmhnp,
        Therapist,
        CaseManager,
        Nurse,
        Pharmacist,
        PrimaryCare,
        OutsideProvider,
        Family,
        Patient,
    ];
    vec![
        (draft(), THERAPY),
        (revise(), THERAPY),
        (link(1, 1), THERAPY),
        (agree(2), &[Psychiatrist, Pmhnp, Patient]),
        (add(2), TEAM),
        (meet(1), TEAM),
        (give_up(1), TEAM),
        (arrange(1, 1), TEAM),
        (finish(9), TEAM),
        (explain("sertraline", 1, Consent::Given), &[Psychiatrist, Pmhnp]),
        (review(&[]), &[Psychiatrist, Pmhnp]),
        (doubt(2, None), anybody),
        (answer(1), CLINICIANS),
        (teach(&[EducationTopic::Purpose], TeachBack::Understood), CLINICIANS),
        (came(1, Some(2)), &[Therapist]),
        (tell(2), &[Psychiatrist, Pmhnp, Therapist, CaseManager, Nurse, Patient]),
    ]
}

#[test]
fn each_does_what_their_role_is_for() {
    for (command, may) in table() {
        for role in Role::ALL {
            let given = [with_a_goal(), vec![doubted(1, None, Role::Patient), arranged(9, 1)]].concat();
            let result = plan(given).when(as_(role, command.clone())).inspect_result();
            let refused = result == Err(Error::RoleNotPermitted { role });
            assert_eq!(refused, !may.contains(&role), "{role}: {command:?}");
        }
    }
}

#[test]
fn the_plan_itself_rests_while_the_stay_is_interrupted_and_what_happens_does_not() {
    for (command, may) in table() {
        let rests = matches!(
            command,
            Command::Draft { .. }
                | Command::Revise { .. }
                | Command::Agree { .. }
                | Command::AddGoal { .. }
                | Command::MeetGoal { .. }
                | Command::DropGoal { .. }
                | Command::LinkGoalToMedication { .. }
                | Command::RecordSharedDecision { .. }
                | Command::PlanSupport { .. }
        );
        let later = matches!(command, Command::RecordTherapyParticipation { .. });
        let given = || [with_a_goal(), vec![doubted(1, None, Role::Patient), arranged(9, 1)]].concat();
        let refused = |facts: Facts| {
            let when = somebody(may[0]).knowing(facts).asks_in_stay(command.clone());
            plan(given()).when(when).inspect_result() == Err(Error::EpisodeNotActive)
        };
        assert_eq!(refused(paused()), rests, "interrupted: {command:?}");
        assert_eq!(refused(ended()), !later, "ended: {command:?}");
        assert!(refused(Facts::default()), "unknown: {command:?}");
    }
}

#[test]
fn a_plan_of_another_stay_is_not_this_one() {
    let other = crate::EpisodeRef { program: crate::testing::program(), id: crate::testing::stay(2) };
    for (command, may) in table() {
        let when = somebody(may[0]).knowing(going_on()).asks(InEpisode { episode: other.clone(), command });
        plan(with_a_goal()).when(when).then_expect_error(Error::EpisodeNotActive);
    }
}
