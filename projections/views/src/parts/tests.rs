//! What rows keep when more happens than they have room for.

mod adherence;
mod contacts;
pub(crate) mod injections;
mod lasting;
mod monitoring;
mod pharmacy;
mod plans;
mod recoveries;
mod rules;
mod service;

use concord_domain::follow_up::{Event as VisitEvent, Modality, VisitKind};
use concord_domain::side_effects::{Event, Grade, Outcome};
use concord_kernel::{Instant, ReportId, Role, Text, VisitId};
use concord_projection::ViewError;
use uuid::Uuid;

use super::complaints::Complaints;
use super::{DueKind, Effects, Visits};
use crate::tests::{person, start};

fn report(n: u128) -> ReportId {
    ReportId::new(Uuid::from_u128(n))
}

fn reported(n: u128, grade: Grade) -> Event {
    let days = i64::try_from(n).unwrap();
    Event::SideEffectReported {
        report: report(n),
        symptom: None,
        description: Text::parse("queasy").unwrap(),
        grade,
        red_flags: Vec::new(),
        suspected: None,
        onset_at: None,
        by: person(Role::Nurse, 1),
        role: Role::Nurse,
        contact_by: start().plus_days(days),
        decide_by: start().plus_days(days + 7),
        not_on_care_team: false,
    }
}

fn resolved(n: u128) -> Event {
    Event::SideEffectResolved { report: report(n), outcome: Outcome::Recovered }
}

fn effects(events: impl IntoIterator<Item = Event>) -> Effects {
    let mut effects = Effects::default();
    events.into_iter().for_each(|event| effects.fold(start(), &event).unwrap());
    effects
}

#[test]
fn the_worst_side_effects_are_kept_and_all_are_counted() {
    let severe = (1..=2).map(|n| reported(n, Grade::Severe));
    let mild = (3..=40).map(|n| reported(n, Grade::Mild));
    let effects = effects(severe.chain(mild));
    assert_eq!(effects.len(), 40);
    let kept: Vec<_> = effects.iter().map(|effect| effect.report).collect();
    assert!(kept.len() < 10, "a row stays small");
    assert!(kept.starts_with(&[report(1), report(2)]));
    assert_eq!(kept.last(), Some(&report(40)), "of the mild ones the latest");
}

#[test]
fn a_side_effect_that_is_only_counted_is_no_longer_counted_once_it_is_resolved() {
    let mut effects = effects((1..=40).map(|n| reported(n, Grade::Mild)));
    for n in 1..=40 {
        effects.fold(start(), &resolved(n)).unwrap();
    }
    assert!(effects.is_empty());
    assert_eq!(effects.worst(), None);
    assert!(matches!(effects.fold(start(), &resolved(41)), Err(ViewError::Unknown(_))));
}

#[test]
fn a_counted_side_effect_that_is_judged_worse_makes_the_worst() {
    let mut effects = effects((1..=9).map(|n| reported(n, Grade::Mild)));
    let judged = Event::SideEffectTriaged {
        report: report(1),
        grade: Grade::Severe,
        note: Text::parse("seen").unwrap(),
        decide_by: start(),
    };
    effects.fold(start(), &judged).unwrap();
    assert_eq!(effects.worst(), Some(Grade::Severe));
}

fn due(complaints: &Complaints) -> Vec<(DueKind, Instant, bool)> {
    let mut due = Vec::new();
    complaints.each(&mut |open| {
        let open = open.due();
        due.push((open.kind, open.at, open.subject.is_some()));
    });
    due
}

#[test]
fn reports_without_room_are_due_together_until_the_last_of_them_is_decided() {
    let mut complaints = Complaints::default();
    for n in 1..=12 {
        complaints.fold(&reported(n, Grade::Mild));
    }
    let all = due(&complaints);
    let (alone, together): (Vec<_>, Vec<_>) = all.into_iter().partition(|(_, _, named)| *named);
    let one_by_one = i64::try_from(alone.len()).unwrap();
    let first_without_room = start().plus_days(one_by_one + 1);
    assert_eq!(together, [(DueKind::SideEffectTriage, first_without_room, false)]);
    for n in 6..=12 {
        complaints.fold(&resolved(n));
    }
    assert_eq!(due(&complaints).len(), alone.len());
}

fn booked(n: u128, kind: VisitKind, at: Instant) -> VisitEvent {
    let with = person(Role::Therapist, 1);
    VisitEvent::VisitScheduled {
        visit: VisitId::new(Uuid::from_u128(n)),
        kind,
        at,
        modality: Modality::InPerson,
        with,
    }
}

#[test]
fn of_many_appointments_those_stay_that_come_next_and_those_about_medication() {
    let mut visits = Visits::default();
    visits.fold(start(), &booked(1, VisitKind::Medication, start().plus_days(300)));
    visits.fold(start(), &booked(2, VisitKind::Therapy, start().plus_days(-1)));
    for n in 3..=30 {
        let days = i64::try_from(n).unwrap();
        visits.fold(start(), &booked(n, VisitKind::Therapy, start().plus_days(days)));
    }
    assert!(visits.booked.len() < 10, "a row stays small");
    assert!(visits.medication_booked());
    assert_eq!(visits.next().unwrap().at, start().plus_days(3), "what has passed went first");
}

#[test]
fn an_item_of_a_list_tells_its_kind_by_its_first_byte() {
    let mut known = 0;
    for place in 0..=u8::MAX {
        if let Some(kind) = super::DueKind::of_item(&[place, 7, 7]) {
            assert_eq!(kind as u8, place);
            known += 1;
        }
    }
    assert!(known >= 40, "{known}");
    assert_eq!(super::DueKind::of_item(&[]), None);
}
