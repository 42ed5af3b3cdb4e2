//! What is due by the rules that a program has published.

use concord_domain::UsState;
use concord_domain::chart::{Event, PdmpCheck, PdmpResult};
use concord_domain::{DomainEvent, ruleset};
use concord_kernel::{Instant, Role};
use concord_projection::{Fact, Key};

use super::monitoring::{days, lab, prescribed};
use crate::parts::DueKind;
use crate::tests::rules::{followed_by, published};
use crate::tests::{Dice, Model, Story, fact, patient, person, start};
use crate::{Reconciled, Worklist};

const WEIGHT: &str = "mon.antipsychotic.weight,olanzapine,weight,,30,7|28|56|84,,91,Program rule,,";

/// Facts about a client who has begun with `drug`, whose list has been compared and whose weight was taken on the first day.
fn facts(drug: &str) -> Vec<Fact> {
    let (mut story, mut dice) = (Story::new(0, &mut Dice(1)), Dice(1));
    let opening: Vec<_> = (0..12).map(|_| story.next(start(), &mut dice)).collect();
    let then = [
        prescribed(drug),
        Event::ResultRecorded { lab: lab("weight"), value: 80.0, taken_at: days(0), last_dose_at: None },
        Event::MedicationsReconciled { entries: Vec::new(), note: None },
    ];
    let events = opening.into_iter().chain(then.into_iter().map(DomainEvent::Chart)).zip(1..);
    let told = |(event, position)| fact(position, start(), story.patient, story.stream(&event), event);
    events.map(told).collect()
}

fn due(facts: &[Fact], kind: DueKind, name: Option<&str>) -> Vec<i64> {
    let model = Model::<Worklist>::of(facts);
    let row = &model.rows[&Key::patient(patient(0))];
    let due = row.agenda.due(&row.stays).into_iter();
    let asked = due.filter(|due| due.kind == kind && (name.is_none() || due.name.as_deref() == name));
    asked.map(|due| due.at.days_since(days(0))).collect()
}

fn weight(facts: &[Fact]) -> Vec<i64> {
    due(facts, DueKind::Test, Some("weight"))
}

fn tightened(on: Option<Instant>) -> Vec<ruleset::Event> {
    let rows = [("monitoring.csv", WEIGHT), ("coordination.csv", "reconcile.regular,240,Program rule,,")];
    published("2027-01-01.0123456789ab", &rows, start(), on.map(Instant::day))
}

#[test]
fn a_tightened_interval_is_due_earlier_from_its_publication_on_for_everybody() {
    let before = facts("olanzapine");
    assert_eq!(weight(&before), [28]);
    assert_eq!(due(&before, DueKind::Reconciliation, None), [30]);
    let after = followed_by(before, tightened(None), start());
    // Nothing has happened to the client since.
    assert_eq!(weight(&after), [7]);
    assert_eq!(due(&after, DueKind::Reconciliation, None), [10]);
    let model = Model::<Reconciled>::of(&after);
    let told = model.rows[&Key::patient(patient(0))].monitoring.due();
    let told: Vec<_> = told.filter(|due| due.test.id.as_str() == "mon.antipsychotic.weight").collect();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].test.at.days_since(days(0)), 7, "a liaison is told the same");
}

#[test]
fn whoever_comes_after_a_publication_is_listed_by_it() {
    let published = followed_by(Vec::new(), tightened(None), start());
    let first = published.len() as u64;
    let later = facts("olanzapine").into_iter().map(|fact| Fact { position: fact.position + first, ..fact });
    let all = crate::tests::rules::judged(published.into_iter().chain(later).collect());
    assert_eq!(weight(&all), [7]);
}

#[test]
fn rules_that_wait_for_their_day_move_what_is_due_after_it_and_nothing_before() {
    let publish = |day| followed_by(facts("olanzapine"), tightened(Some(days(day))), start());
    assert_eq!(weight(&publish(5)), [7]);
    assert_eq!(weight(&publish(20)), [20], "due by the new ones as soon as they begin");
    assert_eq!(weight(&publish(40)), [28]);
}

#[test]
fn a_look_into_the_monitoring_program_is_due_by_the_interval_that_was_published() {
    let (state, by) = (UsState::parse("OH").unwrap(), person(Role::Psychiatrist, 0));
    let check = PdmpCheck { state, checked_at: days(0), by, result: PdmpResult::AsExpected };
    let looked = Event::PdmpChecked { check, note: None };
    let mut before = facts("clonazepam");
    let mut last = before.last().unwrap().clone();
    (last.position, last.event) = (last.position + 1, DomainEvent::Chart(looked));
    before.push(last);
    assert_eq!(due(&before, DueKind::PdmpCheck, None), [90]);
    let row = "pdmp.max-age,pdmp.max-age,720,,,hours,Program rule,,";
    let events = published("2027-01-02.0123456789ab", &[("policies.csv", row)], start(), None);
    assert_eq!(due(&followed_by(before, events, start()), DueKind::PdmpCheck, None), [30]);
}
