//! How long in a row what is short-term is taken.

use concord_kernel::Day;
use concord_knowledge::Action;

use super::super::*;
use super::told::*;

const LIMIT: &str = "duration.benzodiazepine";

/// Clonazepam for so many days from a day on.
fn clonazepam(number: u128, from: i64, days: u16) -> NewOrder {
    NewOrder { supply: Supply { days, refills: 0 }, start_on: in_days(from), ..order(number, "clonazepam") }
}

fn longer(until: i64) -> Acknowledgement {
    let reason = LongerUseReason::UntilAnotherActs;
    Acknowledgement {
        longer_use: Some(LongerUse { reason, until: in_days(until) }),
        ..answer(LIMIT, &["clonazepam"])
    }
}

fn answered(mut order: NewOrder, with: Acknowledgement) -> NewOrder {
    order.acknowledgements.push(with);
    order
}

fn renew(days: u16, acknowledgements: Vec<Acknowledgement>) -> Command {
    Command::Renew {
        order: order_id(1),
        supply: Supply { days, refills: 0 },
        modality: OrderModality::InPerson,
        legal_basis: Some(LegalBasis::InPersonEvaluation),
        acknowledgements,
    }
}

fn begun() -> Vec<Event> {
    after(prepared(&["clonazepam"]), [psychiatrist().prescribes(clonazepam(1, 0, 28))])
}

fn limited(events: &[Event]) -> Option<(Day, bool, Day, Option<LongerUseReason>)> {
    events.iter().rev().find_map(|event| {
        let Event::UseLimited { since, unknown_before, until, reason, .. } = event else { return None };
        Some((*since, *unknown_before, *until, *reason))
    })
}

#[track_caller]
fn asks_for_an_end(given: Vec<Event>, when: Asked) {
    let (rules, needed) = unsafe_by(given, when);
    assert_eq!(rules, [(LIMIT.to_owned(), Action::Acknowledge)]);
    assert_eq!(needed, Answer::LimitInTime);
}

#[test]
fn an_order_says_until_when_it_may_be_taken_and_a_longer_one_is_answered_for() {
    assert_eq!(limited(&begun()), Some((in_days(0), false, in_days(27), None)));
    let given = || prepared(&["clonazepam"]);
    let long = || clonazepam(1, 0, 29);
    asks_for_an_end(given(), psychiatrist().prescribes(long()));
    // Words alone are no end, and an answer holds for a while.
    let words_alone = answered(long(), answer(LIMIT, &["clonazepam"]));
    asks_for_an_end(given(), psychiatrist().prescribes(words_alone));
    let with = |until| psychiatrist().prescribes(answered(long(), longer(until)));
    for until in [-1, 0, 29] {
        refused(given(), with(until), Error::LongerUseOutOfRange { most_days: 28 });
    }
    refused(given(), with(27), Error::SupplyBeyondAnswer { until: in_days(27) });
    let taken = accepted(given(), with(28));
    let reason = Some(LongerUseReason::UntilAnotherActs);
    assert_eq!(limited(&taken), Some((in_days(0), false, in_days(28), reason)));
}

#[test]
fn a_renewal_counts_from_the_first_day_and_an_answer_holds_to_its_last() {
    let on = |day| psychiatrist().days_later(day);
    let within = accepted(begun(), on(14).asks(renew(14, vec![])));
    assert_eq!(limited(&within), None, "nothing is new");
    asks_for_an_end(begun(), on(14).asks(renew(15, vec![])));
    let given = after(begun(), [on(20).asks(renew(14, vec![longer(40)]))]);
    assert!(limited(&given).is_some_and(|(since, _, until, _)| (since, until) == (in_days(0), in_days(40))));
    accepted(given.clone(), on(30).asks(renew(11, vec![])));
    asks_for_an_end(given, on(30).asks(renew(12, vec![])));
}

