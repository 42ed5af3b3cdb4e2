//! How a dose rises as agreed, and how one medication takes the place of another.

use concord_kernel::{Day, Instant, ReportId, ScaleId, StreamRef};
use concord_knowledge::{Action, Frequency, Milligrams, Regimen, Route};
use uuid::Uuid;

use super::super::decide::{MOST_TITRATION_DAYS, MOST_TITRATION_STEPS};
use super::super::*;
use super::told::*;
use crate::treatment_plan::Consent;
use crate::{ScaleFacts, SideEffectFacts};

fn titration(steps: &[(i64, f64)]) -> Command {
    titration_by(steps, |regimen| regimen)
}

fn titration_by(steps: &[(i64, f64)], change: impl Fn(Regimen) -> Regimen) -> Command {
    Command::PlanTitration {
        order: order_id(1),
        steps: steps
            .iter()
            .map(|(day, mg)| TitrationStep { on: in_days(*day), regimen: change(daily(*mg)) })
            .collect(),
        reason: words("By the label, no rash so far"),
        acknowledgements: Vec::new(),
    }
}

fn step() -> Command {
    step_on(TitrationBasis::WellTolerated)
}

fn step_on(rests_on: TitrationBasis) -> Command {
    Command::AdvanceTitration {
        order: order_id(1),
        rests_on,
        note: words("Nothing stands against it"),
        acknowledgements: Vec::new(),
    }
}

fn cancel() -> Command {
    Command::CancelTitration { order: order_id(1), reason: words("Well enough at this dose") }
}

fn plans(command: Command) -> Asked {
    psychiatrist().asks(command)
}

/// The schedule of the label, for lamotrigine alone.
const ALONE: [(i64, f64); 3] = [(14, 50.0), (28, 100.0), (35, 200.0)];

/// Sertraline once a week.
const WEEKLY: [(i64, f64); 3] = [(7, 100.0), (14, 150.0), (21, 200.0)];

fn on_lamotrigine() -> Vec<Event> {
    after(on("lamotrigine"), [plans(titration(&ALONE))])
}

fn on_sertraline() -> Vec<Event> {
    after(on("sertraline"), [plans(titration(&WEEKLY))])
}

#[test]
fn a_titration_is_agreed_and_its_steps_are_taken_on_their_days() {
    let planned = accepted(on("lamotrigine"), plans(titration(&ALONE)));
    let [Event::TitrationPlanned { schedule, steps, judged, .. }] = planned.as_slice() else {
        panic!("{planned:?}");
    };
    assert_eq!(schedule.as_ref().map(concord_knowledge::RuleId::as_str), Some("lamotrigine.alone"));
    assert_eq!((steps.len(), &judged.ruleset), (3, concord_knowledge::Ruleset::embedded().version()));

    let mut given = on_lamotrigine();
    for (day, mg) in ALONE {
        let early = psychiatrist().days_later(day - 1).asks(step());
        refused(given.clone(), early, Error::StepNotDue { on: in_days(day) });
        let taken = psychiatrist().days_later(day).asks(step());
        given = after(given, [taken]);
        let Some(Event::TitrationStepTaken { planned_on, to, .. }) = given.last() else { panic!() };
        assert_eq!((*planned_on, *to), (in_days(day), daily(mg)));
    }
    refused(given, psychiatrist().days_later(60).asks(step()), Error::NoTitration);
}

#[test]
fn only_a_prescriber_plans_takes_and_gives_up_a_titration() {
    for command in [titration(&ALONE), step(), cancel()] {
        refused(on_lamotrigine(), nurse().days_later(14).asks(command), Error::NotAPrescriber);
    }
}

