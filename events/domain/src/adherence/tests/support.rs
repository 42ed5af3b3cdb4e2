//! Reminders, check-ins and barriers.

use concord_kernel::{BarrierId, CheckInId, ReminderId, Role};

use super::super::*;
use super::said::*;
use crate::episode::{Phase, Stage};
use crate::testing::{noon, stay_in, text, this_stay, uuid};
use crate::{Explain, Facts};

fn scheduled(every_days: Option<u8>) -> Vec<Event> {
    vec![Event::ReminderScheduled {
        reminder: ReminderId::new(uuid(1)),
        episode: this_stay().id,
        to: None,
        wording: Wording::ItIsTime,
        channel: Channel::TextMessage,
        first_at: days(1),
        every_days,
    }]
}

#[test]
fn a_reminder_comes_again_and_again_until_it_is_cancelled() {
    given(vec![]).when(asks(Role::Patient, remind(1, None, Some(2)))).then_expect_events(scheduled(Some(2)));
    given(scheduled(Some(2))).when(asks(Role::Service, sent(1))).then_expect_error(Error::ReminderNotDue);
    let reminder = ReminderId::new(uuid(1));
    let at = |n| as_(Role::Service).at(days(n)).asks_in_stay(sent(1));
    let was = |n, next| Event::ReminderSent { reminder, at: days(n), next_at: Some(days(next)) };
    given(scheduled(Some(2))).when(at(1)).then_expect_events(vec![was(1, 3)]);
    // What was not sent in time is not sent all at once.
    given(scheduled(Some(2))).when(at(6)).then_expect_events(vec![was(6, 7)]);
    let ended = after(scheduled(Some(2)), asks(Role::CaseManager, cancel(1)));
    given(ended.clone()).when(at(1)).then_expect_error(Error::ReminderEnded);
    given(ended).when(asks(Role::Patient, cancel(1))).then_expect_error(Error::ReminderEnded);
    let once = after(scheduled(None), at(1));
    given(once).when(at(2)).then_expect_error(Error::ReminderEnded);
}

#[test]
fn a_reminder_has_bounds_and_its_own_identifier() {
    let by = Role::CaseManager;
    given(scheduled(None)).when(asks(by, remind(1, None, None))).then_expect_error(Error::ReminderIdUsed);
    given(vec![]).when(asks(by, sent(9))).then_expect_error(Error::UnknownReminder);
    let range = Error::ReminderOutOfRange { most_days: 90 };
    for every in [0, 91] {
        given(vec![]).when(asks(by, remind(1, None, Some(every)))).then_expect_error(range.clone());
    }
    let late = as_(by).at(days(2)).asks_in_stay(remind(1, None, None));
    given(vec![]).when(late).then_expect_error(range);
    let twelve = (1..=12).fold(vec![], |so_far, n| after(so_far, asks(by, remind(n, None, None))));
    given(twelve)
        .when(asks(by, remind(13, None, None)))
        .then_expect_error(Error::TooManyReminders { most: 12 });
}

#[test]
fn a_reminder_says_one_of_the_fixed_wordings_and_names_nothing() {
    let rules = concord_knowledge::Ruleset::embedded();
    for wording in Wording::ALL {
        let said = wording.text().to_lowercase();
        assert!(said.ends_with('.') && said.len() < 160, "{said}");
        for drug in rules.drugs() {
            assert!(!said.contains(&drug.name.to_lowercase()), "{said}");
        }
        for word in ["medication", "dose", "drug", "recovery", "clinic", "program", "therapy"] {
            assert!(!said.contains(word), "{said}");
        }
    }
}

#[test]
fn nothing_is_sent_while_a_stay_is_interrupted() {
    let paused = Facts { episode: Some(stay_in(Stage::Paused(Phase::Titrating))), ..Facts::default() };
    let by = as_(Role::Service).at(days(1)).knowing(paused.clone());
    given(scheduled(Some(1))).when(by.asks_in_stay(sent(1))).then_expect_error(Error::EpisodeNotActive);
    let told = as_(Role::Patient).knowing(paused).asks_in_stay(check_in(1, Doing::SoSo, false));
    assert!(given(vec![]).when(told).inspect_result().is_ok());
}

