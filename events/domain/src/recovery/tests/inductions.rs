//! The way onto buprenorphine, and methadone of an opioid treatment program.

use concord_kernel::Role;
use concord_knowledge::recovery::OpioidExposure;
use concord_knowledge::scale::ScaleKind;
use concord_knowledge::{DrugId, Frequency, Milligrams, Regimen, Route};

use super::super::*;
use super::said::*;
use crate::episode::{Phase, Stage};
use crate::testing::{by, noon, stay_in, text};
use crate::{Explain, Facts, OrderFacts};

#[test]
fn a_prescriber_plans_one_induction_at_a_time_in_an_active_stay() {
    record(vec![])
        .when(doctor(start(1, Setting::Clinic)))
        .then_expect_events(vec![started(1, Setting::Clinic)]);
    let open = || record(vec![started(1, Setting::Clinic)]);
    open().when(doctor(start(2, Setting::Home))).then_expect_error(Error::InductionOpen);
    open().when(doctor(start(1, Setting::Home))).then_expect_error(Error::IdUsed);
    let role = Role::Nurse;
    record(vec![]).when(nurse(start(1, Setting::Clinic))).then_expect_error(Error::RoleNotPermitted { role });
    let paused = Facts { episode: Some(stay_in(Stage::Paused(Phase::Titrating))), ..facts() };
    let when = by(Role::Pmhnp).knowing(paused).asks(start(1, Setting::Clinic));
    record(vec![]).when(when).then_expect_error(Error::EpisodeNotActive);
}

#[test]
fn nobody_begins_at_home_without_instructions() {
    let mut bare = start(1, Setting::Home);
    if let Command::StartInduction { instructions, .. } = &mut bare {
        *instructions = None;
    }
    record(vec![]).when(doctor(bare)).then_expect_error(Error::InstructionsRequired);
}

fn clears(given: Vec<Event>, knowing: Facts) -> Result<Vec<Event>, Error> {
    record(given).when(by(Role::Nurse).knowing(knowing).asks(clear(1))).inspect_result()
}

#[test]
fn a_first_dose_waits_for_withdrawal_that_was_scored_lately() {
    let planned = || vec![started(1, Setting::Clinic)];
    let cows = |total, hours| clears(planned(), scored(ScaleKind::Cows, total, hours_ago(hours)));
    assert_eq!(clears(planned(), facts()), Err(Error::WithdrawalNotScored { within_minutes: 120 }));
    assert_eq!(cows(20, 3), Err(Error::WithdrawalNotScored { within_minutes: 120 }));
    assert_eq!(cows(10, 1), Err(Error::WithdrawalTooMild { total: 10, at_least: 11 }));
    let until = hours_ago(1).plus(std::time::Duration::from_hours(2));
    assert_eq!(cows(11, 1), Ok(vec![cleared(1, Some((ScaleKind::Cows, 11)), until)]));
    // What the patient feels counts at home only.
    let own = scored(ScaleKind::Sows, 30, noon());
    assert_eq!(clears(planned(), own.clone()), Err(Error::WithdrawalNotScored { within_minutes: 120 }));
    let home = vec![started(1, Setting::Home)];
    let until = noon().plus(std::time::Duration::from_hours(2));
    assert_eq!(clears(home.clone(), own), Ok(vec![cleared(1, Some((ScaleKind::Sows, 30)), until)]));
    let mild = scored(ScaleKind::Sows, 16, noon());
    assert_eq!(clears(home, mild), Err(Error::WithdrawalTooMild { total: 16, at_least: 17 }));
}