#[test]
fn a_titration_has_steps_in_order_of_days_from_today_on() {
    let count = Error::TitrationStepCount { most: MOST_TITRATION_STEPS };
    refused(on("sertraline"), plans(titration(&[])), count.clone());
    let many: Vec<(i64, f64)> =
        (0..27_i32).map(|week| (i64::from(7 + week * 7), 51.0 + f64::from(week))).collect();
    refused(on("sertraline"), plans(titration(&many)), count);
    refused(on("sertraline"), plans(titration(&[(-2, 75.0)])), Error::TitrationInThePast);
    for days in [[(14, 75.0), (7, 100.0)], [(7, 75.0), (7, 100.0)]] {
        refused(on("sertraline"), plans(titration(&days)), Error::TitrationOutOfOrder);
    }
    let far = titration(&[(7, 75.0), (MOST_TITRATION_DAYS + 1, 100.0)]);
    refused(on("sertraline"), plans(far), Error::TitrationTooLong { most_days: MOST_TITRATION_DAYS });
}

#[test]
fn each_step_of_a_titration_raises_the_dose_by_the_same_route() {
    for steps in [[(7, 50.0), (14, 75.0)], [(7, 100.0), (14, 75.0)], [(7, 25.0), (14, 75.0)]] {
        refused(on("sertraline"), plans(titration(&steps)), Error::TitrationNotRising);
    }
    // More at once and less on average is neither up nor down.
    let seldom =
        titration_by(&[(7, 75.0)], |regimen| Regimen { frequency: Frequency::EveryOtherDay, ..regimen });
    refused(on("sertraline"), plans(seldom), Error::TitrationNotRising);
    let nasal = titration_by(&[(7, 75.0)], |regimen| Regimen { route: Route::Nasal, ..regimen });
    refused(on("sertraline"), plans(nasal), Error::RouteNotOffered);
    refused(on("sertraline"), plans(titration(&[(7, 0.0)])), Error::NoDose);
}

#[test]
fn a_planned_titration_keeps_the_largest_step_and_the_fewest_days_of_the_drug() {
    let at_most = Milligrams::parse(50.0).unwrap();
    refused(on("sertraline"), plans(titration(&[(7, 150.0)])), Error::RiseTooLarge { at_most });
    let soon = Error::RiseTooSoon { earliest: in_days(7) };
    refused(on("sertraline"), plans(titration(&[(6, 100.0)])), soon);
    let second = Error::RiseTooSoon { earliest: in_days(14) };
    refused(on("sertraline"), plans(titration(&[(7, 100.0), (13, 150.0)])), second);
}

#[test]
fn lamotrigine_rises_by_its_schedule_and_no_plan_goes_around_it() {
    let beyond = |mg| Error::BeyondSchedule { at_most: Milligrams::parse(mg).unwrap() };
    refused(on("lamotrigine"), plans(titration(&[(14, 200.0)])), beyond(50.0));
    refused(on("lamotrigine"), plans(titration(&[(14, 50.0), (28, 150.0)])), beyond(100.0));
    let soon = Error::RiseTooSoon { earliest: in_days(14) };
    refused(on("lamotrigine"), plans(titration(&[(7, 50.0)])), soon);
    let week = Error::RiseTooSoon { earliest: in_days(28) };
    refused(on("lamotrigine"), plans(titration(&[(14, 50.0), (21, 100.0)])), week);
}

fn with_valproate(name: &str) -> Vec<Event> {
    after(on(name), [nurse().asks(outside(1, "valproate"))])
}

#[test]
fn beside_valproate_lamotrigine_rises_half_as_fast() {
    let answered = |steps: &[(i64, f64)]| titration(steps);
    let beyond = Error::BeyondSchedule { at_most: Milligrams::parse(100.0).unwrap() };
    let steps = [(14, 50.0), (21, 200.0)];
    refused(with_valproate("lamotrigine"), plans(answered(&steps)), beyond);
    let planned = accepted(with_valproate("lamotrigine"), plans(answered(&[(14, 50.0), (21, 100.0)])));
    let Event::TitrationPlanned { schedule, .. } = &planned[0] else { panic!("{planned:?}") };
    assert_eq!(schedule.as_ref().map(concord_knowledge::RuleId::as_str), Some("lamotrigine.valproate"));
}

