//! The rules of a follow-up plan, one test each.

use concord_kernel::{Instant, PersonId, Role, VisitId};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};

use super::*;
use crate::episode::{Phase, Stage};
use crate::testing::{By, by, going_on, noon, stay_in, text, uuid};
use crate::{AdherenceFacts, ChartFacts, Explain, Facts, MeasuredAdherence, ScaleFacts, SideEffectFacts};

fn plan(given: Vec<Event>) -> AggregateTestExecutor<FollowUp> {
    TestFramework::with(()).given(given)
}

fn id(n: u128) -> VisitId {
    VisitId::new(uuid(n))
}

fn schedule_as(kind: VisitKind, n: u128, at: Instant) -> Command {
    Command::ScheduleVisit {
        visit: id(n),
        kind,
        at,
        modality: Modality::AudioVideo,
        with: PersonId::new(uuid(0xD0C)),
    }
}

fn schedule(n: u128, at: Instant) -> Command {
    schedule_as(VisitKind::Medication, n, at)
}

fn scheduled_as(kind: VisitKind, n: u128, at: Instant) -> Event {
    Event::VisitScheduled {
        visit: id(n),
        kind,
        at,
        modality: Modality::AudioVideo,
        with: PersonId::new(uuid(0xD0C)),
    }
}

fn scheduled(n: u128, at: Instant) -> Event {
    scheduled_as(VisitKind::Medication, n, at)
}

fn record(n: u128, adherence_percent: Option<u8>) -> Command {
    Command::RecordVisit {
        visit: id(n),
        modality: Modality::InPerson,
        adherence_percent,
        summary: text("sleeps better"),
    }
}

fn completed(n: u128, at: Instant, adherence_percent: Option<u8>) -> Event {
    Event::VisitCompleted {
        visit: id(n),
        kind: VisitKind::Medication,
        at,
        modality: Modality::InPerson,
        adherence_percent,
        summary: text("sleeps better"),
        next_due_at: Some(at.plus_days(7)),
    }
}

fn missed(n: u128, in_a_row: u32) -> Event {
    Event::VisitMissed { visit: id(n), kind: VisitKind::Medication, in_a_row }
}

fn change(to: Cadence) -> Command {
    Command::ChangeCadence { to, reason: text("settled") }
}

fn changed(from: Cadence, to: Cadence) -> Event {
    Event::CadenceChanged { from, to, reason: text("settled"), next_due_at: noon() }
}

/// Two medication visits that took place, the last one today with all doses taken.
fn two_visits_kept() -> Vec<Event> {
    let week_ago = noon().plus_days(-7);
    vec![
        scheduled(1, week_ago),
        completed(1, week_ago, Some(100)),
        scheduled(2, noon()),
        completed(2, noon(), Some(100)),
    ]
}

/// Facts under which nothing speaks against rarer visits.
fn stable() -> Facts {
    Facts {
        chart: Some(ChartFacts { last_dose_change_at: Some(noon().plus_days(-28)), ..ChartFacts::default() }),
        side_effects: Some(SideEffectFacts::default()),
        scales: Some(ScaleFacts { last_two_respond: Some(true), ..ScaleFacts::default() }),
        adherence: Some(AdherenceFacts::default()),
        ..going_on()
    }
}

fn with_scales(scales: ScaleFacts) -> Facts {
    Facts { scales: Some(scales), ..going_on() }
}

fn at_risk() -> ScaleFacts {
    ScaleFacts { risk_open: true, risk_raised_at: Some(noon().plus_days(-1)), ..ScaleFacts::default() }
}

fn prescriber() -> By {
    by(Role::Psychiatrist).knowing(stable())
}

#[test]
fn a_medication_visit_comes_within_the_cadence_and_a_day() {
    for (given, days) in [
        (vec![], 7),
        (vec![changed(Cadence::Weekly, Cadence::BiWeekly)], 14),
        (vec![changed(Cadence::BiWeekly, Cadence::Monthly)], 28),
    ] {
        let latest = noon().plus_days(days + 1);
        let later = Instant::from_micros(latest.micros() + 1).unwrap();
        plan(given.clone())
            .when(prescriber().asks_in_stay(schedule(1, latest)))
            .then_expect_events(vec![scheduled(1, latest)]);
        plan(given)
            .when(prescriber().asks_in_stay(schedule(1, later)))
            .then_expect_error(Error::IntervalTooLong { most_days: days });
    }
}

