//! Given facts, then rows.

use concord_kernel::Role;
use concord_projection::{Key, List};

use super::Reconciled;
use super::plan::plan;
use crate::tests::{after_opening, patient, person, prescribed};

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
