//! What passes between those who treat a patient, as each list shows it.

use concord_domain::DomainEvent;
use concord_domain::chart::Event as ChartEvent;
use concord_domain::coordination::{ConflictResolution, Event, SharingBasis, UpdateKind, Urgency};
use concord_domain::episode::{Event as EpisodeEvent, Interruption};
use concord_kernel::{ConflictId, ConsultId, Instant, OutsideUpdateId, PersonId, Role, Text};
use concord_projection::{Key, List};
use uuid::Uuid;

use crate::parts::DueKind;
use crate::tests::{Dice, Story, after_opening, patient, person, prescribed, start};
use crate::{Reconciled, Worklist};

fn words(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn asked(n: u128, of: PersonId, role: Role) -> Event {
    Event::ConsultRequested {
        consult: ConsultId::new(Uuid::from_u128(n)),
        of,
        role,
        by: person(Role::Therapist, 0),
        urgency: Urgency::Routine,
        question: words("Safe with this QTc?"),
        basis: SharingBasis::Program,
        answer_by: start().plus_days(7),
    }
}

fn raised(n: u128, by: PersonId) -> Event {
    Event::CareConflictRaised {
        conflict: ConflictId::new(Uuid::from_u128(n)),
        finding: None,
        description: words("Lithium here, ibuprofen there"),
        by,
        role: Role::Nurse,
        resolve_by: start().plus_days(3),
    }
}

fn settled(n: u128) -> Event {
    Event::CareConflictResolved {
        conflict: ConflictId::new(Uuid::from_u128(n)),
        resolution: ConflictResolution::OutsideChanges,
        responsible: person(Role::PrimaryCare, 0),
        role: Role::PrimaryCare,
        what: words("Another painkiller"),
        late: false,
    }
}

fn told() -> Event {
    Event::OutsideUpdateReceived {
        update: OutsideUpdateId::new(Uuid::from_u128(1)),
        kind: UpdateKind::Visit,
        from: words("Dr. Reed"),
        summary: words("Pressure normal"),
        by: person(Role::PrimaryCare, 0),
        role: Role::PrimaryCare,
        not_on_care_team: false,
        review_by: start().plus_days(7),
    }
}

fn row(then: Vec<Event>) -> crate::reconciled::Row {
    let events = then.into_iter().map(DomainEvent::Coordination).collect();
    after_opening::<Reconciled>(events).rows.remove(&Key::patient(patient(0))).unwrap()
}

fn due(then: Vec<DomainEvent>) -> Vec<(DueKind, Instant)> {
    let model = after_opening::<Worklist>(then);
    let row = &model.rows[&Key::patient(patient(0))];
    row.agenda.due(&row.stays).into_iter().map(|due| (due.kind, due.at)).collect()
}

#[test]
fn a_question_is_on_the_list_of_whoever_was_asked_alone() {
    let ask = |of, role| DomainEvent::Coordination(asked(1, of, role));
    let doctor = person(Role::Psychiatrist, 0);
    let entries = |event: DomainEvent| {
        let lists = after_opening::<Worklist>(vec![event]).lists();
        lists.get(&List::person(doctor)).map_or(0, Vec::len)
    };
    let before =
        entries(DomainEvent::Coordination(Event::ChangesAcknowledged { by: doctor, up_to: start() }));
    assert_eq!(entries(ask(doctor, Role::Psychiatrist)), before + 1);
    assert_eq!(entries(ask(person(Role::PrimaryCare, 0), Role::PrimaryCare)), before);
}

#[test]
fn somebody_from_outside_sees_what_they_were_asked_raised_or_have_to_change() {
    let (primary_care, nurse) = (person(Role::PrimaryCare, 0), person(Role::Nurse, 0));
    let contacts = row(vec![
        asked(1, primary_care, Role::PrimaryCare),
        asked(2, person(Role::Psychiatrist, 0), Role::Psychiatrist),
        raised(3, nurse),
        raised(4, primary_care),
        raised(5, nurse),
        settled(5),
        told(),
    ])
    .contacts;
    let theirs = contacts.of(primary_care);
    assert_eq!((contacts.consults.len(), theirs.consults.len()), (2, 1));
    let numbers: Vec<_> = theirs.conflicts.iter().map(|line| line.conflict.uuid().as_u128()).collect();
    assert_eq!(numbers, [4, 5], "raised by them, and theirs to change");
    assert_eq!((contacts.updates.len(), theirs.updates.len()), (1, 0));
}

#[test]
fn of_settled_conflicts_the_latest_are_kept_and_every_open_one() {
    let nurse = person(Role::Nurse, 0);
    let mut then: Vec<_> = (1..=12).map(|n| raised(n, nurse)).collect();
    then.extend((1..=10).map(settled));
    let contacts = row(then).contacts;
    let open = contacts.conflicts.iter().filter(|line| line.settled.is_none()).count();
    assert_eq!((contacts.conflicts.len(), open), (10, 2));
    assert!(contacts.conflicts.iter().all(|line| line.conflict.uuid().as_u128() > 2), "the oldest go");
}

#[test]
fn news_are_what_was_recorded_after_somebody_looked() {
    let (_, ordered) = prescribed();
    let liaison = person(Role::PrimaryCare, 0);
    let model = after_opening::<Reconciled>(vec![ordered]);
    let row = &model.rows[&Key::patient(patient(0))];
    let all: Vec<_> = row.news.since(None).map(|piece| piece.what.sentence()).collect();
    assert_eq!(all.last().map(String::as_str), Some("Sertraline was started."));
    assert!(all.iter().any(|said| said == "The list of allergies changed."), "{all:?}");
    assert_eq!(row.news.since(Some(start())).count(), 0, "everything was recorded by then");
    let seen = Event::ChangesAcknowledged { by: liaison, up_to: start() };
    let seen = self::row(vec![seen]).contacts.seen;
    assert_eq!(seen.get(&liaison), Some(&start()));
}

#[test]
fn a_list_is_compared_after_a_return_and_otherwise_every_thirty_days() {
    let reconciliation = |then: Vec<DomainEvent>| {
        due(then).into_iter().find(|(kind, _)| *kind == DueKind::Reconciliation).map(|(_, at)| at)
    };
    assert_eq!(reconciliation(vec![]), Some(start().plus_days(7)), "after the admission");
    let compared = DomainEvent::Chart(ChartEvent::MedicationsReconciled { entries: vec![], note: None });
    assert_eq!(reconciliation(vec![compared.clone()]), Some(start().plus_days(30)));
    let episode = Story::new(0, &mut Dice(1)).episode.id;
    let away = EpisodeEvent::EpisodePaused { episode, because: Interruption::Hospitalised };
    let back = EpisodeEvent::EpisodeResumed { episode };
    let returned = vec![compared, DomainEvent::Episode(away), DomainEvent::Episode(back)];
    assert_eq!(reconciliation(returned), Some(start().plus_days(7)));
}