#[test]
fn other_visits_do_not_follow_the_cadence() {
    let at = noon().plus_days(60);
    for kind in [VisitKind::Therapy, VisitKind::Nursing] {
        plan(vec![])
            .when(by(Role::CaseManager).knowing(going_on()).asks_in_stay(schedule_as(kind, 1, at)))
            .then_expect_events(vec![scheduled_as(kind, 1, at)]);
    }
}

#[test]
fn a_visit_identifier_is_used_once() {
    for given in [vec![scheduled(1, noon())], vec![scheduled(1, noon()), missed(1, 1)]] {
        plan(given)
            .when(prescriber().asks_in_stay(schedule(1, noon().plus_days(1))))
            .then_expect_error(Error::VisitUsed);
    }
}

#[test]
fn no_visit_is_scheduled_in_the_past() {
    let just_passed = Instant::from_micros(noon().micros() - 1).unwrap();
    plan(vec![])
        .when(prescriber().asks_in_stay(schedule(1, just_passed)))
        .then_expect_error(Error::VisitInThePast);
    plan(vec![])
        .when(prescriber().asks_in_stay(schedule(1, noon())))
        .then_expect_events(vec![scheduled(1, noon())]);
}

#[test]
fn after_a_red_flag_the_next_medication_visit_comes_within_a_week() {
    let raised_since = ScaleFacts { risk_open: false, ..at_risk() };
    let monthly = || vec![changed(Cadence::BiWeekly, Cadence::Monthly)];
    for scales in [at_risk(), raised_since] {
        let by = by(Role::Nurse).knowing(with_scales(scales));
        plan(monthly())
            .when(by.clone().asks_in_stay(schedule(1, noon().plus_days(8))))
            .then_expect_error(Error::RedFlag { most_days: 7 });
        plan(monthly())
            .when(by.asks_in_stay(schedule(1, noon().plus_days(7))))
            .then_expect_events(vec![scheduled(1, noon().plus_days(7))]);
    }
}

#[test]
fn a_red_flag_is_answered_by_seeing_the_patient() {
    let resolved = ScaleFacts { risk_open: false, ..at_risk() };
    let at = noon().plus_days(20);
    plan(vec![
        changed(Cadence::BiWeekly, Cadence::Monthly),
        scheduled(1, noon()),
        completed(1, noon(), None),
    ])
    .when(by(Role::Nurse).knowing(with_scales(resolved)).asks_in_stay(schedule(2, at)))
    .then_expect_events(vec![scheduled(2, at)]);
}

#[test]
fn no_medication_visit_is_planned_without_knowing_of_risks() {
    let by = || by(Role::Psychiatrist).knowing(going_on());
    plan(vec![]).when(by().asks_in_stay(schedule(1, noon()))).then_expect_error(Error::FactsMissing);
    plan(vec![scheduled(1, noon())])
        .when(by().asks_in_stay(record(1, None)))
        .then_expect_error(Error::FactsMissing);
    plan(two_visits_kept())
        .when(by().asks_in_stay(change(Cadence::BiWeekly)))
        .then_expect_error(Error::FactsMissing);
}

#[test]
fn a_stay_that_is_not_open_takes_no_visits() {
    let paused = Facts { episode: Some(stay_in(Stage::Paused(Phase::Titrating))), ..stable() };
    let elsewhere = Facts { episode: None, ..stable() };
    for facts in [paused, elsewhere] {
        for command in [schedule(2, noon()), Command::MarkNoShow { visit: id(1) }, change(Cadence::BiWeekly)]
        {
            plan(vec![scheduled(1, noon().plus_days(-1))])
                .when(by(Role::Psychiatrist).knowing(facts.clone()).asks_in_stay(command))
                .then_expect_error(Error::EpisodeNotActive);
        }
    }
}

#[test]
fn a_visit_of_a_stay_that_has_ended_may_still_be_written_down() {
    let mut ended = stay_in(Stage::Closed);
    ended.open = None;
    ended.ended = vec![crate::testing::stay(1)];
    let facts = Facts { episode: Some(ended), ..stable() };
    plan(vec![scheduled(1, noon())])
        .when(by(Role::Pmhnp).knowing(facts).asks_in_stay(record(1, Some(90))))
        .then_expect_events(vec![completed(1, noon(), Some(90))]);
}