#[test]
fn what_changes_the_schedule_calls_for_a_new_plan() {
    let begun = after(on_lamotrigine(), [nurse().days_later(3).asks(outside(1, "valproate"))]);
    refused(begun.clone(), psychiatrist().days_later(14).asks(step()), Error::ScheduleChanged);
    let adjusted = psychiatrist().days_later(14).asks(adjust(1, daily(50.0), Cause::PlannedTitration));
    refused(begun, adjusted, Error::ScheduleChanged);
    let ended = after(
        with_valproate("lamotrigine"),
        [
            plans(titration(&[(14, 50.0)])),
            nurse().days_later(3).asks(Command::EndOutsideMedication {
                medication: outside_id(1),
                last_dose_at: None,
                reason: words("Stopped by the neurologist"),
            }),
        ],
    );
    refused(ended, psychiatrist().days_later(14).asks(step()), Error::ScheduleChanged);
}

#[test]
fn a_rise_that_calls_itself_planned_is_the_step_that_is_due() {
    let planned =
        |day, mg| psychiatrist().days_later(day).asks(adjust(1, daily(mg), Cause::PlannedTitration));
    // 25 to 200 mg of lamotrigine at once, with no plan behind it.
    refused(on("lamotrigine"), planned(14, 200.0), Error::NotAPlannedStep);
    refused(on_lamotrigine(), planned(14, 200.0), Error::NotAPlannedStep);
    refused(on_lamotrigine(), planned(13, 50.0), Error::StepNotDue { on: in_days(14) });
    let taken = after(on_lamotrigine(), [planned(14, 50.0)]);
    refused(taken.clone(), planned(15, 50.0), Error::Unchanged);
    accepted(taken, planned(28, 100.0));
    refused(on_lamotrigine(), planned(14, 12.5), Error::NotAPlannedStep);
}

#[test]
fn a_step_that_is_taken_as_a_change_of_dose_names_what_it_rests_on() {
    let change = |cause: Cause, rests_on| Command::AdjustDose {
        order: order_id(1),
        regimen: daily(50.0),
        cause,
        rests_on,
        note: words("As agreed"),
        acknowledgements: Vec::new(),
    };
    let asks = |cause, rests_on| psychiatrist().days_later(14).asks(change(cause, rests_on));
    let planned = |rests_on| asks(Cause::PlannedTitration, rests_on);
    refused(on_lamotrigine(), planned(None), Error::BasisRequired);
    let unknown = TitrationBasis::SideEffect(concord_kernel::ReportId::new(uuid::Uuid::from_u128(91)));
    refused(on_lamotrigine(), planned(Some(unknown)), Error::BasisNotOnRecord);
    let taken = accepted(on_lamotrigine(), planned(Some(TitrationBasis::Score(scored()))));
    assert!(matches!(
        taken.as_slice(),
        [Event::TitrationStepTaken { rests_on: TitrationBasis::Score(_), .. }]
    ));
    let well = Some(TitrationBasis::WellTolerated);
    refused(on_lamotrigine(), asks(Cause::PatientPreference, well), Error::BasisNotAsked);
}

#[test]
fn what_gives_way_is_not_planned_to_rise() {
    let other = NewOrder { start_on: in_days(7), ..order(2, "mirtazapine") };
    let given =
        after(prepared(&["sertraline", "mirtazapine"]), [psychiatrist().prescribes(order(1, "sertraline"))]);
    let switch = Command::Switch(Box::new(Switch {
        from: order_id(1),
        to: other,
        overlap_until: in_days(14),
        taper: Vec::new(),
        reason: words("No better after eight weeks"),
    }));
    let switching = after(given.clone(), [psychiatrist().asks(switch)]);
    refused(switching.clone(), plans(titration(&[(14, 100.0)])), Error::OrderGivesWay);
    accepted(given, plans(titration(&[(14, 100.0)])));
    let kept = after(switching, [psychiatrist().days_later(8).asks(stop(2))]);
    accepted(kept, plans(titration(&[(14, 100.0)])));
}

