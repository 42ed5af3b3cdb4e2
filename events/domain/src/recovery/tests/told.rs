//! Use, relapse, overdose, retention.

use concord_kernel::Role;

use super::super::*;
use super::said::*;
use crate::episode::Stage;
use crate::testing::{by, noon, stay, stay_in, text, this_stay};
use crate::{Facts, PastStay};

#[test]
fn whoever_knows_of_use_or_of_an_overdose_may_say_so() {
    for role in Role::ALL {
        let stranger = matches!(role, Role::Auditor | Role::Service);
        for (command, event) in [
            (tell(1, "heroin", hours_ago(3)), told(1, "heroin", hours_ago(3))),
            (found(1), overdosed(1, role)),
        ] {
            let result = record(vec![]).when(somebody(role).asks(command)).inspect_result();
            let expected = if stranger { Err(Error::RoleNotPermitted { role }) } else { Ok(vec![event]) };
            assert_eq!(result, expected, "{role}");
        }
    }
}

#[test]
fn of_those_who_are_not_on_the_care_team_the_staff_is_heard_and_anybody_who_tells_of_danger() {
    let marked = |command, by: crate::testing::By| {
        let told = Recovery::default().decide(&by.asks(command)).map(|events| events[0].clone());
        told.map(|event| {
            let (Event::SubstanceUseReported { not_on_care_team, .. }
            | Event::OverdoseReported { not_on_care_team, .. }) = event
            else {
                panic!("{event:?}")
            };
            not_on_care_team
        })
    };
    let stranger =
        |role| by(role).knowing(Facts { care_team: Some(crate::CareTeamFacts::default()), ..facts() });
    let used = || tell(1, "heroin", hours_ago(3));
    for role in [Role::Family, Role::PrimaryCare, Role::OutsideProvider, Role::Patient] {
        assert_eq!(marked(used(), stranger(role)), Err(Error::NotOnCareTeam), "{role}");
        assert_eq!(marked(found(1), stranger(role)), Ok(true), "{role}: an overdose is heard");
        let mut urgent = stranger(role);
        urgent.0.purpose = concord_kernel::Purpose::Emergency;
        assert_eq!(marked(used(), urgent), Ok(true), "{role}");
        let unread = by(role).knowing(Facts { care_team: None, ..facts() });
        assert_eq!(
            marked(used(), unread),
            Err(Error::NotOnCareTeam),
            "a team that was not read knows nobody"
        );
    }
    for role in [Role::Nurse, Role::Therapist, Role::CaseManager, Role::Pharmacist, Role::Pmhnp] {
        assert_eq!(marked(used(), stranger(role)), Ok(true), "{role}");
    }
    let mut patient = stranger(Role::Patient);
    patient.0.actor.id = concord_kernel::PersonId::new(patient.0.patient.uuid());
    assert_eq!(marked(used(), patient), Ok(false));
}

#[test]
fn what_is_told_has_a_form() {
    record(vec![]).when(nurse(tell(1, "snake-oil", noon()))).then_expect_error(Error::UnknownRow);
    record(vec![]).when(nurse(tell(1, "heroin", noon().plus_days(1)))).then_expect_error(Error::InTheFuture);
    record(vec![told(1, "heroin", noon())])
        .when(nurse(tell(1, "alcohol", noon())))
        .then_expect_error(Error::IdUsed);
    record(vec![overdosed(1, Role::Family)]).when(nurse(found(1))).then_expect_error(Error::IdUsed);
    let mut many = found(1);
    if let Command::ReportOverdose { substances, .. } = &mut many {
        *substances = vec![substance("alcohol"); 9];
    }
    record(vec![]).when(nurse(many)).then_expect_error(Error::TooManyCited { most: 8 });
}

