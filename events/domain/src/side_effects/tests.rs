//! The rules of a side-effect record, one test each.

use std::time::Duration;

use concord_kernel::{
    Actor, Credentials, Instant, OrderId, PatientId, PersonId, Purpose, ReportId, Role, StreamKind, Text,
};
use concord_knowledge::{RedFlagId, Ruleset, SymptomId};
use cqrs_es::test::TestFramework;
use proptest::prelude::*;
use uuid::Uuid;

use super::deadline::NEXT_VISIT;
use super::*;
use crate::{CareTeamFacts, ChartFacts, Context, DomainEvent, Explain, Facts, Issued};

type Asked = Issued<Command>;

fn noon() -> Instant {
    Instant::parse("2026-11-23T12:00:00Z").unwrap()
}

fn in_minutes(minutes: u64) -> Instant {
    noon().plus(Duration::from_mins(minutes))
}

fn ada() -> PatientId {
    PatientId::new(Uuid::from_u128(0xADA))
}

/// Somebody in that role; a patient is the one whose record it is.
fn somebody(role: Role) -> PersonId {
    PersonId::new(if role == Role::Patient { ada().uuid() } else { Uuid::from_u128(role as u128) })
}

/// A command of somebody in that role at that time, who is on the care team unless they are the patient; the chart knows
/// order 1, open, and order 2, stopped.
fn asks_at(now: Instant, role: Role, command: Command) -> Asked {
    let chart = ChartFacts {
        open_orders: vec![order(1)],
        known_orders: vec![order(1), order(2)],
        ..ChartFacts::default()
    };
    let members = Role::ALL.into_iter().filter(|role| *role != Role::Patient);
    let members = members.map(|role| (somebody(role), role)).collect();
    let team = CareTeamFacts { members };
    let context = Context {
        patient: ada(),
        actor: Actor { id: somebody(role), role, credentials: Credentials::default() },
        purpose: Purpose::Treatment,
        now,
        effective_at: now,
        rules: Ruleset::embedded(),
        facts: Facts { chart: Some(chart), care_team: Some(team), ..Facts::default() },
    };
    Issued { command, context }
}

fn asks(role: Role, command: Command) -> Asked {
    asks_at(noon(), role, command)
}

fn without_chart(mut asked: Asked) -> Asked {
    asked.context.facts.chart = None;
    asked
}

/// The same command of somebody who is on no care team.
fn stranger(mut asked: Asked) -> Asked {
    asked.context.facts.care_team = Some(CareTeamFacts::default());
    asked
}

fn report_id(number: u128) -> ReportId {
    ReportId::new(Uuid::from_u128(0x300 + number))
}

fn order(number: u128) -> OrderId {
    OrderId::new(Uuid::from_u128(0x100 + number))
}