#[test]
fn whoever_is_struggling_or_asks_for_it_is_called_within_a_day() {
    for (doing, wants_call, called) in [
        (Doing::Well, false, None),
        (Doing::SoSo, false, None),
        (Doing::Well, true, Some(days(1))),
        (Doing::Struggling, false, Some(days(1))),
    ] {
        given(vec![]).when(asks(Role::Patient, check_in(1, doing, wants_call))).then_expect_events(vec![
            Event::CheckInRecorded {
                check_in: CheckInId::new(uuid(1)),
                doing,
                wants_call,
                note: None,
                by: person(0xA),
                role: Role::Patient,
                call_by: called,
            },
        ]);
    }
    let waits = after(vec![], asks(Role::Patient, check_in(1, Doing::Struggling, false)));
    given(waits.clone())
        .when(asks(Role::Patient, check_in(1, Doing::Well, false)))
        .then_expect_error(Error::CheckInIdUsed);
    let done = after(waits, asks(Role::Nurse, called(1)));
    given(done).when(asks(Role::Nurse, called(1))).then_expect_error(Error::CheckInNotWaiting);
    given(vec![]).when(asks(Role::Nurse, called(1))).then_expect_error(Error::UnknownCheckIn);
    let many =
        (1..=32).fold(vec![], |so_far, n| after(so_far, asks(Role::Patient, check_in(n, Doing::Well, true))));
    given(many.clone())
        .when(asks(Role::Patient, check_in(33, Doing::Well, true)))
        .then_expect_error(Error::TooManyCheckIns { most: 32 });
    after(many, asks(Role::Patient, check_in(33, Doing::Well, false)));
}

#[test]
fn a_barrier_is_open_until_somebody_says_what_removed_it() {
    let raised = Event::BarrierRaised {
        barrier: BarrierId::new(uuid(1)),
        kind: BarrierKind::Cost,
        words: text("too dear"),
        by: person(0xA),
        role: Role::Patient,
        act_by: noon().plus_days(7),
    };
    given(vec![]).when(asks(Role::Patient, barrier(1))).then_expect_events(vec![raised.clone()]);
    given(vec![raised.clone()]).when(asks(Role::Nurse, barrier(1))).then_expect_error(Error::BarrierIdUsed);
    let gone = after(vec![raised], asks(Role::CaseManager, removed(1)));
    given(gone).when(asks(Role::CaseManager, removed(1))).then_expect_error(Error::BarrierGone);
    given(vec![]).when(asks(Role::CaseManager, removed(1))).then_expect_error(Error::UnknownBarrier);
    let many = (1..=16).fold(vec![], |so_far, n| after(so_far, asks(Role::Nurse, barrier(n))));
    given(many).when(asks(Role::Nurse, barrier(17))).then_expect_error(Error::TooManyBarriers { most: 16 });
}

#[test]
fn each_command_has_its_roles() {
    use Role::{CaseManager, Family, Nurse, Patient, Pharmacist, Pmhnp, Psychiatrist, Service, Therapist};
    let team = vec![Psychiatrist, Pmhnp, Therapist, CaseManager, Nurse];
    let with = |more: &[Role]| [team.as_slice(), more].concat();
    let cases = [
        (remind(1, None, None), with(&[Patient, Service])),
        (sent(1), vec![CaseManager, Nurse, Service]),
        (check_in(1, Doing::Well, false), with(&[Patient, Family])),
        (called(1), team.clone()),
        (took(1, noon()), vec![Psychiatrist, Pmhnp, Nurse, Pharmacist, Patient, Family]),
        (missed(1, noon()), vec![Psychiatrist, Pmhnp, Nurse, Pharmacist, Patient, Family]),
        (decide(1, MissedDecision::Stop), vec![Psychiatrist, Pmhnp]),
        (Command::MeasureAdherence { days: 14 }, with(&[Pharmacist, Service])),
        (barrier(1), with(&[Patient])),
        (removed(1), team.clone()),
        (permit(&[Shared::Doses]), with(&[Patient])),
        (withdraw(), with(&[Patient])),
        (engage(Shared::Doses), team.clone()),
    ];
    for (command, permitted) in cases {
        for role in Role::ALL {
            let result = given(vec![]).when(asks(role, command.clone())).inspect_result();
            let refused = result == Err(Error::RoleNotPermitted { role });
            assert_eq!(refused, !permitted.contains(&role), "{role} {command:?}");
        }
    }
    assert_eq!(Error::FamilyNotPermitted.reason(), "FAMILY_NOT_PERMITTED");
}