#[test]
fn a_visit_of_somebody_elses_stay_is_not_written_down() {
    let stranger = Facts { episode: Some(crate::EpisodeFacts::default()), ..stable() };
    plan(vec![scheduled(1, noon())])
        .when(by(Role::Pmhnp).knowing(stranger).asks_in_stay(record(1, None)))
        .then_expect_error(Error::EpisodeNotActive);
}

#[test]
fn a_medication_visit_says_when_the_next_is_due() {
    plan(vec![scheduled(1, noon())])
        .when(prescriber().asks_in_stay(record(1, Some(85))))
        .then_expect_events(vec![completed(1, noon(), Some(85))]);
}

#[test]
fn while_a_risk_is_open_the_next_is_due_within_a_week() {
    let monthly = changed(Cadence::BiWeekly, Cadence::Monthly);
    plan(vec![monthly, scheduled(1, noon())])
        .when(by(Role::Pmhnp).knowing(with_scales(at_risk())).asks_in_stay(record(1, None)))
        .then_expect_events(vec![completed(1, noon(), None)]);
}

#[test]
fn a_therapy_visit_makes_no_medication_visit_due() {
    plan(vec![scheduled_as(VisitKind::Therapy, 1, noon())])
        .when(by(Role::Therapist).knowing(stable()).asks_in_stay(record(1, None)))
        .then_expect_events(vec![Event::VisitCompleted {
            visit: id(1),
            kind: VisitKind::Therapy,
            at: noon(),
            modality: Modality::InPerson,
            adherence_percent: None,
            summary: text("sleeps better"),
            next_due_at: None,
        }]);
}

#[test]
fn a_visit_recorded_late_keeps_its_time() {
    let yesterday = noon().plus_days(-1);
    plan(vec![scheduled(1, yesterday)])
        .when(prescriber().effective(yesterday).asks_in_stay(record(1, None)))
        .then_expect_events(vec![completed(1, yesterday, None)]);
}

#[test]
fn a_visit_takes_place_at_most_four_hours_early() {
    let four = std::time::Duration::from_hours(4);
    let at = noon().plus(four);
    plan(vec![scheduled(1, at)])
        .when(prescriber().asks_in_stay(record(1, None)))
        .then_expect_events(vec![completed(1, noon(), None)]);
    plan(vec![scheduled(1, at.plus(std::time::Duration::from_micros(1)))])
        .when(prescriber().asks_in_stay(record(1, None)))
        .then_expect_error(Error::BeforeItsTime);
}

#[test]
fn a_visit_is_recorded_once_and_only_if_it_is_known() {
    let cases = [
        (vec![], Error::UnknownVisit),
        (vec![scheduled(1, noon()), completed(1, noon(), None)], Error::AlreadyRecorded),
        (vec![scheduled(1, noon()), missed(1, 1)], Error::AlreadyMissed),
    ];
    for (given, refusal) in cases {
        for command in [record(1, None), Command::MarkNoShow { visit: id(1) }] {
            plan(given.clone())
                .when(prescriber().at(noon().plus_days(1)).asks_in_stay(command))
                .then_expect_error(refusal.clone());
        }
    }
}

#[test]
fn adherence_is_at_most_all_doses() {
    for percent in [0, 100] {
        plan(vec![scheduled(1, noon())])
            .when(prescriber().asks_in_stay(record(1, Some(percent))))
            .then_expect_events(vec![completed(1, noon(), Some(percent))]);
    }
    plan(vec![scheduled(1, noon())])
        .when(prescriber().asks_in_stay(record(1, Some(101))))
        .then_expect_error(Error::AdherenceOutOfRange);
}

#[test]
fn a_visit_is_missed_only_after_its_time() {
    let miss = || Command::MarkNoShow { visit: id(1) };
    plan(vec![scheduled(1, noon())])
        .when(prescriber().asks_in_stay(miss()))
        .then_expect_error(Error::NotYetMissed);
    let later = noon().plus(std::time::Duration::from_micros(1));
    plan(vec![scheduled(1, noon())])
        .when(by(Role::Service).knowing(stable()).at(later).asks_in_stay(miss()))
        .then_expect_events(vec![missed(1, 1)]);
}