#[test]
fn a_correction_is_no_way_round() {
    let correction = Correction::Supply(Supply { days: 28, refills: 1 });
    let correct = Command::Correct { order: order_id(1), correction, reason: words("Written wrongly") };
    asks_for_an_end(begun(), psychiatrist().days_later(1).asks(correct));
}

#[test]
fn one_after_another_counts_together_unless_much_time_lies_between() {
    let stop = |day: i64| {
        psychiatrist().days_later(day).asks(Command::Stop {
            order: order_id(1),
            reason: StopReason::Switched,
            last_dose_at: Some(noon().plus_days(day)),
            abrupt_because: Some(words("Changed to lorazepam at once")),
        })
    };
    let given = after(begun(), [warned("lorazepam"), stop(10)]);
    let lorazepam = |day: i64, days| {
        let supply = Supply { days, refills: 0 };
        let order = NewOrder { supply, start_on: in_days(day), ..order(2, "lorazepam") };
        psychiatrist().days_later(day).prescribes(order)
    };
    accepted(given.clone(), lorazepam(20, 8));
    asks_for_an_end(given.clone(), lorazepam(20, 9));
    asks_for_an_end(given.clone(), lorazepam(39, 1));
    let anew = accepted(given, lorazepam(40, 28));
    assert_eq!(limited(&anew).map(|(since, ..)| since), Some(in_days(40)));
}

fn from_outside(name: &str, started: Option<i64>) -> Asked {
    let Command::RecordOutsideMedication { medication, reported } = outside(1, name) else { unreachable!() };
    let reported = Reported { started_on: started.map(in_days), ..reported };
    nurse().asks(Command::RecordOutsideMedication { medication, reported })
}

#[test]
fn what_is_taken_from_outside_counts_and_an_unknown_start_is_said() {
    let order = |mut with: Vec<Acknowledgement>| {
        let order = clonazepam(1, 0, 14);
        with.push(answer("ddi.benzodiazepine.z-drug", &["clonazepam", "zolpidem"]));
        psychiatrist().prescribes(NewOrder { acknowledgements: with, ..order })
    };
    let known = |started| after(prepared(&["clonazepam"]), [from_outside("zolpidem", started)]);
    accepted(known(Some(-13)), order(vec![]));
    asks_for_an_end(known(Some(-14)), order(vec![]));
    let (rules, needed) = unsafe_by(known(None), order(vec![]));
    assert_eq!(rules, [("missing.exposure-start".to_owned(), Action::Acknowledge)]);
    assert_eq!(needed, Answer::Acknowledge);
    let told = answer("missing.exposure-start", &["zolpidem"]);
    let given = after(known(None), [order(vec![told])]);
    assert_eq!(limited(&given), Some((in_days(0), true, in_days(27), None)));
    // Answered once for the order.
    accepted(given, psychiatrist().days_later(7).asks(renew(14, vec![])));
}

#[test]
fn a_taper_is_always_possible_and_is_supplied_to_its_end() {
    let taper = Command::PlanTaper {
        order: order_id(1),
        steps: [(28, 0.375), (42, 0.25), (56, 0.125), (70, 0.0)]
            .map(|(day, mg)| TaperStep { on: in_days(day), regimen: daily(mg) })
            .into(),
        reason: words("Panic has stopped"),
    };
    let on = |day| psychiatrist().days_later(day);
    let given = after(begun(), [on(27).asks(taper)]);
    accepted(given.clone(), on(28).asks(renew(43, vec![])));
    asks_for_an_end(given, on(28).asks(renew(44, vec![])));
}

#[test]
fn what_treats_seizures_has_no_limit() {
    let seizures = condition("seizure-disorder");
    let diagnosed = psychiatrist().knowing(|facts| {
        facts.indication.as_mut().unwrap().diagnoses.push(condition("seizure-disorder"));
    });
    let order = NewOrder { indication: seizures, ..clonazepam(1, 0, 90) };
    let events = accepted(prepared(&["clonazepam"]), diagnosed.prescribes(order));
    assert_eq!(limited(&events), None);
}