#[test]
fn a_step_that_comes_late_puts_the_next_one_off() {
    let late = after(on_lamotrigine(), [psychiatrist().days_later(21).asks(step())]);
    let soon = Error::RiseTooSoon { earliest: in_days(35) };
    refused(late.clone(), psychiatrist().days_later(28).asks(step()), soon);
    accepted(late, psychiatrist().days_later(35).asks(step()));
}

#[test]
fn a_step_takes_effect_on_its_day_or_later() {
    let before = psychiatrist().days_later(14).effective(noon().plus_days(13)).asks(step());
    refused(on_lamotrigine(), before, Error::StepNotDue { on: in_days(14) });
}

#[test]
fn a_step_names_what_it_rests_on_and_that_is_on_record() {
    let (score, report) = (ScaleId::new(Uuid::from_u128(5)), ReportId::new(Uuid::from_u128(6)));
    let then = || psychiatrist().days_later(7);
    let recorded = || {
        then().knowing(|facts| {
            facts.scales = Some(ScaleFacts { administrations: vec![score], ..ScaleFacts::default() });
            facts.side_effects =
                Some(SideEffectFacts { reports: vec![report], ..SideEffectFacts::default() });
        })
    };
    for basis in [TitrationBasis::Score(score), TitrationBasis::SideEffect(report)] {
        refused(on_sertraline(), then().asks(step_on(basis.clone())), Error::BasisNotOnRecord);
        let taken = accepted(on_sertraline(), recorded().asks(step_on(basis.clone())));
        let [Event::TitrationStepTaken { rests_on, .. }] = taken.as_slice() else { panic!("{taken:?}") };
        assert_eq!(*rests_on, basis);
    }
    let other = TitrationBasis::Score(ScaleId::new(Uuid::from_u128(9)));
    refused(on_sertraline(), recorded().asks(step_on(other)), Error::BasisNotOnRecord);
}

#[test]
fn a_level_that_a_step_rests_on_was_taken_at_the_present_dose() {
    let lithium = || after(on("lithium"), [plans(titration(&[(3, 900.0), (10, 1200.0)]))]);
    let level = |at: Instant| {
        nurse().at(at).asks(Command::RecordResult {
            lab: lab("lithium-level"),
            value: 0.5,
            unit: "mmol/L".to_owned(),
            taken_at: at,
            last_dose_at: None,
        })
    };
    let resting =
        |day| psychiatrist().days_later(day).asks(step_on(TitrationBasis::Result(lab("lithium-level"))));
    refused(lithium(), resting(3), Error::BasisNotOnRecord);
    let first = after(lithium(), [level(noon().plus_days(2)), resting(3)]);
    refused(first.clone(), resting(10), Error::BasisNotOnRecord);
    accepted(after(first, [level(noon().plus_days(8))]), resting(10));
}

#[test]
fn a_plan_is_judged_by_its_highest_step_and_each_step_again() {
    let steps = [(14, 40.0), (28, 60.0), (42, 80.0)];
    let (rules, answer) = unsafe_by(on("fluoxetine"), plans(titration(&steps)));
    assert_eq!(rules, [("dose.soft-maximum".to_owned(), Action::Acknowledge)]);
    assert_eq!(answer, Answer::Acknowledge);
    let Command::PlanTitration { order, steps, reason, .. } = titration(&steps) else { unreachable!() };
    let acknowledgements = vec![super::told::answer("dose.soft-maximum", &["fluoxetine"])];
    let planned = Command::PlanTitration { order, steps, reason, acknowledgements };
    let mut given = after(on("fluoxetine"), [plans(planned)]);
    for day in [14, 28, 42] {
        given = after(given, [psychiatrist().days_later(day).asks(step())]);
    }

    // What came since is not answered by the plan.
    let collided = after(on_sertraline(), [nurse().days_later(1).asks(outside(1, "tramadol"))]);
    let (rules, _) = unsafe_by(collided, psychiatrist().days_later(7).asks(step()));
    assert!(rules.iter().any(|(rule, _)| rule.starts_with("ddi.")), "{rules:?}");
}

