//! Given facts, then what is due.

use concord_domain::DomainEvent;
use concord_domain::assessment::Event as AssessmentEvent;
use concord_domain::chart::{Event as ChartEvent, OverrideReason};
use concord_domain::follow_up::{Event as VisitEvent, Modality, VisitKind};
use concord_domain::side_effects::{Decision, Event as EffectEvent, Grade};
use concord_kernel::{ReportId, Role, Text, VisitId};
use concord_projection::{Key, List};
use uuid::Uuid;

use super::Worklist;
use crate::parts::DueKind;
use crate::tests::{Model, after_opening, finding, follows_admission, patient, person, program, start};

fn due(then: Vec<DomainEvent>) -> (Model<Worklist>, Vec<DueKind>) {
    let model = after_opening::<Worklist>(then);
    let row = &model.rows[&Key::patient(patient(0))];
    let kinds = row.agenda.due(&row.stays).into_iter().map(|due| due.kind);
    let kinds = kinds.filter(|kind| !follows_admission(*kind)).collect();
    (model, kinds)
}

fn words(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn report() -> ReportId {
    ReportId::new(Uuid::from_u128(4))
}

fn reported() -> DomainEvent {
    DomainEvent::SideEffects(EffectEvent::SideEffectReported {
        report: report(),
        symptom: None,
        description: words("dizzy"),
        grade: Grade::Severe,
        red_flags: Vec::new(),
        suspected: None,
        onset_at: None,
        by: person(Role::Nurse, 1),
        role: Role::Nurse,
        contact_by: start().plus_days(1),
        decide_by: start().plus_days(2),
        not_on_care_team: false,
    })
}

#[test]
fn a_side_effect_waits_for_triage_then_for_a_decision_then_for_nobody() {
    let triaged = DomainEvent::SideEffects(EffectEvent::SideEffectTriaged {
        report: report(),
        grade: Grade::Severe,
        note: words("seen"),
        decide_by: start().plus_days(1),
    });
    let decided = DomainEvent::SideEffects(EffectEvent::SideEffectActionDecided {
        report: report(),
        decision: Decision::ContinueAndMonitor,
        rationale: words("passing"),
        late: false,
    });
    assert_eq!(due(vec![reported()]).1, [DueKind::SideEffectTriage]);
    assert_eq!(due(vec![reported(), triaged.clone()]).1, [DueKind::SideEffectDecision]);
    assert_eq!(due(vec![reported(), triaged, decided]).1, []);
}

/// The lists that are nobody's own.
fn programs() -> [List; 2] {
    [List::all(), List::program(&program())]
}

#[test]
fn every_prescriber_of_the_care_team_has_the_item_and_nobody_else() {
    let (model, _) = due(vec![reported()]);
    let lists = model.lists();
    let persons = [&List::person(person(Role::Psychiatrist, 0))];
    assert_eq!(lists.keys().filter(|list| !programs().contains(list)).collect::<Vec<_>>(), persons);
}

#[test]
fn what_cannot_wait_stands_before_what_is_long_overdue_on_a_worklist_and_not_on_a_programs_list() {
    // Two kinds of work: an appointment of long ago, and a side effect that nobody has judged until tomorrow.
    let booked = DomainEvent::FollowUp(VisitEvent::VisitScheduled {
        visit: VisitId::new(Uuid::from_u128(1)),
        kind: VisitKind::Medication,
        at: start().plus_days(-300),
        modality: Modality::InPerson,
        with: person(Role::Psychiatrist, 0),
    });
    let (model, _) = due(vec![booked, reported()]);
    let lists = model.lists();
    let kinds = |list: &List| {
        let on: Vec<_> = lists[list].iter().map(|(_, item)| DueKind::of_item(item).unwrap()).collect();
        let place = |kind| on.iter().position(|on| *on == kind).unwrap();
        (place(DueKind::SideEffectTriage), place(DueKind::Visit))
    };
    let (danger, routine) = kinds(&List::person(person(Role::Psychiatrist, 0)));
    assert!(danger < routine);
    let (danger, routine) = kinds(&List::program(&program()));
    assert!(routine < danger);
}

#[test]
fn of_the_appointments_those_are_on_a_worklist_that_are_theirs_to_keep() {
    let booked = |kind| {
        DomainEvent::FollowUp(VisitEvent::VisitScheduled {
            visit: VisitId::new(Uuid::from_u128(kind as u128)),
            kind,
            at: start().plus_days(3),
            modality: Modality::InPerson,
            with: person(Role::Therapist, 0),
        })
    };
    let all = [VisitKind::Medication, VisitKind::Therapy, VisitKind::Nursing].map(booked);
    let model = after_opening::<Worklist>(all.into());
    let row = &model.rows[&Key::patient(patient(0))];
    let mut kept = Vec::new();
    row.agenda.each(&row.stays, |open| {
        let Some(name) = open.due().name else { return };
        let roles = [Role::Psychiatrist, Role::Nurse, Role::Pharmacist];
        kept.push((name, roles.map(|role| open.concerns(person(role, 0), role))));
    });
    let wanted = [
        ("medication".to_owned(), [true, true, false]),
        ("therapy".to_owned(), [false, false, false]),
        ("nursing".to_owned(), [false, true, false]),
    ];
    assert_eq!(kept, wanted);
}

#[test]
fn whoever_was_admitted_is_to_be_seen_within_a_week_unless_medication_is_found_not_to_help() {
    let to_book = |then: Vec<DomainEvent>| {
        let model = after_opening::<Worklist>(then);
        let row = &model.rows[&Key::patient(patient(0))];
        let due = row.agenda.due(&row.stays).into_iter();
        due.filter(|due| due.kind == DueKind::VisitToBook).map(|due| due.at).collect::<Vec<_>>()
    };
    assert_eq!(to_book(vec![]), [start().plus_days(7)]);
    let decided = |indicated: bool| {
        let (diagnoses, reasons) = (Vec::new(), vec![words("as assessed")]);
        DomainEvent::Assessment(if indicated {
            AssessmentEvent::MedicationIndicated { diagnoses, reasons }
        } else {
            AssessmentEvent::MedicationNotIndicated { diagnoses, reasons }
        })
    };
    assert_eq!(to_book(vec![decided(true)]), [start().plus_days(7)]);
    assert_eq!(to_book(vec![decided(false)]), []);
}

#[test]
fn an_override_waits_for_a_second_clinician() {
    let overridden = DomainEvent::Chart(ChartEvent::InteractionOverridden {
        finding: finding(),
        reason: OverrideReason::ToleratedBefore,
        note: words("for years"),
        by: person(Role::Psychiatrist, 0),
        at: start(),
    });
    let cosigned = DomainEvent::Chart(ChartEvent::OverrideCosigned {
        finding: finding(),
        by: person(Role::Pharmacist, 0),
        at: start(),
    });
    assert_eq!(due(vec![overridden.clone()]).1, [DueKind::CoSignature]);
    assert_eq!(due(vec![overridden, cosigned]).1, []);
}
