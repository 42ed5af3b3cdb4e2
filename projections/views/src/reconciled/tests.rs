//! Given facts, then rows.

use concord_domain::DomainEvent;
use concord_domain::treatment_plan::Event as PlanEvent;
use concord_kernel::{GoalId, Role, Text};
use concord_projection::{Key, List};
use uuid::Uuid;

use super::Reconciled;
use super::plan::plan;
use crate::tests::{Dice, Story, after_opening, patient, person, prescribed, start};

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
    let sentences = plan(row);
    assert!(sentences[0].to_lowercase().starts_with("sertraline 50 mg once a day for "), "{}", sentences[0]);
    assert_eq!(row.last_change.map(|change| change.position), Some(13));
}

#[test]
fn without_an_order_the_plan_says_so() {
    let model = after_opening::<Reconciled>(vec![]);
    let sentences = plan(&model.rows[&Key::patient(patient(0))]);
    assert_eq!(sentences, ["The program prescribes no medication at present."]);
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
    let (sentences, day) = (plan(row), start().day());
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