fn words(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn report(number: u128, grade: Grade) -> Command {
    Command::Report {
        report: report_id(number),
        symptom: Some(SymptomId::parse("nausea").unwrap()),
        description: words("Sick every morning"),
        grade,
        red_flags: Vec::new(),
        suspected: None,
        onset_at: Some(noon().plus_days(-2)),
    }
}

fn with_flags(grade: Grade, flags: &[&str]) -> Command {
    let Command::Report { report, symptom, description, suspected, onset_at, .. } = report(1, grade) else {
        panic!("a report");
    };
    let red_flags = flags.iter().map(|flag| RedFlagId::parse(flag).unwrap()).collect();
    Command::Report { report, symptom, description, grade, red_flags, suspected, onset_at }
}

fn suspecting(number: u128) -> Command {
    let Command::Report { report, symptom, description, grade, red_flags, onset_at, .. } =
        report(1, Grade::Mild)
    else {
        panic!("a report");
    };
    Command::Report {
        report,
        symptom,
        description,
        grade,
        red_flags,
        suspected: Some(order(number)),
        onset_at,
    }
}

fn triage(grade: Grade) -> Command {
    Command::Triage { report: report_id(1), grade, note: words("Keeps fluids down") }
}

fn decide(decision: Decision) -> Command {
    Command::Decide { report: report_id(1), decision, rationale: words("Wait for tolerance") }
}

fn resolve() -> Command {
    Command::Resolve { report: report_id(1), outcome: Outcome::Recovered }
}

fn breach() -> Command {
    Command::Breach { report: report_id(1) }
}

fn folded(events: &[Event]) -> SideEffects {
    let mut record = SideEffects::default();
    events.iter().cloned().for_each(|event| record.fold(event));
    record
}

fn history(asked: impl IntoIterator<Item = Asked>) -> Vec<Event> {
    let mut events = Vec::new();
    for issued in asked {
        events.extend(folded(&events).decide(&issued).expect("it is allowed"));
    }
    events
}

/// A record with report 1 of that grade, made at noon by the patient.
fn reported(grade: Grade) -> Vec<Event> {
    history([asks(Role::Patient, report(1, grade))])
}

fn accepted(given: Vec<Event>, when: Asked) -> Vec<Event> {
    TestFramework::<SideEffects>::with(()).given(given).when(when).inspect_result().expect("it is allowed")
}

fn refused(given: Vec<Event>, when: Asked, why: Error) {
    assert!(!why.remedy().is_empty() && why.findings().is_empty());
    TestFramework::<SideEffects>::with(()).given(given).when(when).then_expect_error(why);
}

/// Until when a prescriber must be reached and must decide.
fn deadlines(events: &[Event]) -> (Instant, Instant) {
    let [Event::SideEffectReported { contact_by, decide_by, .. }] = events else { panic!("{events:?}") };
    (*contact_by, *decide_by)
}

#[test]
fn anybody_who_cares_reports() {
    for role in
        [Role::Patient, Role::Therapist, Role::Family, Role::Nurse, Role::PrimaryCare, Role::Psychiatrist]
    {
        let events = accepted(Vec::new(), asks(role, report(1, Grade::Moderate)));
        let [Event::SideEffectReported { role: said, grade, .. }] = events.as_slice() else {
            panic!("{events:?}");
        };
        assert_eq!((*said, *grade), (role, Grade::Moderate));
    }
}

const STAFF: [Role; 6] =
    [Role::Psychiatrist, Role::Pmhnp, Role::Therapist, Role::CaseManager, Role::Nurse, Role::Pharmacist];

const OUTSIDE: [Role; 3] = [Role::PrimaryCare, Role::OutsideProvider, Role::Family];

/// Whether the one report is marked as that of somebody who is not on the care team.
fn is_marked(events: &[Event]) -> bool {
    let [Event::SideEffectReported { not_on_care_team, .. }] = events else { panic!("{events:?}") };
    *not_on_care_team
}

#[test]
fn a_report_of_the_patient_or_their_care_team_is_not_marked() {
    for role in Role::ALL {
        assert!(!is_marked(&accepted(Vec::new(), asks(role, report(1, Grade::Mild)))), "{role}");
    }
    let patient = stranger(asks(Role::Patient, report(1, Grade::Mild)));
    assert!(!is_marked(&accepted(Vec::new(), patient)));
}

#[test]
fn what_staff_report_of_a_patient_of_others_is_marked_and_seen_to_within_a_day() {
    for role in STAFF {
        let events = accepted(Vec::new(), stranger(asks(role, report(1, Grade::Mild))));
        assert!(is_marked(&events), "{role}");
        assert_eq!(deadlines(&events), (in_minutes(24 * 60), in_minutes(24 * 60)), "{role}");
    }
    let severe = accepted(Vec::new(), stranger(asks(Role::Nurse, report(1, Grade::Severe))));
    assert_eq!(deadlines(&severe), (in_minutes(60), in_minutes(4 * 60)));
}

#[test]
fn from_outside_the_care_team_what_can_wait_is_refused() {
    for role in OUTSIDE.into_iter().chain([Role::Auditor, Role::Service]) {
        for grade in [Grade::Mild, Grade::Moderate] {
            refused(Vec::new(), stranger(asks(role, report(1, grade))), Error::NotOnCareTeam);
        }
    }
    let mut another = stranger(asks(Role::Patient, report(1, Grade::Mild)));
    another.context.actor.id = PersonId::new(Uuid::from_u128(0xB0B));
    refused(Vec::new(), another, Error::NotOnCareTeam);
}

#[test]
fn what_cannot_wait_is_taken_from_anybody_and_marked() {
    for role in OUTSIDE {
        for grade in [Grade::Severe, Grade::LifeThreatening, Grade::Fatal] {
            assert!(is_marked(&accepted(Vec::new(), stranger(asks(role, report(1, grade))))), "{role}");
        }
        let flagged = accepted(Vec::new(), stranger(asks(role, with_flags(Grade::Mild, &["jaundice"]))));
        assert!(is_marked(&flagged), "{role}");
        assert_eq!(deadlines(&flagged), (in_minutes(15), in_minutes(15)));
        let mut emergency = stranger(asks(role, report(1, Grade::Moderate)));
        emergency.context.purpose = Purpose::Emergency;
        assert!(is_marked(&accepted(Vec::new(), emergency)), "{role}");
    }
}

#[test]
fn a_care_team_that_was_not_read_knows_nobody() {
    let unread = |role, grade| {
        let mut asked = asks(role, report(1, grade));
        asked.context.facts.care_team = None;
        asked
    };
    assert!(is_marked(&accepted(Vec::new(), unread(Role::Family, Grade::Severe))));
    refused(Vec::new(), unread(Role::Family, Grade::Mild), Error::NotOnCareTeam);
}

#[test]
fn whoever_may_not_report_learns_nothing_of_the_record() {
    let used = stranger(asks(Role::Family, report(1, Grade::Mild)));
    refused(reported(Grade::Mild), used, Error::NotOnCareTeam);
    let cites = stranger(asks(Role::Family, suspecting(3)));
    refused(Vec::new(), cites, Error::NotOnCareTeam);
}

#[test]
fn a_report_says_that_it_is_marked_only_when_it_is() {
    let shape = |events: Vec<Event>| {
        let [event] = events.try_into().unwrap();
        let stored = DomainEvent::SideEffects(event).encode();
        serde_json::from_slice::<serde_json::Value>(&stored).unwrap()
    };
    let known = shape(reported(Grade::Mild));
    assert!(known["SideEffectReported"].get("not_on_care_team").is_none(), "{known}");
    let marked = shape(accepted(Vec::new(), stranger(asks(Role::Nurse, report(1, Grade::Mild)))));
    assert_eq!(marked["SideEffectReported"]["not_on_care_team"], true);
}

#[test]
fn a_report_identifier_is_never_used_again_not_even_after_it_is_resolved() {
    let again = || asks(Role::Patient, report(1, Grade::Mild));
    refused(reported(Grade::Mild), again(), Error::ReportIdUsed);
    let resolved = history([again(), asks(Role::Nurse, resolve())]);
    refused(resolved, again(), Error::ReportIdUsed);
}

#[test]
fn the_grade_sets_the_deadlines_from_the_report_on() {
    let next_visit = noon().plus(NEXT_VISIT);
    for (grade, contact, decide) in [
        (Grade::Mild, next_visit, next_visit),
        (Grade::Moderate, in_minutes(24 * 60), in_minutes(24 * 60)),
        (Grade::Severe, in_minutes(60), in_minutes(4 * 60)),
        (Grade::LifeThreatening, in_minutes(15), in_minutes(15)),
        (Grade::Fatal, in_minutes(15), in_minutes(15)),
    ] {
        assert_eq!(deadlines(&reported(grade)), (contact, decide), "{grade:?}");
    }
}

#[test]
fn a_warning_sign_makes_any_grade_immediate() {
    let events = accepted(Vec::new(), asks(Role::Family, with_flags(Grade::Mild, &["rash-with-fever"])));
    assert_eq!(deadlines(&events), (in_minutes(15), in_minutes(15)));
}

#[test]
fn symptoms_and_warning_signs_are_rows_of_their_tables() {
    let Command::Report { report, description, grade, red_flags, suspected, onset_at, .. } =
        report(1, Grade::Mild)
    else {
        panic!("a report");
    };
    let symptom = Some(SymptomId::parse("ennui").unwrap());
    let unknown = Command::Report { report, symptom, description, grade, red_flags, suspected, onset_at };
    refused(Vec::new(), asks(Role::Patient, unknown), Error::UnknownSymptom);
    let flag = with_flags(Grade::Mild, &["itchy-palms"]);
    refused(Vec::new(), asks(Role::Patient, flag), Error::UnknownRedFlag);
    let twice = with_flags(Grade::Mild, &["jaundice", "jaundice"]);
    refused(Vec::new(), asks(Role::Patient, twice), Error::RedFlagTwice);
}

#[test]
fn an_onset_is_in_the_past() {
    let when = asks_at(noon().plus_days(-3), Role::Patient, report(1, Grade::Mild));
    refused(Vec::new(), when, Error::OnsetInTheFuture);
}

#[test]
fn a_suspected_order_is_or_was_on_the_chart() {
    accepted(Vec::new(), asks(Role::Patient, suspecting(1)));
    accepted(Vec::new(), asks(Role::Patient, suspecting(2)));
    refused(Vec::new(), asks(Role::Patient, suspecting(3)), Error::UnknownOrder);
    refused(Vec::new(), without_chart(asks(Role::Patient, suspecting(1))), Error::UnknownOrder);
}

#[test]
fn a_clinician_triages_and_nobody_else() {
    for role in [Role::Nurse, Role::Pharmacist, Role::Psychiatrist, Role::Pmhnp] {
        accepted(reported(Grade::Moderate), asks(role, triage(Grade::Severe)));
    }
    for role in [Role::Therapist, Role::Patient, Role::Family, Role::CaseManager] {
        refused(reported(Grade::Moderate), asks(role, triage(Grade::Severe)), Error::NotAClinician);
    }
}

#[test]
fn triage_brings_a_deadline_nearer_and_never_pushes_it_away() {
    let worse = asks_at(in_minutes(60), Role::Nurse, triage(Grade::Severe));
    let events = accepted(reported(Grade::Moderate), worse);
    let [Event::SideEffectTriaged { decide_by, grade, .. }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((*grade, *decide_by), (Grade::Severe, in_minutes(60 + 4 * 60)));

    let milder = asks_at(in_minutes(60), Role::Psychiatrist, triage(Grade::Mild));
    let events = accepted(reported(Grade::Severe), milder);
    let [Event::SideEffectTriaged { decide_by, grade, .. }] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((*grade, *decide_by), (Grade::Mild, in_minutes(4 * 60)));
}

#[test]
fn only_a_prescriber_judges_a_severe_report_milder() {
    for grade in [Grade::Severe, Grade::LifeThreatening, Grade::Fatal] {
        let milder = triage(Grade::Moderate);
        refused(reported(grade), asks(Role::Nurse, milder.clone()), Error::NotAPrescriber);
        accepted(reported(grade), asks(Role::Pmhnp, milder));
    }
    accepted(reported(Grade::Moderate), asks(Role::Nurse, triage(Grade::Mild)));
}

#[test]
fn what_was_ever_moderate_is_decided_before_it_is_closed() {
    let milder =
        history([asks(Role::Patient, report(1, Grade::Moderate)), asks(Role::Nurse, triage(Grade::Mild))]);
    refused(milder, asks(Role::Nurse, resolve()), Error::DecisionMissing);
}

#[test]
fn triage_comes_before_the_decision() {
    let decided = history([
        asks(Role::Patient, report(1, Grade::Moderate)),
        asks(Role::Psychiatrist, decide(Decision::ContinueAndMonitor)),
    ]);
    refused(decided, asks(Role::Nurse, triage(Grade::Severe)), Error::AlreadyDecided);
    refused(Vec::new(), asks(Role::Nurse, triage(Grade::Severe)), Error::UnknownReport);
}

#[test]
fn a_prescriber_decides_and_nobody_else() {
    let monitor = || decide(Decision::ContinueAndMonitor);
    accepted(reported(Grade::Moderate), asks(Role::Pmhnp, monitor()));
    for role in [Role::Nurse, Role::Pharmacist, Role::Therapist, Role::Patient] {
        refused(reported(Grade::Moderate), asks(role, monitor()), Error::NotAPrescriber);
    }
    refused(Vec::new(), asks(Role::Psychiatrist, monitor()), Error::UnknownReport);
}

#[test]
fn a_decision_that_an_order_carries_out_names_one_of_the_chart() {
    let ask = |decision| asks(Role::Psychiatrist, decide(decision));
    let given = || reported(Grade::Moderate);
    for decision in [Decision::ReduceDose, Decision::ChangeTiming, Decision::AddTreatment] {
        accepted(given(), ask(decision(order(1))));
        refused(given(), ask(decision(order(2))), Error::OrderStopped);
        refused(given(), ask(decision(order(3))), Error::UnknownOrder);
    }
    for decision in [Decision::Switch, Decision::Stop] {
        accepted(given(), ask(decision(order(2))));
        refused(given(), ask(decision(order(3))), Error::UnknownOrder);
    }
    refused(given(), without_chart(ask(Decision::Stop(order(1)))), Error::UnknownOrder);
}

#[test]
fn a_decision_after_the_deadline_is_late() {
    for (minutes, late) in [(240, false), (241, true)] {
        let when = asks_at(in_minutes(minutes), Role::Psychiatrist, decide(Decision::ContinueAndMonitor));
        let events = accepted(reported(Grade::Severe), when);
        let [Event::SideEffectActionDecided { late: said, .. }] = events.as_slice() else {
            panic!("{events:?}");
        };
        assert_eq!(*said, late, "after {minutes} minutes");
    }
}

#[test]
fn a_later_decision_may_differ_but_not_repeat() {
    let decided = history([
        asks(Role::Patient, report(1, Grade::Severe)),
        asks(Role::Psychiatrist, decide(Decision::ContinueAndMonitor)),
    ]);
    let again = asks(Role::Psychiatrist, decide(Decision::ContinueAndMonitor));
    refused(decided.clone(), again, Error::AlreadyDecided);
    let stop = asks_at(noon().plus_days(3), Role::Psychiatrist, decide(Decision::Stop(order(1))));
    let events = accepted(decided, stop);
    assert!(matches!(events.as_slice(), [Event::SideEffectActionDecided { late: false, .. }]));
}

#[test]
fn what_is_moderate_or_worse_is_decided_before_it_is_closed() {
    for grade in [Grade::Moderate, Grade::Severe, Grade::LifeThreatening, Grade::Fatal] {
        refused(reported(grade), asks(Role::Nurse, resolve()), Error::DecisionMissing);
    }
    accepted(reported(Grade::Mild), asks(Role::Nurse, resolve()));
    let flagged = history([asks(Role::Patient, with_flags(Grade::Mild, &["jaundice"]))]);
    refused(flagged, asks(Role::Nurse, resolve()), Error::DecisionMissing);
    let decided = history([
        asks(Role::Patient, report(1, Grade::Severe)),
        asks(Role::Psychiatrist, decide(Decision::Stop(order(1)))),
    ]);
    accepted(decided, asks(Role::Nurse, resolve()));
}

#[test]
fn a_clinician_closes_a_report_once() {
    refused(reported(Grade::Mild), asks(Role::Patient, resolve()), Error::NotAClinician);
    let closed = || history([asks(Role::Patient, report(1, Grade::Mild)), asks(Role::Nurse, resolve())]);
    for command in [resolve(), triage(Grade::Severe)] {
        refused(closed(), asks(Role::Nurse, command), Error::ReportResolved);
    }
    let monitor = asks(Role::Psychiatrist, decide(Decision::ContinueAndMonitor));
    refused(closed(), monitor, Error::ReportResolved);
    refused(closed(), asks(Role::Service, breach()), Error::ReportResolved);
}

#[test]
fn a_timer_says_once_that_a_deadline_has_passed() {
    let late = || asks_at(in_minutes(241), Role::Service, breach());
    let events = accepted(reported(Grade::Severe), late());
    assert_eq!(events, [Event::EscalationBreached { report: report_id(1), decide_by: in_minutes(240) }]);
    let breached = history([asks(Role::Patient, report(1, Grade::Severe)), late()]);
    refused(breached, late(), Error::AlreadyBreached);
    let early = asks_at(in_minutes(240), Role::Service, breach());
    refused(reported(Grade::Severe), early, Error::DeadlineNotPassed);
    let nurse = asks_at(in_minutes(241), Role::Nurse, breach());
    refused(reported(Grade::Severe), nurse, Error::NotATimer);
    let decided = history([
        asks(Role::Patient, report(1, Grade::Severe)),
        asks(Role::Psychiatrist, decide(Decision::ContinueAndMonitor)),
    ]);
    refused(decided, late(), Error::AlreadyDecided);
}

#[test]
fn others_learn_how_many_weighty_reports_are_open() {
    let given = history([
        asks(Role::Patient, report(1, Grade::Moderate)),
        asks(Role::Patient, report(2, Grade::Severe)),
        asks(Role::Patient, report(3, Grade::Mild)),
        asks(Role::Psychiatrist, decide(Decision::ContinueAndMonitor)),
    ]);
    assert_eq!(folded(&given).facts().open_moderate_or_worse, 2);
    let mut fewer = folded(&given);
    for event in fewer.decide(&asks(Role::Nurse, resolve())).unwrap() {
        fewer.fold(event);
    }
    assert_eq!(fewer.facts().open_moderate_or_worse, 1);
}

fn grade() -> impl Strategy<Value = Grade> {
    prop_oneof![
        Just(Grade::Mild),
        Just(Grade::Moderate),
        Just(Grade::Severe),
        Just(Grade::LifeThreatening),
        Just(Grade::Fatal)
    ]
}

fn anything() -> impl Strategy<Value = (Role, Command)> {
    let number = 1..4_u128;
    let report_of =
        (number.clone(), grade()).prop_map(|(number, grade)| (Role::Patient, report(number, grade)));
    let on = move |role: Role, command: fn(ReportId, Grade) -> Command| {
        (number.clone(), grade()).prop_map(move |(number, grade)| (role, command(report_id(number), grade)))
    };
    prop_oneof![
        report_of,
        on(Role::Nurse, |report, grade| Command::Triage { report, grade, note: words("Seen") }),
        on(Role::Psychiatrist, |report, grade| Command::Decide {
            report,
            decision: if grade < Grade::Severe {
                Decision::ContinueAndMonitor
            } else {
                Decision::Stop(order(1))
            },
            rationale: words("Weighed"),
        }),
        on(Role::Nurse, |report, _| Command::Resolve { report, outcome: Outcome::Recovered }),
        on(Role::Service, |report, _| Command::Breach { report }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_accepted_history_replays_to_the_same_record_and_no_deadline_moves_away(
        wishes in proptest::collection::vec((anything(), 0..600_u64), 1..50),
    ) {
        let (mut record, mut events, mut now) = (SideEffects::default(), Vec::new(), noon());
        for ((role, command), minutes) in wishes {
            now = now.plus(Duration::from_mins(minutes));
            let before = record.clone();
            for event in record.decide(&asks_at(now, role, command)).unwrap_or_default() {
                record.fold(event.clone());
                events.push(event);
            }
            for (id, report) in &record.open {
                if let Some(earlier) = before.open.get(id) {
                    prop_assert!(report.decide_by <= earlier.decide_by);
                }
            }
        }
        let mut replayed = SideEffects::default();
        for event in events {
            let stored = DomainEvent::SideEffects(event).encode();
            let read = DomainEvent::decode(StreamKind::SideEffects, &stored).expect("it was just written");
            let DomainEvent::SideEffects(read) = read else { panic!("another kind of event") };
            replayed.fold(read);
        }
        prop_assert_eq!(&replayed, &record);
        let kept = serde_json::to_vec(&record).expect("a record can be kept");
        prop_assert_eq!(&serde_json::from_slice::<SideEffects>(&kept).expect("and read"), &record);
    }
}