#[test]
fn missed_medication_visits_are_counted_until_one_takes_place() {
    let tomorrow = noon().plus_days(1);
    let miss = |n| prescriber().at(tomorrow).asks_in_stay(Command::MarkNoShow { visit: id(n) });
    let first = || vec![scheduled(1, noon()), missed(1, 1), scheduled(2, noon())];
    plan(first()).when(miss(2)).then_expect_events(vec![missed(2, 2)]);
    plan(first())
        .and(vec![completed(2, noon(), None), scheduled(3, noon())])
        .when(miss(3))
        .then_expect_events(vec![missed(3, 1)]);
    plan(first())
        .and(vec![scheduled_as(VisitKind::Therapy, 3, noon())])
        .when(miss(3))
        .then_expect_events(vec![Event::VisitMissed { visit: id(3), kind: VisitKind::Therapy, in_a_row: 1 }]);
}

#[test]
fn a_stable_patient_comes_less_often() {
    plan(two_visits_kept()).when(prescriber().asks_in_stay(change(Cadence::BiWeekly))).then_expect_events(
        vec![Event::CadenceChanged {
            from: Cadence::Weekly,
            to: Cadence::BiWeekly,
            reason: text("settled"),
            next_due_at: noon().plus_days(14),
        }],
    );
}

#[test]
fn every_condition_that_fails_is_told() {
    let refused = |given: Vec<Event>, facts: Facts, failing: Vec<Condition>| {
        plan(given)
            .when(by(Role::Psychiatrist).knowing(facts).asks_in_stay(change(Cadence::BiWeekly)))
            .then_expect_error(Error::NotStable { failing });
    };
    let dose = Facts {
        chart: Some(ChartFacts { last_dose_change_at: Some(noon().plus_days(-27)), ..ChartFacts::default() }),
        ..stable()
    };
    refused(two_visits_kept(), dose, vec![Condition::DoseUnchanged]);
    for last_two_respond in [None, Some(false)] {
        let scores =
            Facts { scales: Some(ScaleFacts { last_two_respond, ..ScaleFacts::default() }), ..stable() };
        refused(two_visits_kept(), scores, vec![Condition::ScoresRespond]);
    }
    let effect = Facts {
        side_effects: Some(SideEffectFacts { open_moderate_or_worse: 1, ..SideEffectFacts::default() }),
        ..stable()
    };
    refused(two_visits_kept(), effect, vec![Condition::NoSideEffect]);
    let risk = Facts { scales: Some(ScaleFacts { last_two_respond: Some(true), ..at_risk() }), ..stable() };
    refused(two_visits_kept(), risk, vec![Condition::NoRisk]);
    let low = [scheduled(3, noon()), completed(3, noon(), Some(79))];
    refused([two_visits_kept(), low.to_vec()].concat(), stable(), vec![Condition::DosesTaken]);
    let at_this_cadence = [two_visits_kept(), vec![changed(Cadence::Monthly, Cadence::Weekly)]].concat();
    refused(at_this_cadence, stable(), vec![Condition::VisitsKept]);
    let everything = Facts {
        chart: Some(ChartFacts { last_dose_change_at: Some(noon()), ..ChartFacts::default() }),
        side_effects: Some(SideEffectFacts { open_moderate_or_worse: 2, ..SideEffectFacts::default() }),
        scales: Some(at_risk()),
        ..stable()
    };
    let all = vec![
        Condition::DoseUnchanged,
        Condition::ScoresRespond,
        Condition::NoSideEffect,
        Condition::DosesTaken,
        Condition::NoRisk,
        Condition::VisitsKept,
    ];
    refused(vec![], everything, all);
}

