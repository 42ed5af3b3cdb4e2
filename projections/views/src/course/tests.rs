//! Given facts, then entries.

use concord_domain::DomainEvent;
use concord_domain::treatment_plan::{Event as PlanEvent, LifeEvent, SessionKind};
use concord_kernel::{LifeChangeId, SessionId, Text};
use concord_projection::{Key, View};
use uuid::Uuid;

use super::{Course, CourseEntry, Entry, Row};
use crate::tests::{after_opening, history, patient, prescribed, regimen, start};

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

#[test]
fn a_session_lies_where_it_was_held_beside_doses_and_changes_of_life() {
    let (_, event) = prescribed();
    let plan = |event| DomainEvent::TreatmentPlan(event);
    let held_at = start().plus_days(-2);
    let session = plan(PlanEvent::TherapyParticipationRecorded {
        session: SessionId::new(Uuid::from_u128(1)),
        kind: SessionKind::Group,
        held_at,
        attended: true,
        engagement: Some(3),
    });
    let change = plan(PlanEvent::LifeCircumstanceChanged {
        change: LifeChangeId::new(Uuid::from_u128(2)),
        event: LifeEvent::Work,
        note: Text::parse("night shifts").unwrap(),
        review_by: start().plus_days(7),
    });
    let model = after_opening::<Course>(vec![event, session, change]);
    let row = |position| &model.rows[&Key::entry(patient(0), position)];
    let took_part = Entry::Session { kind: SessionKind::Group, engagement: Some(3) };
    assert_eq!((&row(14).entry, row(14).at), (&took_part, held_at));
    assert!(matches!(&row(15).entry, Entry::LifeChanged { event: LifeEvent::Work, .. }));
}
