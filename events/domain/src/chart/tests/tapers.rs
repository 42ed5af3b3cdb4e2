//! How orders are tapered off.

use super::super::*;
use super::told::*;

fn taper(steps: &[(i64, f64)]) -> Command {
    taper_by(steps, |regimen| regimen)
}

fn taper_by(
    steps: &[(i64, f64)],
    change: impl Fn(concord_knowledge::Regimen) -> concord_knowledge::Regimen,
) -> Command {
    Command::PlanTaper {
        order: order_id(1),
        steps: steps
            .iter()
            .map(|(day, mg)| TaperStep { on: in_days(*day), regimen: change(daily(*mg)) })
            .collect(),
        reason: words("Two good years; agreed to try without"),
    }
}

fn plans(command: Command) -> super::told::Asked {
    psychiatrist().asks(command)
}

#[test]
fn a_taper_is_agreed_and_its_steps_are_taken() {
    let steps = [(0, 37.5), (7, 25.0), (14, 0.0)];
    let given = after(on("sertraline"), [plans(taper(&steps))]);
    let step = adjust(1, daily(37.5), Cause::PlannedTaper);
    let given = after(given, [psychiatrist().asks(step)]);
    let next = adjust(1, daily(25.0), Cause::PlannedTaper);
    accepted(given.clone(), psychiatrist().days_later(7).asks(next));
    let other = adjust(1, daily(12.5), Cause::PlannedTaper);
    refused(given, psychiatrist().days_later(7).asks(other), Error::NotAPlannedStep);
}

#[test]
fn a_step_of_a_taper_needs_a_taper() {
    let step = adjust(1, daily(25.0), Cause::PlannedTaper);
    refused(on("sertraline"), psychiatrist().asks(step), Error::NotAPlannedStep);
}

#[test]
fn only_a_prescriber_plans_a_taper() {
    refused(on("sertraline"), nurse().asks(taper(&[(0, 25.0), (14, 0.0)])), Error::NotAPrescriber);
}

#[test]
fn a_taper_has_steps_and_not_too_many() {
    let count = Error::TaperStepCount { most: 104 };
    refused(on("sertraline"), plans(taper(&[])), count.clone());
    let many: Vec<(i64, f64)> = (0..105).map(|day| (i64::from(day), f64::from(400 - day) / 10.0)).collect();
    refused(on("sertraline"), plans(taper(&many)), count);
}

#[test]
fn the_steps_of_a_taper_are_in_order_from_today_on() {
    refused(on("sertraline"), plans(taper(&[(14, 25.0), (7, 0.0)])), Error::TaperOutOfOrder);
    refused(on("sertraline"), plans(taper(&[(7, 25.0), (7, 0.0)])), Error::TaperOutOfOrder);
    refused(on("sertraline"), plans(taper(&[(-2, 25.0), (7, 0.0)])), Error::TaperInThePast);
}

#[test]
fn each_step_of_a_taper_lowers_the_dose_and_the_last_one_ends_it() {
    refused(on("sertraline"), plans(taper(&[(0, 50.0), (14, 0.0)])), Error::TaperNotFalling);
    refused(on("sertraline"), plans(taper(&[(0, 25.0), (7, 30.0), (14, 0.0)])), Error::TaperNotFalling);
    refused(on("sertraline"), plans(taper(&[(0, 25.0), (14, 12.5)])), Error::TaperNotEnding);
    refused(on("sertraline"), plans(taper(&[(0, 0.0), (14, 0.0)])), Error::TaperNotEnding);
}

#[test]
fn a_taper_keeps_the_route() {
    let nasal = taper_by(&[(0, 25.0), (14, 0.0)], |regimen| concord_knowledge::Regimen {
        route: concord_knowledge::Route::Nasal,
        ..regimen
    });
    refused(on("sertraline"), plans(nasal), Error::TaperChangesRoute);
}

#[test]
fn the_same_taper_is_not_agreed_twice() {
    let steps = [(0, 25.0), (14, 0.0)];
    let given = after(on("sertraline"), [plans(taper(&steps))]);
    refused(given, plans(taper(&steps)), Error::Unchanged);
}

#[test]
fn each_taper_code_has_its_shortest_length() {
    for (name, from, at_least_days) in [
        ("sertraline", 25.0, 7),
        ("venlafaxine-xr", 20.0, 14),
        ("lithium", 300.0, 28),
        ("divalproex", 375.0, 14),
        ("clonidine", 0.2, 3),
    ] {
        let days = |days| plans(taper(&[(0, from), (days, 0.0)]));
        accepted(on(name), days(at_least_days));
        refused(on(name), days(at_least_days - 1), Error::TaperTooShort { at_least_days });
    }
    let sublingual = |days| {
        let steps = [(0, 2.0), (days, 0.0)];
        plans(taper_by(&steps, |regimen| concord_knowledge::Regimen {
            route: concord_knowledge::Route::Sublingual,
            ..regimen
        }))
    };
    accepted(on("buprenorphine-naloxone-sl"), sublingual(28));
    let short = Error::TaperTooShort { at_least_days: 28 };
    refused(on("buprenorphine-naloxone-sl"), sublingual(27), short);
    accepted(on("fluoxetine"), plans(taper(&[(0, 0.0)])));
}