#[test]
fn the_opioid_decides_how_long_and_how_sick() {
    let sick = || scored(ScaleKind::Cows, 11, noon());
    let after = |exposure, hours: Option<i64>| {
        clears(vec![started_after(1, Setting::Clinic, exposure, hours.map(hours_ago))], sick())
    };
    assert!(after(OpioidExposure::ShortActing, Some(12)).is_ok());
    let earliest = noon().plus(std::time::Duration::from_hours(1));
    assert_eq!(after(OpioidExposure::ShortActing, Some(11)), Err(Error::UsedTooLately { earliest }));
    let mild = Err(Error::WithdrawalTooMild { total: 11, at_least: 12 });
    assert_eq!(after(OpioidExposure::LongActing, Some(30)), mild);
    assert_eq!(after(OpioidExposure::HighPotency, Some(30)), mild);
    let unknown = Err(Error::UsedTooLately { earliest: noon().plus(std::time::Duration::from_hours(12)) });
    assert_eq!(after(OpioidExposure::ShortActing, None), unknown, "unknown counts as when it was planned");
    let until = noon().plus(std::time::Duration::from_hours(2));
    let free = vec![started_after(1, Setting::Clinic, OpioidExposure::NotDependent, Some(hours_ago(400)))];
    assert_eq!(clears(free, facts()), Ok(vec![cleared(1, None, until)]));
}

#[test]
fn use_that_is_told_after_the_plan_was_made_counts() {
    let lapsed = vec![started(1, Setting::Clinic), told(1, "fentanyl", hours_ago(5))];
    let earliest = hours_ago(5).plus(std::time::Duration::from_hours(24));
    let sick = scored(ScaleKind::Cows, 20, noon());
    assert_eq!(clears(lapsed, sick.clone()), Err(Error::UsedTooLately { earliest }));
    let before = vec![started(1, Setting::Clinic), told(1, "fentanyl", hours_ago(40))];
    assert!(clears(before, sick.clone()).is_ok());
    let other = vec![started(1, Setting::Clinic), told(1, "cocaine", hours_ago(1))];
    assert!(clears(other, sick).is_ok(), "no opioid");
}

#[test]
fn a_low_dose_start_needs_no_withdrawal_and_a_dose_is_cleared_once() {
    assert_eq!(clears(vec![started(1, Setting::LowDose)], facts()), Err(Error::ClearanceNotNeeded));
    let begun = vec![started(1, Setting::Clinic), given(1, Some(1), Some(true))];
    assert_eq!(clears(begun, scored(ScaleKind::Cows, 20, noon())), Err(Error::ClearanceNotNeeded));
    assert_eq!(clears(vec![], facts()), Err(Error::NotRecorded));
    let ended = vec![
        started(1, Setting::Clinic),
        Event::InductionAbandoned {
            induction: induction(1),
            because: InductionEnd::PatientChoice,
            note: text("naltrexone"),
        },
    ];
    assert_eq!(clears(ended, facts()), Err(Error::InductionEnded));
}

#[test]
fn a_dose_that_was_given_is_recorded_and_says_whether_it_was_cleared() {
    let gives = |given: Vec<Event>, event| record(given).when(nurse(give(1))).then_expect_events(vec![event]);
    let planned = || started(1, Setting::Clinic);
    gives(vec![planned()], given(1, Some(1), Some(false)));
    gives(vec![planned(), cleared(1, None, noon())], given(1, Some(1), Some(true)));
    gives(vec![planned(), cleared(1, None, hours_ago(1))], given(1, Some(1), Some(false)));
    gives(vec![planned(), given(1, Some(1), Some(true))], given(1, Some(1), None));
    gives(vec![started(1, Setting::LowDose)], given(1, Some(1), Some(true)));
    gives(vec![], given(1, None, None));
    record(vec![planned()]).when(nurse(give(2))).then_expect_events(vec![given(2, None, None)]);
    record(vec![]).when(nurse(give(4))).then_expect_error(Error::UnknownOrder);
    let nothing = Command::RecordObservedDose { order: order(1), dose: mg(0.0), given_at: noon() };
    record(vec![]).when(nurse(nothing)).then_expect_error(Error::NoDose);
    let ahead = Command::RecordObservedDose { order: order(1), dose: mg(4.0), given_at: noon().plus_days(1) };
    record(vec![]).when(nurse(ahead)).then_expect_error(Error::InTheFuture);
}

