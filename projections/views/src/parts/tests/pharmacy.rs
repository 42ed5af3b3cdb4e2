//! What prescriptions wait for, and what rows keep of them.

use concord_domain::DomainEvent;
use concord_domain::chart::{Cause, Event as ChartEvent, PdmpCheck, PdmpResult, StopReason, Supply};
use concord_domain::episode::{Disposition, Event as EpisodeEvent};
use concord_domain::prescription::{CancelCause, Event, Fill, FillStatus};
use concord_kernel::{Instant, OrderId, StreamRef, Text};
use concord_projection::Key;

use crate::Worklist;
use crate::parts::{DueKind, PrescriptionStatus, Prescriptions};
use crate::tests::{Dice, Model, Story, fact, patient, start};

/// A whole prescription, step by step: the same random one each time.
fn steps(story: &mut Story, dice: &mut Dice) -> Vec<Event> {
    (0..9).map(|_| story.pharmacy(start(), dice)).collect()
}

/// What is due after events of the chart and of one prescription, a minute apart.
fn due(events: Vec<DomainEvent>) -> Vec<DueKind> {
    let mut dice = Dice(1);
    let story = Story::new(0, &mut dice);
    let stay = DomainEvent::Episode(EpisodeEvent::EpisodeOpened {
        episode: story.episode.id,
        previous: None,
        admitted_at: start(),
    });
    let facts: Vec<_> = std::iter::once(stay)
        .chain(events)
        .zip(1..)
        .map(|(event, position)| fact(position, start(), story.patient, story.stream(&event), event))
        .collect();
    let model: Model<Worklist> = Model::of(&facts);
    let row = &model.rows[&Key::patient(patient(0))];
    let mut due: Vec<_> = row.agenda.due(&row.stays).into_iter().map(|due| due.kind).collect();
    due.retain(|kind| {
        matches!(
            kind,
            DueKind::PrescriptionToSign
                | DueKind::TransmissionFailed
                | DueKind::PharmacyRequest
                | DueKind::PdmpCheck
                | DueKind::PrescriptionOutdated
                | DueKind::PrescriptionLeftOver
        )
    });
    due
}

fn words(words: &str) -> Text {
    Text::parse(words).unwrap()
}

fn ordered(story: &mut Story, dice: &mut Dice, drug: &str) -> DomainEvent {
    let mut event = story.prescribe(Supply { days: 30, refills: 1 }, start(), dice);
    let ChartEvent::MedicationPrescribed { order, .. } = &mut event else { unreachable!("it prescribes") };
    order.drug = concord_knowledge::DrugId::parse(drug).unwrap();
    DomainEvent::Chart(event)
}

#[test]
fn a_prescription_waits_for_its_signature_its_pharmacy_and_its_answer() {
    // Seeds whose prescription is turned away and asked about: dice decide which.
    let refused = (0..64).map(Dice).find_map(|mut dice| {
        let mut story = Story::new(0, &mut Dice(1));
        let order = ordered(&mut story, &mut dice, "sertraline");
        let steps = steps(&mut story, &mut dice);
        let fails = matches!(steps[3], Event::PrescriptionFailed { .. });
        let paper = matches!(steps[4], Event::PrescriptionPrinted { .. });
        (fails && paper && matches!(steps[6], Event::ChangeProposed { .. })).then_some((order, steps))
    });
    let (order, steps) = refused.expect("one of many");
    let after = |count: usize| {
        let steps = steps[..count].iter().cloned().map(DomainEvent::Prescription);
        due(std::iter::once(order.clone()).chain(steps).collect())
    };
    assert_eq!(after(0), []);
    assert_eq!(after(2), [DueKind::PrescriptionToSign]);
    assert_eq!(after(3), []);
    assert_eq!(after(4), [DueKind::TransmissionFailed]);
    assert_eq!(after(5), [], "it is on paper");
    assert_eq!(after(7), [DueKind::PharmacyRequest]);
    assert_eq!(after(8), []);
    let closed = DomainEvent::Episode(EpisodeEvent::EpisodeClosed {
        episode: Story::new(0, &mut Dice(1)).episode.id,
        disposition: Disposition::Completed,
        medication_plan: None,
        at: None,
    });
    let gone = |count: usize| {
        let steps = steps[..count].iter().cloned().map(DomainEvent::Prescription);
        due(std::iter::once(order.clone()).chain(steps).chain([closed.clone()]).collect())
    };
    assert_eq!(gone(2), [DueKind::PrescriptionLeftOver], "taken back, or signed as a bridge");
    assert_eq!(gone(4), [DueKind::TransmissionFailed], "what somebody needs does not");
}

/// A prescription of 50 mg of the first order, as far as it has come.
fn written(story: &mut Story, dice: &mut Dice, stages: usize) -> Vec<DomainEvent> {
    let message = concord_kernel::MessageId::new(uuid::Uuid::from_u128(3));
    let first: Vec<_> = (0..3).map(|_| story.pharmacy(start(), dice)).collect();
    let then = [Event::PrescriptionTransmitted { message }, Event::PrescriptionAccepted { message }];
    first.into_iter().chain(then).take(stages).map(DomainEvent::Prescription).collect()
}

/// How the order of a prescription that has come so far went on, and what is due then.
fn after_all(stages: usize, then: impl Fn(OrderId) -> Vec<DomainEvent>) -> Vec<DueKind> {
    let (mut dice, mut story) = (Dice(7), Story::new(0, &mut Dice(1)));
    let ordered = ordered(&mut story, &mut dice, "sertraline");
    let DomainEvent::Chart(ChartEvent::MedicationPrescribed { order, .. }) = &ordered else {
        panic!("{ordered:?}")
    };
    let order = order.order;
    let written = written(&mut story, &mut dice, stages);
    due(std::iter::once(ordered).chain(written).chain(then(order)).collect())
}

