//! Critical results, levels and tests that are left out.

use concord_kernel::Role;
use concord_knowledge::{LabId, RuleId};

use super::super::*;
use super::told::*;

fn lab(name: &str) -> LabId {
    LabId::parse(name).unwrap()
}

fn measured(name: &str, value: f64, unit: &str) -> Command {
    Command::RecordResult {
        lab: lab(name),
        value,
        unit: unit.to_owned(),
        taken_at: noon(),
        last_dose_at: None,
    }
}

fn reviewed(name: &str) -> Command {
    Command::ReviewResult { lab: lab(name), taken_at: noon(), action: words("Called; potassium today") }
}

fn breach() -> Command {
    Command::BreachResult { lab: lab("potassium"), taken_at: noon() }
}

fn waive(test: &str, days: i64) -> Command {
    Command::WaiveTest {
        order: order_id(1),
        test: RuleId::parse(test).unwrap(),
        until: in_days(days),
        reason: words("Done by primary care last month"),
    }
}

#[test]
fn a_critical_result_is_flagged_in_the_same_append_with_an_hour_to_acknowledge_it() {
    let events = accepted(Vec::new(), nurse().asks(measured("potassium", 2.5, "mmol/L")));
    let [Event::ResultRecorded { .. }, Event::CriticalResultFlagged { rule, acknowledge_by, .. }, ..] =
        events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert_eq!(rule.as_str(), "crit.potassium-low");
    assert_eq!(*acknowledge_by, noon().plus(std::time::Duration::from_hours(1)));
    let plain = accepted(Vec::new(), nurse().asks(measured("potassium", 4.0, "mmol/L")));
    assert_eq!(plain.len(), 1);
}

#[test]
fn a_critical_result_is_acknowledged_once_by_a_prescriber_and_lateness_is_said() {
    let flagged = after(Vec::new(), [nurse().asks(measured("potassium", 2.5, "mmol/L"))]);
    refused(flagged.clone(), nurse().asks(reviewed("potassium")), Error::NotAPrescriber);
    refused(flagged.clone(), psychiatrist().asks(reviewed("sodium")), Error::NoCriticalResult);
    for (hours, late) in [(1, false), (2, true)] {
        let events = accepted(flagged.clone(), psychiatrist().hours_later(hours).asks(reviewed("potassium")));
        assert!(matches!(events.as_slice(), [Event::ResultReviewed { late: l, .. }] if *l == late));
    }
    let done = after(flagged, [psychiatrist().asks(reviewed("potassium"))]);
    refused(done, psychiatrist().asks(reviewed("potassium")), Error::NoCriticalResult);
}

#[test]
fn the_dose_before_a_level_lies_before_its_sample() {
    let level = |last_dose_at| Command::RecordResult {
        lab: lab("lithium-level"),
        value: 0.8,
        unit: "mmol/L".to_owned(),
        taken_at: noon(),
        last_dose_at,
    };
    refused(Vec::new(), nurse().asks(level(Some(noon().plus_days(1)))), Error::DoseAfterSample);
    // Nobody knows: a fact all the same.
    accepted(Vec::new(), nurse().asks(level(None)));
    let events = accepted(Vec::new(), nurse().asks(level(Some(noon().plus_days(-1)))));
    assert!(matches!(&events[0], Event::ResultRecorded { last_dose_at: Some(_), .. }));
}

#[test]
fn a_test_is_left_out_by_a_prescriber_for_a_time_and_only_when_the_drug_asks_for_it() {
    let kidney = "mon.lithium.kidney";
    let events = accepted(on("lithium"), psychiatrist().asks(waive(kidney, 90)));
    assert!(matches!(events.as_slice(), [Event::MonitoringWaived { .. }]));
    refused(on("lithium"), nurse().asks(waive(kidney, 90)), Error::NotAPrescriber);
    refused(on("sertraline"), psychiatrist().asks(waive(kidney, 90)), Error::UnknownTest);
    refused(on("lithium"), psychiatrist().asks(waive("mon.lithium.hair", 90)), Error::UnknownTest);
    for days in [0, 366] {
        let range = Error::WaiverOutOfRange { most_days: 365 };
        refused(on("lithium"), psychiatrist().asks(waive(kidney, days)), range);
    }
    let stopped = after(on("sertraline"), [psychiatrist().asks(stop(1))]);
    refused(stopped, psychiatrist().asks(waive(kidney, 90)), Error::OrderStopped);
}

#[test]
fn a_critical_result_that_nobody_acknowledged_is_on_record_once_and_by_the_service() {
    let flagged = after(Vec::new(), [nurse().asks(measured("potassium", 2.5, "mmol/L"))]);
    let timer = |hours| somebody(9, Role::Service, &[]).hours_later(hours).asks(breach());
    refused(flagged.clone(), timer(1), Error::DeadlineNotPassed);
    refused(flagged.clone(), psychiatrist().hours_later(2).asks(breach()), Error::NotATimer);
    refused(Vec::new(), timer(2), Error::NoCriticalResult);
    let events = accepted(flagged.clone(), timer(2));
    let [Event::CriticalResultBreached { acknowledge_by, .. }] = events.as_slice() else {
        panic!("{events:?}");
    };
    assert_eq!(*acknowledge_by, noon().plus(std::time::Duration::from_hours(1)));
    let breached = [flagged, events].concat();
    refused(breached.clone(), timer(3), Error::AlreadyBreached);
    let late = accepted(breached, psychiatrist().hours_later(3).asks(reviewed("potassium")));
    assert!(matches!(late.as_slice(), [Event::ResultReviewed { late: true, .. }]));
}