#[test]
fn a_relapse_rests_on_what_people_said_or_saw_and_never_on_a_screen_alone() {
    let known =
        || vec![told(1, "heroin", noon()), tested(1, &[("opiates", true)], &["opiates"], Some(true), 7)];
    let judge = |uses: &[u128], screens: &[u128], account| {
        let when = somebody(Role::Therapist).asks(recognise(1, uses, screens, account));
        record(known()).when(when).inspect_result()
    };
    assert_eq!(judge(&[1], &[1], None), Ok(vec![relapsed(1, &[1], &[1], None)]));
    assert_eq!(judge(&[], &[1], Some("said so")), Ok(vec![relapsed(1, &[], &[1], Some("said so"))]));
    assert_eq!(judge(&[], &[1], None), Err(Error::ScreenAlone));
    assert_eq!(judge(&[], &[], None), Err(Error::RelapseWithoutBasis));
    assert_eq!(judge(&[2], &[], None), Err(Error::NotRecorded));
    assert_eq!(judge(&[1], &[2], None), Err(Error::NotRecorded));
    assert_eq!(judge(&[1; 17], &[], None), Err(Error::TooManyCited { most: 16 }));
    record(vec![relapsed(1, &[], &[], Some("said so"))])
        .when(doctor(recognise(1, &[], &[], Some("again"))))
        .then_expect_error(Error::IdUsed);
}

#[test]
fn a_relapse_and_an_overdose_are_reviewed_once_and_late_is_said() {
    let decision = || text("dose raised");
    let of_relapse = || Command::ReviewRelapse { relapse: relapse(1), decision: decision() };
    let of_overdose = || Command::ReviewOverdose { overdose: overdose(1), decision: decision() };
    let both = || vec![relapsed(1, &[], &[], Some("said so")), overdosed(1, Role::Family)];
    for (days, late) in [(1, false), (2, true)] {
        let when = somebody(Role::Pmhnp).at(noon().plus_days(days)).asks(of_overdose());
        let reviewed = Event::OverdoseReviewed { overdose: overdose(1), decision: decision(), late };
        record(both()).when(when).then_expect_events(vec![reviewed]);
    }
    let reviewed = Event::RelapseReviewed { relapse: relapse(1), decision: decision(), late: false };
    record(both()).when(doctor(of_relapse())).then_expect_events(vec![reviewed.clone()]);
    record(both()).and(vec![reviewed]).when(doctor(of_relapse())).then_expect_error(Error::AlreadyReviewed);
    record(vec![]).when(doctor(of_relapse())).then_expect_error(Error::NotRecorded);
    record(vec![]).when(doctor(of_overdose())).then_expect_error(Error::NotRecorded);
}

fn measure() -> Command {
    Command::MeasureRetention { episode: this_stay(), checkpoint: Checkpoint::Day30 }
}

fn measured(retained: bool, relapses: u32) -> Event {
    Event::RetentionMeasured {
        episode: this_stay(),
        checkpoint: Checkpoint::Day30,
        retained,
        on_medication: true,
        relapses,
    }
}

#[test]
fn whoever_relapsed_and_stayed_is_retained() {
    let relapse = || vec![relapsed(1, &[], &[], Some("said so"))];
    record(relapse())
        .when(somebody(Role::Service).asks(measure()))
        .then_expect_events(vec![measured(true, 1)]);
    record(vec![measured(true, 0)])
        .when(somebody(Role::Service).asks(measure()))
        .then_expect_error(Error::AlreadyMeasured);
    let early = somebody(Role::Service).at(noon().plus_days(-1)).asks(measure());
    record(vec![]).when(early).then_expect_error(Error::CheckpointToCome { on: noon().day() });
    let mut elsewhere = measure();
    if let Command::MeasureRetention { episode, .. } = &mut elsewhere {
        episode.id = stay(7);
    }
    record(vec![]).when(somebody(Role::Service).asks(elsewhere)).then_expect_error(Error::UnknownStay);
}

#[test]
fn a_stay_that_ended_before_the_checkpoint_was_not_retained_and_one_that_ended_after_it_was() {
    let ended = |closed_at| {
        let mut episode = stay_in(Stage::Closed);
        episode.open = None;
        episode.ended = vec![stay(1)];
        episode.past = vec![PastStay { episode: stay(1), admitted_at: noon().plus_days(-40), closed_at }];
        by(Role::CaseManager).knowing(Facts { episode: Some(episode), ..facts() }).asks(measure())
    };
    let days_ago = |days: i64| Some(noon().plus_days(-days));
    record(vec![]).when(ended(days_ago(11))).then_expect_events(vec![measured(false, 0)]);
    record(vec![]).when(ended(days_ago(9))).then_expect_events(vec![measured(true, 0)]);
    record(vec![]).when(ended(None)).then_expect_error(Error::EndNotKnown);
}
