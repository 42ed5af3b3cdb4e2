//! Given facts, then entries.

use concord_projection::{Key, View};

use super::{Course, CourseEntry, Entry, Row};
use crate::tests::{after_opening, history, patient, prescribed, regimen};

#[test]
fn an_entry_is_made_of_exactly_the_events_that_are_announced() {
    for fact in history(5, 4, 3_000) {
        assert_eq!(
            Course::touches(&fact).is_empty(),
            Row::of(&fact).is_none(),
            "{}",
            fact.event.event_type()
        );
    }
}

#[test]
fn therapy_sees_that_a_medication_began_but_not_how_much() {
    let (order, event) = prescribed();
    let model = after_opening::<Course>(vec![event]);
    let row = model.rows[&Key::entry(patient(0), 13)].clone();
    let Entry::Started { regimen: told, .. } = &row.entry else { unreachable!("it began") };
    assert_eq!(*told, Some(regimen(50.0)));
    let shown = CourseEntry { position: 13, row }.without_doses();
    let Entry::Started { order: of, regimen: told, .. } = shown.row.entry else { unreachable!("it began") };
    assert_eq!((of, told), (order, None));
}
