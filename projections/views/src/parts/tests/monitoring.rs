//! What is due because of what is taken.

use concord_domain::chart::{Cause, Event, Judged, NewOrder, OrderModality, Sex, StopReason, Supply};
use concord_domain::{DomainEvent, scales};
use concord_kernel::{Instant, OrderId, Phi, ScaleId, Text};
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{ConditionId, DrugId, LabId, RuleId, RulesetVersion};
use concord_projection::Key;
use uuid::Uuid;

use crate::parts::{Due, DueKind};
use crate::tests::{Dice, Story, after_opening, patient, regimen, start};
use crate::{Reconciled, Worklist};

fn words(text: &str) -> Text {
    Text::parse(text).unwrap()
}

pub(super) fn lab(name: &str) -> LabId {
    LabId::parse(name).unwrap()
}

fn order() -> OrderId {
    OrderId::new(Uuid::from_u128(0x11))
}

fn judged() -> Judged {
    Judged { ruleset: RulesetVersion::parse("1").unwrap(), findings: Vec::new(), answered: Vec::new() }
}

fn lithium() -> Event {
    Event::MedicationPrescribed {
        order: Box::new(NewOrder {
            order: order(),
            episode: Story::new(0, &mut Dice(1)).episode,
            drug: DrugId::parse("lithium").unwrap(),
            regimen: regimen(600.0),
            indication: ConditionId::parse("bipolar").unwrap(),
            reason: words("first choice"),
            supply: Supply { days: 30, refills: 1 },
            start_on: start().day(),
            modality: OrderModality::InPerson,
            legal_basis: None,
            acknowledgements: Vec::new(),
        }),
        policy: None,
        judged: judged(),
        ingredients: Vec::new(),
        at: start(),
    }
}

pub(super) fn days(n: i64) -> Instant {
    Instant::start_of(start().day()).plus_days(n)
}

fn result(name: &str, at: Instant, last_dose_at: Option<Instant>) -> Event {
    Event::ResultRecorded { lab: lab(name), value: 0.7, taken_at: at, last_dose_at }
}

/// Twelve hours before `at`.
fn evening_before(at: Instant) -> Option<Instant> {
    Instant::from_micros(at.micros() - 12 * 3_600_000_000).ok()
}

fn due(then: Vec<Event>) -> Vec<Due> {
    let model = after_opening::<Worklist>(then.into_iter().map(DomainEvent::Chart).collect());
    let row = &model.rows[&Key::patient(patient(0))];
    row.agenda.due(&row.stays)
}

fn tests(then: Vec<Event>) -> Vec<(String, i64)> {
    let due = due(then).into_iter().filter(|due| due.kind == DueKind::Test);
    due.map(|due| (due.name.unwrap(), due.at.days_since(days(0)))).collect()
}

fn level_due(then: Vec<Event>) -> i64 {
    let level = |(name, _): &(String, i64)| name == "lithium-level";
    tests(then).into_iter().find(level).unwrap().1
}

#[test]
fn a_drug_asks_for_its_tests_from_the_first_day() {
    let wanted = [("lithium-level", 5), ("creatinine", 0), ("tsh", 0), ("calcium", 0)];
    assert_eq!(tests(vec![lithium()]), wanted.map(|(name, day)| (name.to_owned(), day)));
    // One of several that would do is enough, also when it was done before the order was written.
    let kidney = result("egfr", days(-3), None);
    let left: Vec<_> = tests(vec![kidney, lithium()]).into_iter().filter(|(_, day)| *day == 0).collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(tests(vec![]), []);
}

#[test]
fn a_level_without_the_time_of_its_dose_is_still_due() {
    assert_eq!(level_due(vec![lithium(), result("lithium-level", days(5), None)]), 5);
    assert_eq!(level_due(vec![lithium(), result("lithium-level", days(5), Some(days(5)))]), 5);
    let timed = |day| result("lithium-level", days(day), evening_before(days(day)));
    assert_eq!(level_due(vec![lithium(), timed(5)]), 12);
    assert_eq!(level_due(vec![lithium(), timed(5), timed(12)]), 12 + 91);
    // A result that came late is history, and an older one takes nothing back.
    assert_eq!(level_due(vec![lithium(), timed(12), timed(5)]), 12 + 91);
}

#[test]
fn a_change_of_dose_asks_again_but_the_steps_of_a_taper_do_not() {
    let timed = |day| result("lithium-level", days(day), evening_before(days(day)));
    let adjusted = |cause| Event::DoseAdjusted {
        order: order(),
        from: regimen(600.0),
        to: regimen(900.0),
        cause,
        note: words("as agreed"),
        acknowledgements: Vec::new(),
        judged: judged(),
        at: days(20),
    };
    let settled = || vec![lithium(), timed(5), timed(12)];
    assert_eq!(level_due([settled(), vec![adjusted(Cause::PatientPreference)]].concat()), 25);
    assert_eq!(level_due([settled(), vec![adjusted(Cause::PlannedTaper)]].concat()), 12 + 91);
}