#[test]
fn above_the_label_maximum_two_clinicians_answer_for_the_plan_and_for_the_step() {
    let high = || {
        let order = NewOrder {
            regimen: daily(200.0),
            ..acknowledged(order(1, "sertraline"), "dose.start", &["sertraline"])
        };
        after(prepared(&["sertraline"]), [psychiatrist().prescribes(order)])
    };
    let key = || finding("dose.hard-maximum", &["sertraline"]);
    let two = |day| {
        [psychiatrist().days_later(day).asks(over(key())), pharmacist().days_later(day).asks(cosign(key()))]
    };
    let (rules, answer) = unsafe_by(high(), plans(titration(&[(7, 250.0)])));
    assert_eq!((rules[0].1, answer), (Action::BlockUnlessCosigned, Answer::Override));
    let planned = after(after(high(), two(0)), [plans(titration(&[(7, 250.0)]))]);
    let (_, answer) = unsafe_by(planned.clone(), psychiatrist().days_later(7).asks(step()));
    assert_eq!(answer, Answer::Override);
    accepted(after(planned, two(7)), psychiatrist().days_later(7).asks(step()));
}

#[test]
fn a_titration_needs_the_stay_and_the_patient() {
    let declining = || {
        psychiatrist().days_later(7).knowing(|facts| {
            if let Some(plan) = &mut facts.plan {
                plan.consents.insert(drug("sertraline"), Consent::Declined);
            }
        })
    };
    let gone = || psychiatrist().days_later(7).knowing(|facts| facts.episode = None);
    refused(on_sertraline(), declining().asks(step()), Error::ConsentDeclined);
    refused(on_sertraline(), gone().asks(step()), Error::EpisodeNotActive);
    refused(on("sertraline"), gone().asks(titration(&[(8, 75.0)])), Error::EpisodeNotActive);
    refused(on("sertraline"), declining().asks(titration(&[(8, 75.0)])), Error::ConsentDeclined);
    accepted(on_sertraline(), gone().asks(cancel()));
}

#[test]
fn what_a_step_rests_on_is_read_with_the_stay_of_its_order() {
    let patient = concord_kernel::PatientId::new(Uuid::from_u128(7));
    let target = |basis| crate::Command::Chart(step_on(basis)).target(patient);
    let score = TitrationBasis::Score(ScaleId::new(Uuid::from_u128(5)));
    // Every step is judged by how the drug is taken, by scores and by what was used.
    let always = [StreamRef::adherence(patient), StreamRef::scales(patient), StreamRef::recovery(patient)];
    assert_eq!(target(score).reads, always);
    let report = TitrationBasis::SideEffect(ReportId::new(Uuid::from_u128(6)));
    assert_eq!(target(report).reads, [&always[..], &[StreamRef::side_effects(patient)]].concat());
    assert_eq!(target(TitrationBasis::WellTolerated).reads, always);
    let state = crate::State::Chart(Box::new(folded(&on_sertraline())));
    for command in [step(), titration(&WEEKLY)] {
        let reads = state.reads(&crate::Command::Chart(command), patient, []);
        assert_eq!(reads.len(), 2, "{reads:?}");
    }
    assert_eq!(state.reads(&crate::Command::Chart(cancel()), patient, []), []);
}

