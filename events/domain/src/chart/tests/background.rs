//! Characteristics, allergies, conditions, results.

use concord_kernel::{Instant, Phi};
use concord_knowledge::{Action, Ruleset};

use super::super::*;
use super::told::*;

fn born(day: &str, sex: Sex, may_become_pregnant: Option<bool>) -> Command {
    Command::RecordCharacteristics { born_on: Phi::new(day.parse().unwrap()), sex, may_become_pregnant }
}

fn refute(substance: &str) -> Command {
    Command::RefuteAllergy { substance: words(substance), reason: words("Tolerated since") }
}

#[test]
fn a_birth_is_plausible_and_nothing_contradicts_itself() {
    for day in ["2027-01-01", "1850-01-01"] {
        refused(Vec::new(), nurse().asks(born(day, Sex::Female, None)), Error::BirthNotPlausible);
    }
    let contradiction = born("1990-04-01", Sex::Male, Some(true));
    refused(Vec::new(), nurse().asks(contradiction), Error::Contradiction);
    let events = accepted(Vec::new(), nurse().asks(born("1990-04-01", Sex::Female, Some(true))));
    assert!(matches!(events[0], Event::CharacteristicsRecorded { .. }));
    nothing_happens(history([born_1990()]), born_1990());
}

#[test]
fn there_are_no_known_allergies_only_when_none_is_on_the_chart() {
    nothing_happens(history([no_allergies()]), no_allergies());
    let given = history([nurse().asks(allergy("penicillin"))]);
    refused(given.clone(), no_allergies(), Error::AllergyOnChart);
    let refuted = after(given, [nurse().asks(refute("Penicillin"))]);
    accepted(refuted, no_allergies());
}

#[test]
fn an_allergy_replaces_none_known_and_is_recorded_once() {
    let given = history([no_allergies(), nurse().asks(allergy("penicillin"))]);
    assert!(matches!(given.last(), Some(Event::AllergyRecorded { .. })));
    nothing_happens(given, nurse().asks(allergy("  Penicillin ")));
}

#[test]
fn only_an_allergy_on_the_chart_is_refuted() {
    let given = history([nurse().asks(allergy("penicillin"))]);
    refused(given.clone(), nurse().asks(refute("sulfa")), Error::UnknownAllergy);
    let events = accepted(given, nurse().asks(refute("penicillin")));
    assert!(matches!(events.as_slice(), [Event::AllergyRefuted { .. }]));
}

#[test]
fn an_allergy_to_what_is_taken_is_raised_and_stands_against_it() {
    let given = on("sertraline");
    let events = accepted(given, nurse().asks(allergy("sertraline")));
    assert_eq!(raised(&events), ["allergy.same-ingredient"]);
    let allergic = after(prepared(&["sertraline"]), [nurse().asks(allergy("sertraline"))]);
    let (rules, _) = unsafe_by(allergic, psychiatrist().prescribes(order(1, "sertraline")));
    assert_eq!(rules, [("allergy.same-ingredient".to_owned(), Action::BlockUnlessCosigned)]);
}

#[test]
fn a_condition_is_recognised_or_named_and_recorded_once() {
    let given = history([nurse().asks(has_condition("seizure disorder"))]);
    let Event::ConditionRecorded { condition: seen, .. } = &given[0] else { panic!("{given:?}") };
    assert_eq!(*seen, Some(condition("seizure-disorder")));
    nothing_happens(given, nurse().asks(has_condition("Seizure  disorder")));
    let unknown = Command::RecordCondition {
        name: words("Something"),
        codings: Vec::new(),
        condition: Some(condition("no-such-row")),
        onset_on: None,
    };
    refused(Vec::new(), nurse().asks(unknown), Error::UnknownCondition);
}

#[test]
fn a_condition_that_forbids_what_is_taken_is_raised() {
    let events = accepted(on("bupropion-xl"), nurse().asks(has_condition("seizure disorder")));
    assert_eq!(raised(&events), ["dc.bupropion.seizure"]);
}

#[test]
fn only_a_condition_on_the_chart_is_resolved() {
    let resolve = |name| nurse().asks(Command::ResolveCondition { name: words(name) });
    let given = history([nurse().asks(has_condition("seizure disorder"))]);
    refused(given.clone(), resolve("asthma"), Error::ConditionNotOnChart);
    let resolved = after(given, [resolve("SEIZURE disorder")]);
    assert!(folded(&resolved).subject(noon()).conditions.is_empty());
}

#[test]
fn a_result_is_of_a_known_kind_in_its_unit_plausible_and_past() {
    refused(Vec::new(), nurse().asks(result("humours", 1.0, "1")), Error::UnknownLab);
    refused(Vec::new(), nurse().asks(result("lithium-level", 1.0, "mg/dL")), Error::UnitNotOfTable);
    for value in [f64::NAN, f64::INFINITY, -1.0, 11.0] {
        let when = nurse().asks(result("lithium-level", value, "mmol/L"));
        refused(Vec::new(), when, Error::ValueNotPlausible);
    }
    let tomorrow = Command::RecordResult {
        lab: lab("lithium-level"),
        value: 1.0,
        unit: "mmol/L".to_owned(),
        taken_at: noon().plus_days(1),
        last_dose_at: None,
    };
    refused(Vec::new(), nurse().asks(tomorrow), Error::InTheFuture);
    accepted(Vec::new(), nurse().asks(result("lithium-level", 0.8, "mmol/L")));
}