fn held(order: OrderId) -> DomainEvent {
    DomainEvent::Chart(ChartEvent::MedicationHeld { order, reason: words("Vomiting"), at: start() })
}

fn stopped(order: OrderId) -> DomainEvent {
    DomainEvent::Chart(ChartEvent::MedicationStopped {
        order,
        reason: StopReason::SideEffect,
        last_dose_at: None,
        abrupt_because: None,
        assessed_at: None,
        at: start(),
    })
}

fn dose(order: OrderId, from: f64, to: f64) -> DomainEvent {
    let (from, to) = (crate::tests::regimen(from), crate::tests::regimen(to));
    DomainEvent::Chart(ChartEvent::DoseAdjusted {
        order,
        from,
        to,
        cause: Cause::PatientPreference,
        note: words("Less is enough"),
        acknowledgements: Vec::new(),
        judged: crate::tests::judged(),
        at: start(),
    })
}

#[test]
fn what_a_pharmacy_has_and_is_not_ordered_any_more_is_cancelled() {
    let outdated = [DueKind::PrescriptionOutdated];
    assert_eq!(after_all(5, |_| Vec::new()), []);
    for stages in 3..=5 {
        assert_eq!(after_all(stages, |order| vec![held(order)]), outdated, "{stages}");
    }
    assert_eq!(after_all(5, |order| vec![stopped(order)]), outdated);
    assert_eq!(after_all(5, |order| vec![dose(order, 50.0, 25.0)]), outdated);
    assert_eq!(after_all(5, |order| vec![dose(order, 50.0, 25.0), dose(order, 25.0, 50.0)]), []);
    let resumed = |order| {
        let (judged, acknowledgements) = (crate::tests::judged(), Vec::new());
        DomainEvent::Chart(ChartEvent::MedicationResumed { order, judged, acknowledgements, at: start() })
    };
    assert_eq!(after_all(5, |order| vec![held(order), resumed(order)]), []);

    let asked = || {
        let message = concord_kernel::MessageId::new(uuid::Uuid::from_u128(4));
        DomainEvent::Prescription(Event::CancellationRequested { message, reason: words("Stopped") })
    };
    let cancelled = |order| {
        DomainEvent::Prescription(Event::PrescriptionCancelled { order, cause: CancelCause::ByPharmacy })
    };
    assert_eq!(after_all(5, |order| vec![held(order), asked()]), outdated, "nobody has answered");
    assert_eq!(after_all(5, |order| vec![held(order), asked(), cancelled(order)]), []);
    let fill = |order, number| {
        DomainEvent::Prescription(Event::PrescriptionFilled {
            order,
            fill: Fill {
                fill: concord_kernel::FillId::new(uuid::Uuid::from_u128(number)),
                status: FillStatus::Dispensed,
                quantity: 30,
                on: start().day(),
                unexpected: false,
            },
        })
    };
    assert_eq!(after_all(5, |order| vec![held(order), fill(order, 1)]), outdated, "a refill is left");
    assert_eq!(after_all(5, |order| vec![held(order), fill(order, 1), fill(order, 2)]), []);
}

#[test]
fn a_draft_of_an_order_that_is_no_longer_so_is_left_over() {
    assert_eq!(after_all(2, |_| Vec::new()), [DueKind::PrescriptionToSign]);
    assert_eq!(after_all(2, |order| vec![held(order)]), [DueKind::PrescriptionToSign], "it may go on");
    for turned in [stopped, |order| dose(order, 50.0, 25.0)] {
        assert_eq!(after_all(2, |order| vec![turned(order)]), [DueKind::PrescriptionLeftOver]);
    }
}

#[test]
fn the_monitoring_program_is_looked_into_while_a_controlled_substance_is_taken() {
    let with = |drug: &str, looked: bool| {
        let (mut dice, mut story) = (Dice(3), Story::new(0, &mut Dice(1)));
        let check = PdmpCheck {
            state: concord_domain::UsState::parse("OH").unwrap(),
            checked_at: start(),
            by: crate::tests::person(concord_kernel::Role::Nurse, 1),
            result: PdmpResult::AsExpected,
        };
        let mut events = vec![ordered(&mut story, &mut dice, drug)];
        events.extend(looked.then_some(DomainEvent::Chart(ChartEvent::PdmpChecked { check, note: None })));
        events
    };
    assert_eq!(due(with("sertraline", false)), []);
    assert_eq!(due(with("clonazepam", false)), [DueKind::PdmpCheck]);
    assert_eq!(due(with("clonazepam", true)), [DueKind::PdmpCheck], "the next one, in three months");
}

#[test]
fn a_row_keeps_the_latest_prescriptions_and_all_that_wait() {
    let (mut dice, mut story) = (Dice(5), Story::new(0, &mut Dice(1)));
    ordered(&mut story, &mut dice, "sertraline");
    let mut kept = Prescriptions::default();
    let mut take = |kept: &mut Prescriptions, count: usize| {
        for event in steps(&mut story, &mut dice).into_iter().take(count) {
            let stream = StreamRef::prescription(story.patient, story.latest_prescription());
            let at: Instant = start();
            let fact = fact(1, at, story.patient, stream, DomainEvent::Prescription(event.clone()));
            kept.fold(&fact, &event);
        }
    };
    take(&mut kept, 2);
    for _ in 0..50 {
        take(&mut kept, 9);
    }
    assert_eq!(kept.iter().count(), 32);
    let waiting: Vec<_> = kept.iter().filter(|line| line.status == PrescriptionStatus::Ready).collect();
    assert_eq!(waiting.len(), 1, "the draft that nobody signed is still there");
}