#[test]
fn a_test_that_is_left_out_comes_due_again_and_a_drug_that_is_not_taken_asks_for_nothing() {
    let thyroid = |then: Vec<Event>| tests(then).into_iter().find(|(name, _)| name == "tsh");
    let waived = Event::MonitoringWaived {
        order: order(),
        test: RuleId::parse("mon.lithium.thyroid").unwrap(),
        until: days(90).day(),
        reason: words("done elsewhere"),
    };
    assert_eq!(thyroid(vec![lithium(), waived]), Some(("tsh".to_owned(), 90)));
    let held = Event::MedicationHeld { order: order(), reason: words("vomiting"), at: days(2) };
    assert_eq!(tests(vec![lithium(), held]), []);
    let stopped = Event::MedicationStopped {
        order: order(),
        reason: StopReason::PatientChoice,
        last_dose_at: None,
        abrupt_because: None,
        at: days(2),
        assessed_at: None,
    };
    assert_eq!(tests(vec![lithium(), stopped]), []);
}

#[test]
fn a_critical_result_waits_for_a_prescriber_until_it_is_reviewed() {
    let flagged = || Event::CriticalResultFlagged {
        lab: lab("potassium"),
        value: 2.5,
        taken_at: days(1),
        rule: RuleId::parse("crit.potassium-low").unwrap(),
        acknowledge_by: days(2),
        ruleset: RulesetVersion::parse("1").unwrap(),
    };
    let critical = |then: Vec<Event>| {
        let all = due(then).into_iter();
        all.filter(|due| due.kind == DueKind::CriticalResult).map(|due| due.name).collect::<Vec<_>>()
    };
    assert_eq!(critical(vec![flagged()]), [Some("potassium".to_owned())]);
    let reviewed = Event::ResultReviewed {
        lab: lab("potassium"),
        taken_at: days(1),
        action: words("replaced"),
        late: false,
    };
    assert_eq!(critical(vec![flagged(), reviewed]), []);
}

#[test]
fn a_liaison_knows_what_is_due_and_that_nothing_is_known() {
    let events = vec![DomainEvent::Chart(lithium())];
    let model = after_opening::<Reconciled>(events);
    let row = &model.rows[&Key::patient(patient(0))];
    assert_eq!(row.monitoring.due().count(), 4);
    assert!(row.monitoring.due().all(|due| due.test.latest.is_none()));
}

pub(super) fn prescribed(drug: &str) -> Event {
    let Event::MedicationPrescribed { mut order, policy, judged, ingredients, at } = lithium() else {
        unreachable!()
    };
    order.drug = DrugId::parse(drug).unwrap();
    Event::MedicationPrescribed { order, policy, judged, ingredients, at }
}

#[test]
fn a_form_about_movements_that_was_filled_in_meets_its_schedule_and_another_form_does_not() {
    let scored = |scale, items: usize, total| {
        DomainEvent::Scales(scales::Event::ScaleScored {
            id: ScaleId::new(Uuid::from_u128(0x21)),
            scale,
            items: vec![Some(0); items],
            total,
            band: None,
            baseline: None,
            response: None,
            remission: None,
            mode: scales::AdministrationMode::Clinician,
            language: "en".to_owned(),
            taken_at: days(-1),
            substance: None,
        })
    };
    let movements = |then: Vec<DomainEvent>| {
        let model = after_opening::<Worklist>(then);
        let row = &model.rows[&Key::patient(patient(0))];
        let due = row.agenda.due(&row.stays).into_iter();
        let aims = due.filter(|due| due.name.as_deref() == Some("aims"));
        aims.map(|due| due.at.days_since(days(0))).collect::<Vec<_>>()
    };
    let order = || DomainEvent::Chart(prescribed("quetiapine"));
    assert_eq!(movements(vec![order()]), [0]);
    assert_eq!(movements(vec![scored(ScaleKind::Aims, 12, Some(0)), order()]), [364]);
    assert_eq!(movements(vec![scored(ScaleKind::Aims, 12, None), order()]), [0]);
    assert_eq!(movements(vec![scored(ScaleKind::Phq9, 9, Some(0)), order()]), [0]);
}

#[test]
fn a_test_of_older_patients_follows_the_day_of_birth_that_was_told_last() {
    let born = |years: i64| Event::CharacteristicsRecorded {
        born_on: Phi::new(days(-years * 366).day()),
        sex: Sex::Female,
        may_become_pregnant: Some(false),
    };
    let heart = |then: Vec<Event>| tests(then).iter().filter(|(name, _)| name == "qtc").count();
    assert_eq!(heart(vec![lithium()]), 0);
    assert_eq!(heart(vec![lithium(), born(39)]), 0);
    assert_eq!(heart(vec![lithium(), born(45)]), 1);
    assert_eq!(heart(vec![born(45), lithium(), born(30)]), 0);
}