#[test]
fn a_visit_that_says_nothing_of_doses_leaves_what_the_last_one_said() {
    let given = [two_visits_kept(), vec![scheduled(3, noon()), completed(3, noon(), None)]].concat();
    let result = plan(given).when(prescriber().asks_in_stay(change(Cadence::BiWeekly))).inspect_result();
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn what_was_measured_lately_counts_beside_what_a_visit_was_told() {
    let knowing = |days_ago: i64, percent| {
        let measured = MeasuredAdherence { to: noon().plus_days(-days_ago).day(), percent };
        let adherence = AdherenceFacts { measured: Some(measured), ..AdherenceFacts::default() };
        let facts = Facts { adherence: Some(adherence), ..stable() };
        by(Role::Psychiatrist).knowing(facts).asks_in_stay(change(Cadence::BiWeekly))
    };
    let failing = vec![Condition::DosesTaken];
    plan(two_visits_kept())
        .when(knowing(1, Some(79)))
        .then_expect_error(Error::NotStable { failing: failing.clone() });
    // What is old, or not known, says nothing.
    for asked in [knowing(29, Some(10)), knowing(1, None), knowing(1, Some(80))] {
        assert!(plan(two_visits_kept()).when(asked).inspect_result().is_ok());
    }
    let silent = || {
        let week_ago = noon().plus_days(-7);
        vec![
            scheduled(1, week_ago),
            completed(1, week_ago, None),
            scheduled(2, noon()),
            completed(2, noon(), None),
        ]
    };
    assert!(plan(silent()).when(knowing(1, Some(90))).inspect_result().is_ok());
    plan(silent()).when(knowing(1, None)).then_expect_error(Error::NotStable { failing });
}

#[test]
fn the_stability_rule_fails_closed() {
    let missing = [
        Facts { chart: None, ..stable() },
        Facts { side_effects: None, ..stable() },
        Facts { scales: None, ..stable() },
        Facts { adherence: None, ..stable() },
    ];
    for facts in missing {
        plan(two_visits_kept())
            .when(by(Role::Psychiatrist).knowing(facts).asks_in_stay(change(Cadence::BiWeekly)))
            .then_expect_error(Error::FactsMissing);
    }
}

#[test]
fn visits_become_rarer_by_one_step_at_a_time() {
    plan(two_visits_kept())
        .when(prescriber().asks_in_stay(change(Cadence::Monthly)))
        .then_expect_error(Error::OneStepAtATime);
    let given = [vec![changed(Cadence::Weekly, Cadence::BiWeekly)], two_visits_kept()].concat();
    plan(given).when(prescriber().asks_in_stay(change(Cadence::Monthly))).then_expect_events(vec![
        Event::CadenceChanged {
            from: Cadence::BiWeekly,
            to: Cadence::Monthly,
            reason: text("settled"),
            next_due_at: noon().plus_days(28),
        },
    ]);
}

#[test]
fn visits_may_always_become_more_frequent() {
    let seen = noon().plus_days(-20);
    plan(vec![changed(Cadence::BiWeekly, Cadence::Monthly), scheduled(1, seen), completed(1, seen, None)])
        .when(by(Role::Pmhnp).knowing(with_scales(at_risk())).asks_in_stay(change(Cadence::Weekly)))
        .then_expect_events(vec![Event::CadenceChanged {
            from: Cadence::Monthly,
            to: Cadence::Weekly,
            reason: text("settled"),
            // A week after the last visit has passed: now.
            next_due_at: noon(),
        }]);
}

#[test]
fn the_same_cadence_is_no_change() {
    plan(two_visits_kept())
        .when(prescriber().asks_in_stay(change(Cadence::Weekly)))
        .then_expect_error(Error::SameCadence);
}

#[test]
fn each_command_has_its_roles() {
    use Role::{CaseManager, Nurse, Pmhnp, Psychiatrist, Service, Therapist};
    let schedulers = vec![Psychiatrist, Pmhnp, Therapist, CaseManager, Nurse, Service];
    let cases = [
        (schedule(9, noon().plus_days(1)), schedulers.clone()),
        (Command::MarkNoShow { visit: id(9) }, schedulers),
        (record(9, None), vec![Psychiatrist, Pmhnp, Therapist, Nurse]),
        (record(1, None), vec![Psychiatrist, Pmhnp]),
        (record(2, None), vec![Psychiatrist, Pmhnp, Therapist]),
        (record(3, None), vec![Psychiatrist, Pmhnp, Nurse]),
        (change(Cadence::BiWeekly), vec![Psychiatrist, Pmhnp]),
    ];
    let kinds = [VisitKind::Medication, VisitKind::Therapy, VisitKind::Nursing];
    for (command, permitted) in cases {
        for role in Role::ALL {
            let given = kinds.into_iter().zip(1..).map(|(kind, n)| scheduled_as(kind, n, noon())).collect();
            let by = by(role).knowing(stable());
            let result = plan(given).when(by.asks_in_stay(command.clone())).inspect_result();
            let refused = result == Err(Error::RoleNotPermitted { role });
            assert_eq!(refused, !permitted.contains(&role), "{role} {command:?}");
        }
    }
}

#[test]
fn a_refusal_says_what_to_do() {
    let refusal = Error::NotStable { failing: vec![Condition::NoRisk] };
    assert_eq!(refusal.reason(), "NOT_STABLE");
    assert_eq!(refusal.to_string(), "the stability rule does not hold in 1 of its conditions");
    assert_eq!(refusal.details(), ["no_risk"]);
    assert!(refusal.remedy().contains("stability rule"));
}