#[test]
fn an_injection_is_recorded_on_the_chart_and_not_as_a_watched_dose() {
    let mut knowing = facts();
    if let Some(chart) = &mut knowing.chart {
        let regimen = Regimen {
            dose: Milligrams::parse(300.0).unwrap(),
            frequency: Frequency::EveryDays(28),
            route: Route::Subcutaneous,
        };
        let injection = OrderFacts {
            drug: DrugId::parse("buprenorphine-er-monthly").unwrap(),
            regimen,
            start_on: noon().day(),
            first_day: noon().day(),
            held: false,
            injections: Vec::new(),
        };
        chart.orders.insert(order(1), injection);
    }
    let dose = Milligrams::parse(300.0).unwrap();
    let command = Command::RecordObservedDose { order: order(1), dose, given_at: noon() };
    let asked = somebody(Role::Nurse).knowing(knowing).asks(command);
    assert_eq!(Recovery::default().decide(&asked), Err(Error::RecordedAsInjection));
}

#[test]
fn an_induction_is_complete_once_doses_were_seen_and_naloxone_was_offered() {
    let done = Event::InductionCompleted { induction: induction(1), daily: mg(16.0) };
    let begun = || vec![started(1, Setting::Clinic), given(1, Some(1), Some(true))];
    record(vec![started(1, Setting::Clinic), handed_out()])
        .when(doctor(complete(1)))
        .then_expect_error(Error::NoDoseObserved);
    record(begun()).when(doctor(complete(1))).then_expect_error(Error::NaloxoneNotOffered);
    record(begun()).and(vec![handed_out()]).when(doctor(complete(1))).then_expect_events(vec![done.clone()]);
    record(vec![started(1, Setting::Home), handed_out()])
        .when(doctor(complete(1)))
        .then_expect_events(vec![done]);
    // Whoever had to be revived needs another kit.
    record(begun())
        .and(vec![handed_out(), overdosed(1, Role::Family)])
        .when(doctor(complete(1)))
        .then_expect_error(Error::NaloxoneNotOffered);
}

#[test]
fn naloxone_is_handed_out_or_offered_again() {
    record(vec![]).when(nurse(kits(2))).then_expect_events(vec![handed_out()]);
    record(vec![]).when(nurse(kits(0))).then_expect_error(Error::NoKit);
    let declined = Command::OfferNaloxone(NaloxoneOffer::Declined { reason: text("has one") });
    record(vec![]).when(somebody(Role::Pharmacist).asks(declined)).then_expect_events(vec![
        Event::NaloxoneDeclined {
            reason: text("has one"),
            offer_again_by: noon().plus_days(28),
            at: Some(noon()),
        },
    ]);
}

#[test]
fn methadone_of_a_program_is_an_outside_medication_of_the_chart() {
    let dose = |n| Command::RecordOtpDose {
        medication: medication(n),
        program: text("Northside"),
        dose: mg(80.0),
        given_at: hours_ago(5),
        take_home: 6,
    };
    record(vec![]).when(nurse(dose(1))).then_expect_events(vec![Event::OutsideMethadoneRecorded {
        medication: medication(1),
        program: text("Northside"),
        dose: mg(80.0),
        given_at: hours_ago(5),
        take_home: 6,
    }]);
    record(vec![]).when(nurse(dose(2))).then_expect_error(Error::NotMethadone);
    record(vec![]).when(nurse(dose(3))).then_expect_error(Error::UnknownMedication);
}

#[test]
fn a_refusal_says_what_to_do() {
    let refusal = Error::WithdrawalTooMild { total: 8, at_least: 11 };
    assert_eq!(refusal.reason(), "WITHDRAWAL_TOO_MILD");
    assert_eq!(refusal.to_string(), "withdrawal is at 8, and a first dose needs at least 11");
    assert!(refusal.remedy().contains("low-dose"));
}
