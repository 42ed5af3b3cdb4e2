//! Given facts, then rows.

use concord_domain::DomainEvent;
use concord_domain::chart::{Event as ChartEvent, TitrationBasis, TitrationStep};
use concord_domain::coordination::SharedPart::{self, Medications, Plan, SubstanceUse};
use concord_domain::treatment_plan::Event as PlanEvent;
use concord_kernel::{GoalId, Role, Text};
use concord_knowledge::{ConditionId, Ruleset};
use concord_projection::{Key, List};
use uuid::Uuid;

use super::plan::plan;
use super::{Reconciled, Row, Shared};
use crate::tests::{Dice, Story, after_opening, judged, patient, person, prescribed, regimen, start};

#[test]
fn the_list_is_that_of_the_members_outside_the_program() {
    let model = after_opening::<Reconciled>(vec![]);
    let primary_care = List::person(person(Role::PrimaryCare, 0));
    assert_eq!(model.lists().keys().collect::<Vec<_>>(), [&primary_care]);
}

#[test]
fn the_plan_is_told_in_plain_words_with_doses() {
    let (_, event) = prescribed();
    let model = after_opening::<Reconciled>(vec![event]);
    let row = &model.rows[&Key::patient(patient(0))];
    let sentences = plan(row, true);
    assert!(sentences[0].to_lowercase().starts_with("sertraline 50 mg once a day for "), "{}", sentences[0]);
    assert_eq!(row.last_change.map(|change| change.position), Some(13));
}

#[test]
fn without_an_order_the_plan_says_so() {
    let model = after_opening::<Reconciled>(vec![]);
    let sentences = plan(&model.rows[&Key::patient(patient(0))], true);
    assert_eq!(sentences, ["The program prescribes no medication at present."]);
}

#[test]
fn a_way_up_that_was_given_up_is_news_no_more() {
    let (order, ordered) = prescribed();
    let planned = ChartEvent::TitrationPlanned {
        order,
        steps: vec![TitrationStep { on: start().plus_days(14).day(), regimen: regimen(100.0) }],
        schedule: None,
        reason: Text::parse("Half better").unwrap(),
        acknowledgements: Vec::new(),
        judged: judged(),
        at: start(),
    };
    let told = |then: Vec<ChartEvent>| -> Vec<String> {
        let events = std::iter::once(ordered.clone())
            .chain(std::iter::once(planned.clone()).chain(then).map(DomainEvent::Chart));
        let model = after_opening::<Reconciled>(events.collect());
        let news = model.rows[&Key::patient(patient(0))].news.since(None);
        news.map(|piece| piece.what.sentence()).filter(|told| told.contains("Sertraline")).collect()
    };
    let begun = "Sertraline was started.";
    assert_eq!(told(Vec::new()), [begun, "Sertraline will be raised step by step."]);
    let reason = Text::parse("Well at this dose").unwrap();
    let cancelled = ChartEvent::TitrationCancelled { order, reason: reason.clone() };
    assert_eq!(told(vec![cancelled]), [begun, "Sertraline will not be raised after all."]);
    let held = ChartEvent::MedicationHeld { order, reason, at: start() };
    assert_eq!(told(vec![held]), [begun, "Sertraline is interrupted."]);
    let step = ChartEvent::TitrationStepTaken {
        order,
        planned_on: start().day(),
        from: regimen(50.0),
        to: regimen(100.0),
        rests_on: TitrationBasis::WellTolerated,
        note: Text::parse("No nausea").unwrap(),
        acknowledgements: Vec::new(),
        judged: judged(),
        at: start(),
    };
    assert_eq!(told(vec![step]).len(), 3, "it was raised: both are true");
}

/// A plan with a goal that sertraline serves, both agreed, and a second goal that nobody has agreed to yet.
fn planned() -> Vec<DomainEvent> {
    let words = |text| Text::parse(text).unwrap();
    let (order, event) = prescribed();
    let goal = |n, version, statement| PlanEvent::GoalAdded {
        goal: GoalId::new(Uuid::from_u128(n)),
        version,
        statement: words(statement),
        target_on: Some(start().plus_days(30).day()),
    };
    let plan = [
        PlanEvent::PlanDrafted {
            episode: Story::new(0, &mut Dice(1)).episode,
            summary: words("Sleep first, then work"),
        },
        goal(1, 2, "Walk the dog every morning."),
        PlanEvent::GoalLinked { goal: GoalId::new(Uuid::from_u128(1)), order, how: words("gets up") },
        PlanEvent::PlanAgreed { version: 2, review_by: start().plus_days(60) },
        goal(2, 3, "Run a marathon"),
    ];
    std::iter::once(event).chain(plan.into_iter().map(DomainEvent::TreatmentPlan)).collect()
}

#[test]
fn what_was_agreed_is_told_in_plain_words_and_what_was_not_is_not() {
    let model = after_opening::<Reconciled>(planned());
    let row = &model.rows[&Key::patient(patient(0))];
    let (sentences, day) = (plan(row, true), start().day());
    assert_eq!(sentences[1], format!("Agreed with the patient on {day}: Sleep first, then work."));
    assert_eq!(sentences[2], "The plan has changed since, and the change is not agreed yet.");
    let by = start().plus_days(30).day();
    let goal = format!("goal, by {by}, helped by sertraline: walk the dog every morning.");
    assert_eq!(sentences[3].to_lowercase(), goal);
    assert_eq!(sentences.len(), 4, "{sentences:?}");
    assert_eq!(
        row.last_change.map(|change| change.position),
        Some(17),
        "what is agreed is news to a liaison"
    );
}

#[test]
fn a_medication_for_substance_use_is_taken_out_with_all_that_tells_of_it() {
    let model = after_opening::<Reconciled>(planned());
    let mut row = model.rows[&Key::patient(patient(0))].clone();
    let told = |row: &Row, parts: &[SharedPart]| {
        let parts = parts.iter().copied().collect();
        let row = row.clone().shared(Shared { parts: &parts, rules: Ruleset::embedded() });
        let news = row.news.since(None).map(|piece| piece.what.sentence()).collect::<Vec<_>>();
        let said = format!("{} {}", plan(&row, false).join(" "), news.join(" ")).to_lowercase();
        (row.orders.open.len(), said.contains("sertraline"))
    };
    let (some, all) = ([Plan, Medications], [Plan, Medications, SubstanceUse]);
    assert_eq!([told(&row, &some), told(&row, &all)], [(1, true), (1, true)]);
    row.orders.open[0].indication = ConditionId::parse("alcohol-use-disorder").unwrap();
    assert_eq!([told(&row, &some), told(&row, &all)], [(0, false), (1, true)]);
    assert_eq!(told(&row, &[Plan]), (0, false), "medications were not signed for");
}