#[test]
fn a_titration_ends_with_a_hold_another_dose_a_taper_or_when_it_is_given_up() {
    let then = |command| psychiatrist().days_later(6).asks(command);
    let taper = Command::PlanTaper {
        order: order_id(1),
        steps: vec![
            TaperStep { on: in_days(7), regimen: daily(25.0) },
            TaperStep { on: in_days(21), regimen: daily(0.0) },
        ],
        reason: words("They wish to stop"),
    };
    for end in [cancel(), taper, adjust(1, daily(25.0), Cause::PatientPreference)] {
        let ended = after(on_sertraline(), [then(end)]);
        refused(ended, psychiatrist().days_later(14).asks(step()), Error::NoTitration);
    }
    let held = after(on_sertraline(), [then(hold(1))]);
    refused(held.clone(), psychiatrist().days_later(7).asks(step()), Error::OrderHeld);
    let resumed = after(held, [psychiatrist().days_later(8).asks(resume(1))]);
    refused(resumed.clone(), psychiatrist().days_later(14).asks(step()), Error::NoTitration);
    // The days at the dose count from the resumption.
    let soon = Error::RiseTooSoon { earliest: in_days(15) };
    refused(resumed, psychiatrist().days_later(8).asks(titration(&[(14, 100.0)])), soon);
    refused(on("sertraline"), plans(cancel()), Error::NoTitration);
}

#[test]
fn a_titration_takes_the_place_of_a_taper() {
    let tapering = [
        TaperStep { on: in_days(7), regimen: daily(25.0) },
        TaperStep { on: in_days(21), regimen: daily(0.0) },
    ];
    let taper = Command::PlanTaper {
        order: order_id(1),
        steps: tapering.to_vec(),
        reason: words("They wish to stop"),
    };
    let given = after(on("sertraline"), [plans(taper), plans(titration(&WEEKLY))]);
    let down = psychiatrist().days_later(7).asks(adjust(1, daily(25.0), Cause::PlannedTaper));
    refused(given.clone(), down, Error::NotAPlannedStep);
    refused(given, plans(titration(&WEEKLY)), Error::Unchanged);
}

fn switch(to: NewOrder, until: Day, taper: &[(i64, f64)]) -> Command {
    Command::Switch(Box::new(Switch {
        from: order_id(1),
        to,
        overlap_until: until,
        taper: taper.iter().map(|(on, mg)| TaperStep { on: in_days(*on), regimen: daily(*mg) }).collect(),
        reason: words("Eight weeks without response"),
    }))
}

fn depressed() -> Vec<Event> {
    after(on("sertraline"), [warned("escitalopram")])
}

#[test]
fn a_switch_links_the_order_that_ends_and_the_one_that_begins() {
    let events =
        accepted(depressed(), plans(switch(order(2, "escitalopram"), in_days(14), &[(0, 25.0), (14, 0.0)])));
    let [
        Event::MedicationPrescribed { order: begun, judged, .. },
        Event::MedicationSwitched { from, to, overlap_until, .. },
        Event::TaperPlanned { order: tapered, .. },
    ] = events.as_slice()
    else {
        panic!("{events:?}");
    };
    assert_eq!((*from, *to, begun.order, *tapered), (order_id(1), order_id(2), order_id(2), order_id(1)));
    assert_eq!(*overlap_until, in_days(14));
    assert_eq!(judged.findings, [finding("dup.ssri-snri", &["escitalopram", "sertraline"])]);
    assert!(judged.answered.is_empty(), "it is a remark");
    refused(depressed(), nurse().asks(switch(order(2, "escitalopram"), today(), &[])), Error::NotAPrescriber);
}