#[test]
fn what_lets_a_first_dose_go_ahead_is_recorded_by_whoever_sees_the_patient() {
    for (lab, value, unit) in [
        ("cows", 13.0, "{score}"),
        ("naloxone-challenge", 0.0, "{presence}"),
        ("uds-opioids", 0.0, "{presence}"),
    ] {
        refused(Vec::new(), therapist().asks(result(lab, value, unit)), Error::NotAClinician);
        accepted(Vec::new(), nurse().asks(result(lab, value, unit)));
    }
}

fn level(days: i64, value: f64) -> super::told::Asked {
    nurse().days_later(days).asks(Command::RecordResult {
        lab: lab("lithium-level"),
        value,
        unit: "mmol/L".to_owned(),
        taken_at: noon().plus_days(days),
        last_dose_at: None,
    })
}

#[test]
fn a_level_that_is_too_high_is_raised_and_raised_again_when_it_comes_back() {
    let given = after(on("lithium"), [level(5, 1.6)]);
    assert_eq!(raised(&given), ["lab.lithium.high"]);
    let still = accepted(given.clone(), level(6, 1.7));
    assert!(raised(&still).is_empty(), "{still:?}");
    let resolve = Command::ResolveInteraction {
        finding: finding("lab.lithium.high", &["lithium"]),
        resolution: words("Held two doses"),
    };
    let resolved = after(given, [psychiatrist().days_later(6).asks(resolve)]);
    assert_eq!(raised(&accepted(resolved.clone(), level(9, 1.7))), ["lab.lithium.high"]);
    let unrelated = accepted(resolved, nurse().days_later(7).asks(outside(1, "lisinopril")));
    assert_eq!(raised(&unrelated), ["ddi.lithium.ace-arb"]);
}

#[test]
fn an_older_result_does_not_take_the_place_of_a_newer_one() {
    let given = after(on("lithium"), [level(5, 0.8), level(7, 0.9)]);
    let older = Command::RecordResult {
        lab: lab("lithium-level"),
        value: 1.8,
        unit: "mmol/L".to_owned(),
        taken_at: noon().plus_days(2),
        last_dose_at: None,
    };
    let events = accepted(given.clone(), nurse().days_later(8).asks(older.clone()));
    assert!(raised(&events).is_empty());
    let chart = folded(&after(given, [nurse().days_later(8).asks(older)]));
    assert!((chart.subject(noon()).results[0].value - 0.9).abs() < f64::EPSILON);
}

#[test]
fn a_condition_that_comes_back_is_news_again() {
    let name = "seizure disorder";
    let over = || nurse().asks(Command::ResolveCondition { name: words(name) });
    let first = accepted(on("bupropion-xl"), nurse().asks(has_condition(name)));
    let settled: Vec<Asked> = first
        .iter()
        .filter_map(|event| {
            let Event::InteractionDetected { finding, .. } = event else { return None };
            let resolution = words("Neurology agrees");
            Some(pharmacist().asks(Command::ResolveInteraction { finding: finding.clone(), resolution }))
        })
        .collect();
    assert!(!settled.is_empty());
    let given = after(on("bupropion-xl"), [nurse().asks(has_condition(name))]);
    let given = after(after(given, settled), [over()]);
    let again = accepted(given, nurse().asks(has_condition(name)));
    assert_eq!(raised(&again), raised(&first));
}

#[test]
fn a_chart_holds_so_many_entries_of_a_kind() {
    let full = Error::TooManyEntries { most: 200 };
    let numbers = || 0..200_u32;
    let conditions = numbers().map(|number| Event::ConditionRecorded {
        name: words(&format!("Condition {number}")),
        condition: None,
        onset_on: None,
    });
    refused(conditions.collect(), nurse().asks(has_condition("asthma")), full.clone());
    let allergies = numbers().map(|number| Event::AllergyRecorded {
        substance: words(&format!("Substance {number}")),
        ingredient: None,
        reaction: None,
        severity: concord_knowledge::safety::ReactionSeverity::Mild,
        kind: concord_knowledge::safety::ReactionKind::Intolerance,
    });
    refused(allergies.collect(), nurse().asks(allergy("penicillin")), full.clone());
    let medications = numbers().map(|number| {
        let Command::RecordOutsideMedication { medication, reported } =
            outside(u128::from(number), "aspirin")
        else {
            panic!("an outside medication");
        };
        Event::OutsideMedicationRecorded {
            medication,
            reported,
            ingredients: Vec::new(),
            complete: false,
            depot_days: None,
        }
    });
    refused(medications.collect(), nurse().asks(outside(200, "aspirin")), full);
}

#[test]
fn the_latest_look_into_each_state_s_monitoring_program_is_what_others_rely_on() {
    let state = |code| crate::UsState::parse(code).unwrap();
    let look = |code, hours_ago: u64| Command::RecordPdmpCheck {
        state: state(code),
        checked_at: Instant::from_micros(noon().micros() - i64::try_from(hours_ago).unwrap() * 3_600_000_000)
            .unwrap(),
        result: PdmpResult::AsExpected,
        note: None,
    };
    // The older one is told of later, and does not hide the newer.
    let told = [look("OH", 1), look("OH", 30), look("NY", 2)].map(|command| nurse().asks(command));
    let known = folded(&after(Vec::new(), told)).facts(Ruleset::embedded()).pdmp;
    assert_eq!(known.len(), 2);
    assert_eq!(noon().since(known[&state("OH")].checked_at), std::time::Duration::from_hours(1));
    let Command::RecordPdmpCheck { state, result, note, .. } = look("OH", 0) else {
        unreachable!("it looks")
    };
    let tomorrow = Command::RecordPdmpCheck { state, checked_at: noon().plus_days(1), result, note };
    refused(Vec::new(), nurse().asks(tomorrow), Error::InTheFuture);
}