#[test]
fn a_benzodiazepine_loses_at_most_a_quarter_in_two_weeks() {
    let quarter = [(0, 0.375), (14, 0.25), (28, 0.125), (42, 0.0)];
    accepted(on("clonazepam"), plans(taper(&quarter)));
    let steep = Error::TaperTooSteep { at_most_percent: 25, within_days: 14 };
    for steps in [
        vec![(0, 0.25), (14, 0.125), (28, 0.0)],
        vec![(0, 0.375), (13, 0.25), (28, 0.125), (42, 0.0)],
        vec![(0, 0.45), (7, 0.35), (21, 0.25), (35, 0.125), (49, 0.0)],
    ] {
        refused(on("clonazepam"), plans(taper(&steps)), steep.clone());
    }
}

#[test]
fn a_taper_against_seizures_does_not_leave_most_of_the_dose_to_its_last_day() {
    let steep = Error::TaperTooSteep { at_most_percent: 50, within_days: 7 };
    refused(on("divalproex"), plans(taper(&[(0, 700.0), (30, 0.0)])), steep.clone());
    refused(on("lamotrigine"), plans(taper(&[(0, 10.0), (20, 0.0)])), steep);
    accepted(on("divalproex"), plans(taper(&[(0, 500.0), (7, 250.0), (14, 0.0)])));
}

#[test]
fn an_overlap_is_planned_only_while_a_taper_is_near_or_under_way() {
    let cross = |begins: i64, at: i64| {
        let plan = taper(&[(begins, 25.0), (begins + 14, 0.0)]);
        let given = after(
            prepared(&["sertraline", "fluoxetine"]),
            [psychiatrist().prescribes(order(1, "sertraline"))],
        );
        let given = after(given, [plans(plan)]);
        let next = NewOrder { start_on: in_days(at), ..order(2, "fluoxetine") };
        (given, psychiatrist().days_later(at).prescribes(next))
    };
    for (begins, at) in [(0, 0), (14, 0), (0, 14)] {
        let (given, when) = cross(begins, at);
        accepted(given, when);
    }
    for (begins, at) in [(15, 0), (0, 15)] {
        let (given, when) = cross(begins, at);
        assert!(!unsafe_by(given, when).0.is_empty(), "{begins} {at}");
    }
}

#[test]
fn a_lower_dose_that_gives_up_a_planned_overlap_is_asked_about() {
    let plan = taper(&[(0, 25.0), (14, 0.0)]);
    let both = after(
        prepared(&["sertraline", "fluoxetine"]),
        [
            psychiatrist().prescribes(order(1, "sertraline")),
            plans(plan),
            psychiatrist().prescribes(order(2, "fluoxetine")),
        ],
    );
    let lower = |cause| psychiatrist().asks(adjust(1, daily(25.0), cause));
    accepted(both.clone(), lower(Cause::PlannedTaper));
    assert_eq!(unsafe_by(both, lower(Cause::PatientPreference)).1, Answer::Override);
}

#[test]
fn a_taper_whose_steps_nobody_took_does_not_end_the_order() {
    let quarter = [(0, 0.375), (14, 0.25), (28, 0.125), (42, 0.0)];
    let given = after(on("clonazepam"), [plans(taper(&quarter))]);
    refused(given, psychiatrist().days_later(42).asks(stop(1)), Error::TaperFirst);
}

#[test]
fn a_taper_that_has_run_out_ends_the_order_and_one_that_has_not_does_not() {
    let quarter = [(0, 0.375), (14, 0.25), (28, 0.125), (42, 0.0)];
    let step = |days, mg| psychiatrist().days_later(days).asks(adjust(1, daily(mg), Cause::PlannedTaper));
    let given =
        after(on("clonazepam"), [plans(taper(&quarter)), step(0, 0.375), step(14, 0.25), step(28, 0.125)]);
    refused(given.clone(), psychiatrist().days_later(41).asks(stop(1)), Error::TaperFirst);
    accepted(given, psychiatrist().days_later(42).asks(stop(1)));
}

#[test]
fn another_change_of_dose_ends_the_agreement_on_a_taper() {
    let quarter = [(0, 0.375), (14, 0.25), (28, 0.125), (42, 0.0)];
    let given = after(
        on("clonazepam"),
        [
            plans(taper(&quarter)),
            psychiatrist().days_later(3).asks(adjust(1, daily(0.75), Cause::PatientPreference)),
        ],
    );
    refused(given, psychiatrist().days_later(60).asks(stop(1)), Error::TaperFirst);
}
