//! Drug screens, and what others may know of them.

use concord_kernel::Role;

use super::super::*;
use super::said::*;
use crate::RecoveryFacts;
use crate::testing::noon;

const FREE: [(&str, bool); 5] = [
    ("opiates", false),
    ("oxycodone", false),
    ("fentanyl", false),
    ("methadone", false),
    ("buprenorphine", false),
];

fn facts_of(given: Vec<Event>) -> RecoveryFacts {
    let mut recovery = Recovery::default();
    for event in given {
        recovery.fold(event);
    }
    recovery.facts()
}

#[test]
fn a_result_is_expected_when_what_is_taken_explains_it() {
    let result = |lines: &[(&str, bool)]| {
        let when = nurse(test(1, ScreenMethod::Presumptive, lines));
        let event = record(vec![]).when(when).inspect_result().unwrap().remove(0);
        let Event::DrugScreenResulted { unexpected, .. } = event else { unreachable!("it was tested") };
        unexpected.iter().map(|class| class.as_str().to_owned()).collect::<Vec<_>>()
    };
    assert!(result(&[("buprenorphine", true), ("methadone", true), ("cocaine", false)]).is_empty());
    assert_eq!(result(&[("buprenorphine", false)]), ["buprenorphine"], "it is prescribed and not there");
    assert_eq!(result(&[("fentanyl", true), ("buprenorphine", true)]), ["fentanyl"]);
    assert!(result(&[("opiates", false)]).is_empty());
}

#[test]
fn opioids_are_said_to_be_absent_only_when_all_were_looked_for() {
    let unlike = ["methadone", "buprenorphine"];
    record(vec![]).when(nurse(test(1, ScreenMethod::Presumptive, &FREE))).then_expect_events(vec![tested(
        1,
        &FREE,
        &unlike,
        Some(false),
        7,
    )]);
    record(vec![])
        .when(nurse(test(1, ScreenMethod::Presumptive, &FREE[..3])))
        .then_expect_events(vec![tested(1, &FREE[..3], &[], None, 7)]);
    record(vec![])
        .when(nurse(test(1, ScreenMethod::Presumptive, &[("fentanyl", true)])))
        .then_expect_events(vec![tested(1, &[("fentanyl", true)], &["fentanyl"], Some(true), 7)]);
}

#[test]
fn samples_come_less_often_once_two_were_as_expected() {
    let fine = [("cocaine", false)];
    let first = tested(1, &fine, &[], None, 7);
    record(vec![first.clone()])
        .when(nurse(test(2, ScreenMethod::Presumptive, &fine)))
        .then_expect_events(vec![tested(2, &fine, &[], None, 28)]);
    let surprise = tested(2, &[("cocaine", true)], &["cocaine"], None, 7);
    record(vec![first, surprise])
        .when(nurse(test(3, ScreenMethod::Presumptive, &fine)))
        .then_expect_events(vec![tested(3, &fine, &[], None, 7)]);
}

#[test]
fn a_surprise_of_a_quick_test_is_confirmed_and_of_a_definitive_one_is_not() {
    let when = nurse(test(1, ScreenMethod::Definitive, &[("cocaine", true)]));
    let result = record(vec![]).when(when).inspect_result().unwrap();
    assert!(matches!(&result[..], [Event::DrugScreenResulted { confirm_by: None, .. }]), "{result:?}");
}

#[test]
fn a_screen_names_classes_of_the_table_once_each() {
    let refused = |lines: &[(&str, bool)], refusal: Error| {
        record(vec![]).when(nurse(test(1, ScreenMethod::Presumptive, lines))).then_expect_error(refusal);
    };
    refused(&[], Error::NoScreenLine);
    refused(&[("cocaine", true), ("cocaine", false)], Error::ScreenClassRepeated);
    refused(&[("tea", true)], Error::UnknownRow);
    record(vec![tested(1, &FREE, &[], None, 7)])
        .when(nurse(test(1, ScreenMethod::Presumptive, &FREE)))
        .then_expect_error(Error::IdUsed);
}

#[test]
fn others_learn_the_latest_screen_and_the_latest_use() {
    let challenged = |hours, reacted| Event::NaloxoneChallenged { at: hours_ago(hours), reacted };
    let known = facts_of(vec![
        tested(1, &FREE, &[], Some(false), 7),
        told(1, "heroin", hours_ago(3)),
        told(2, "heroin", hours_ago(50)),
        challenged(1, false),
        challenged(9, true),
    ]);
    assert_eq!(known.opioids, Some(Evidence { found: false, at: noon() }));
    assert_eq!(known.last_use[&substance("heroin")], hours_ago(3), "an older report is no later use");
    assert_eq!(known.challenge, Some(Evidence { found: false, at: hours_ago(1) }));
    assert_eq!(known.induction, None);
}

#[test]
fn a_challenge_is_made_by_those_who_can_treat_what_follows() {
    let challenge = || Command::RecordNaloxoneChallenge { at: noon(), reacted: false };
    let role = Role::Therapist;
    record(vec![]).when(somebody(role).asks(challenge())).then_expect_error(Error::RoleNotPermitted { role });
    record(vec![])
        .when(nurse(challenge()))
        .then_expect_events(vec![Event::NaloxoneChallenged { at: noon(), reacted: false }]);
}