#[test]
fn two_of_one_kind_are_expected_until_the_overlap_ends_and_not_after() {
    // Two of one kind, without a switch.
    let (rules, _) = unsafe_by(depressed(), psychiatrist().prescribes(order(2, "escitalopram")));
    assert_eq!(rules[0], ("dup.ssri-snri".to_owned(), Action::BlockUnlessCosigned));
    let both = after(depressed(), [plans(switch(order(2, "escitalopram"), in_days(14), &[]))]);
    let renew = |day| {
        psychiatrist().days_later(day).asks(Command::Renew {
            order: order_id(2),
            supply: Supply { days: 30, refills: 0 },
            modality: OrderModality::InPerson,
            legal_basis: None,
            acknowledgements: Vec::new(),
        })
    };
    accepted(both.clone(), renew(14));
    let (rules, _) = unsafe_by(both.clone(), renew(15));
    assert_eq!(rules[0].0, "dup.ssri-snri");
    accepted(after(both, [psychiatrist().days_later(14).asks(stop(1))]), renew(15));
}

#[test]
fn what_else_two_medications_do_to_each_other_is_judged_as_ever() {
    let given = after(on("sertraline"), [warned("phenelzine")]);
    let (rules, answer) = unsafe_by(given, plans(switch(order(2, "phenelzine"), in_days(14), &[])));
    assert!(rules.iter().any(|(rule, _)| rule == "ddi.maoi.serotonergic"), "{rules:?}");
    assert_eq!(answer, Answer::Wait);
}

#[test]
fn an_overlap_has_an_end_that_is_not_too_far() {
    let until = |day| plans(switch(order(2, "escitalopram"), in_days(day), &[]));
    refused(depressed(), until(-1), Error::OverlapBeforeStart);
    refused(depressed(), until(31), Error::OverlapTooLong { most_days: 30 });
    accepted(depressed(), until(30));
    accepted(depressed(), until(0));
    let slow = plans(switch(order(2, "escitalopram"), in_days(42), &[(0, 25.0), (42, 0.0)]));
    accepted(depressed(), slow);
    let short = plans(switch(order(2, "escitalopram"), in_days(14), &[(0, 25.0), (21, 0.0)]));
    refused(depressed(), short, Error::OverlapBeforeTaperEnd { tapered_on: in_days(21) });
}

#[test]
fn a_drug_that_must_not_stop_at_once_is_tapered_in_a_switch() {
    let given = after(on("divalproex"), [warned("lamotrigine")]);
    let at_once = plans(switch(order(2, "lamotrigine"), in_days(14), &[]));
    refused(given, at_once, Error::TaperFirst);
    let steep = plans(switch(order(2, "escitalopram"), in_days(1), &[(0, 25.0), (1, 0.0)]));
    refused(depressed(), steep, Error::TaperTooShort { at_least_days: 7 });
}

#[test]
fn a_switch_asks_of_the_new_order_what_every_order_is_asked() {
    let given = on("sertraline");
    let unexplained = plans(switch(order(2, "escitalopram"), today(), &[]));
    refused(given, unexplained, Error::BoxedWarningNotAcknowledged);
    refused(depressed(), plans(switch(order(1, "escitalopram"), today(), &[])), Error::OrderIdUsed);
    let gone = psychiatrist().knowing(|facts| facts.episode = None);
    refused(depressed(), gone.asks(switch(order(2, "escitalopram"), today(), &[])), Error::EpisodeNotActive);
    let none = prepared(&["escitalopram"]);
    refused(none, plans(switch(order(2, "escitalopram"), today(), &[])), Error::UnknownOrder);
}

#[test]
fn the_same_substance_does_not_give_way_to_itself() {
    let given = on("sertraline");
    let itself = plans(switch(order(2, "sertraline"), in_days(14), &[(0, 25.0), (14, 0.0)]));
    let (found, _) = unsafe_by(given, itself);
    assert!(found.iter().any(|(rule, _)| rule == "dup.same-ingredient"), "{found:?}");
}

#[test]
fn a_switch_is_over_when_the_new_order_ends() {
    let both = after(depressed(), [plans(switch(order(2, "escitalopram"), in_days(14), &[]))]);
    let chart = |events: &[Event]| folded(events).orders[&order_id(1)].switch.is_some();
    assert!(chart(&both));
    assert!(!chart(&after(both, [psychiatrist().days_later(3).asks(stop(2))])));
}
