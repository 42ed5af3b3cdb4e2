//! What rows keep of how a patient takes what is ordered.

use concord_domain::DomainEvent;
use concord_domain::adherence::{BarrierKind, Channel, Doing, Event, Shared, Wording};
use concord_domain::chart::{Event as ChartEvent, StopReason};
use concord_domain::episode::{Disposition, Event as EpisodeEvent};
use concord_domain::follow_up::{Event as VisitEvent, Modality, VisitKind};
use concord_kernel::{BarrierId, CheckInId, OrderId, PersonId, ReminderId, Role, Text, VisitId};
use concord_knowledge::{DrugId, MissedAction, RuleId, RulesetVersion};
use concord_projection::Key;
use uuid::Uuid;

use crate::caseload::Row;
use crate::parts::{Due, DueKind};
use crate::tests::{Dice, Story, after_opening, follows_admission, patient, person, prescribed, start};
use crate::{Caseload, Reconciled, Worklist};

fn words(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn due(then: Vec<DomainEvent>) -> Vec<(DueKind, Option<String>)> {
    let model = after_opening::<Worklist>(then);
    let row = &model.rows[&Key::patient(patient(0))];
    let all: Vec<Due> = row.agenda.due(&row.stays);
    let ours =
        [DueKind::MissedDoses, DueKind::CheckInCall, DueKind::Outreach, DueKind::Barrier, DueKind::Reminder];
    all.into_iter().filter(|due| ours.contains(&due.kind)).map(|due| (due.kind, due.name)).collect()
}

fn due_of(then: Vec<Event>) -> Vec<(DueKind, Option<String>)> {
    due(then.into_iter().map(DomainEvent::Adherence).collect())
}

fn caseload(then: Vec<Event>) -> Row {
    let model = after_opening::<Caseload>(then.into_iter().map(DomainEvent::Adherence).collect());
    model.rows[&Key::patient(patient(0))].clone()
}

fn stay() -> concord_kernel::EpisodeId {
    Story::new(0, &mut Dice(1)).episode.id
}

fn scheduled() -> Event {
    Event::ReminderScheduled {
        reminder: ReminderId::new(id(1)),
        episode: stay(),
        to: None,
        wording: Wording::CheckIn,
        channel: Channel::App,
        first_at: start().plus_days(1),
        every_days: Some(1),
    }
}

fn reached(order: OrderId) -> Event {
    Event::MissedDosesReached {
        order,
        drug: DrugId::parse("lamotrigine").unwrap(),
        rule: RuleId::parse("missed.lamotrigine").unwrap(),
        action: MissedAction::Restart,
        since: start(),
        at: start().plus_days(6),
        decide_by: start().plus_days(7),
        ruleset: RulesetVersion::parse("1").unwrap(),
    }
}

fn measured(percent: Option<u8>, outreach: bool) -> Event {
    Event::AdherenceMeasured {
        from: start().day(),
        to: start().plus_days(27).day(),
        lines: Vec::new(),
        percent,
        outreach_by: outreach.then(|| start().plus_days(30)),
        ruleset: RulesetVersion::parse("1").unwrap(),
    }
}

fn checked_in(wants_call: bool) -> Event {
    Event::CheckInRecorded {
        check_in: CheckInId::new(id(1)),
        doing: Doing::SoSo,
        wants_call,
        note: None,
        by: person(Role::Patient, 0),
        role: Role::Patient,
        call_by: wants_call.then(|| start().plus_days(1)),
    }
}

fn raised() -> Event {
    Event::BarrierRaised {
        barrier: BarrierId::new(id(1)),
        kind: BarrierKind::Transport,
        words: words("no bus"),
        by: person(Role::Patient, 0),
        role: Role::Patient,
        act_by: start().plus_days(7),
    }
}

#[test]
fn a_reminder_is_due_until_it_is_sent_no_more_or_its_stay_ends() {
    let reminder = ReminderId::new(id(1));
    let said = (DueKind::Reminder, Some("check_in".to_owned()));
    assert_eq!(due_of(vec![scheduled()]), std::slice::from_ref(&said));
    let sent = |next_at| Event::ReminderSent { reminder, at: start(), next_at };
    assert_eq!(due_of(vec![scheduled(), sent(Some(start().plus_days(2)))]), [said]);
    assert_eq!(due_of(vec![scheduled(), sent(None)]), []);
    assert_eq!(due_of(vec![scheduled(), Event::ReminderCancelled { reminder }]), []);
    let closed = DomainEvent::Episode(EpisodeEvent::EpisodeClosed {
        episode: stay(),
        disposition: Disposition::Completed,
        medication_plan: None,
        at: None,
    });
    assert_eq!(due(vec![DomainEvent::Adherence(scheduled()), closed]), []);
}

#[test]
fn missed_doses_wait_for_a_decision_or_the_end_of_the_order() {
    let (order, prescribed) = prescribed();
    let missed = || DomainEvent::Adherence(reached(order));
    let waits = [(DueKind::MissedDoses, Some("lamotrigine".to_owned()))];
    assert_eq!(due(vec![prescribed.clone(), missed()]), waits);
    assert_eq!(due(vec![prescribed.clone(), missed(), missed()]), waits);
    let stopped = DomainEvent::Chart(ChartEvent::MedicationStopped {
        order,
        reason: StopReason::PatientChoice,
        last_dose_at: None,
        abrupt_because: None,
        at: start(),
        assessed_at: None,
    });
    assert_eq!(due(vec![prescribed, missed(), stopped]), []);
}

#[test]
fn whoever_was_not_reached_is_sought_until_they_check_in() {
    assert_eq!(
        due_of(vec![measured(Some(30), true)]),
        [(DueKind::Outreach, Some("low_adherence".to_owned()))]
    );
    assert_eq!(due_of(vec![measured(Some(30), true), checked_in(false)]), []);
    assert_eq!(due_of(vec![measured(Some(30), true), checked_in(true)]), [(DueKind::CheckInCall, None)]);
    let called = Event::CheckInFollowedUp { check_in: CheckInId::new(id(1)), outcome: words("well") };
    assert_eq!(due_of(vec![checked_in(true), called]), []);
}

#[test]
fn a_barrier_is_for_the_program_and_missed_doses_are_for_the_prescriber() {
    let model = after_opening::<Worklist>(vec![
        DomainEvent::Adherence(raised()),
        DomainEvent::Adherence(scheduled()),
        DomainEvent::Adherence(checked_in(true)),
    ]);
    let row = &model.rows[&Key::patient(patient(0))];
    let mut shown = Vec::new();
    row.agenda.each(&row.stays, |open| {
        let roles = [Role::Psychiatrist, Role::Nurse, Role::Pharmacist, Role::Therapist];
        if !follows_admission(open.kind) {
            shown.push((open.kind, roles.map(|role| open.concerns(person(role, 0), role))));
        }
    });
    assert_eq!(
        shown,
        [
            (DueKind::CheckInCall, [true, true, false, false]),
            (DueKind::Barrier, [false; 4]),
            (DueKind::Reminder, [false; 4]),
        ]
    );
    assert!(DueKind::MissedDoses.concerns(Role::Pharmacist) && DueKind::MissedDoses.concerns(Role::Pmhnp));
}

#[test]
fn a_therapist_sees_what_was_measured_barriers_and_who_helps() {
    let father = PersonId::new(id(0xFA));
    let given = Event::FamilyConsentGiven { person: father, shares: [Shared::CheckIns].into(), until: None };
    let engaged =
        Event::FamilyEngaged { person: father, about: Shared::CheckIns, note: words("knows whom to call") };
    let row = caseload(vec![measured(Some(75), false), raised(), given.clone(), engaged]);
    assert_eq!(row.adherence_percent(), Some(75));
    assert!(row.instability().poor_adherence);
    assert_eq!(row.adherence.barriers[0].words, words("no bus"));
    assert_eq!(row.adherence.family[0].engaged_at, Some(start()));
    assert_eq!(caseload(vec![measured(None, false)]).adherence_percent(), None);
    let withdrawn = Event::FamilyConsentWithdrawn { person: father };
    assert_eq!(caseload(vec![given, withdrawn]).adherence.family, []);
}

#[test]
fn what_was_measured_long_before_the_last_visit_counts_no_more() {
    let visited = |days| {
        DomainEvent::FollowUp(VisitEvent::VisitCompleted {
            visit: VisitId::new(id(1)),
            kind: VisitKind::Medication,
            at: start().plus_days(days),
            modality: Modality::InPerson,
            adherence_percent: Some(95),
            summary: words("well"),
            next_due_at: None,
        })
    };
    let percent = |days| {
        let model =
            after_opening::<Caseload>(vec![DomainEvent::Adherence(measured(Some(60), false)), visited(days)]);
        model.rows[&Key::patient(patient(0))].adherence_percent()
    };
    assert_eq!([percent(27 + 28), percent(27 + 29)], [Some(60), Some(95)]);
}

#[test]
fn a_liaison_is_told_what_was_measured_and_what_is_not_known() {
    let told = |percent| {
        let model = after_opening::<Reconciled>(vec![DomainEvent::Adherence(measured(percent, false))]);
        crate::reconciled::plan_of(&model.rows[&Key::patient(patient(0))], true)
    };
    let known = "Medication was taken on 92 % of the days from 2026-01-05 to 2026-02-01.";
    assert!(told(Some(92)).iter().any(|sentence| sentence == known), "{:?}", told(Some(92)));
    assert!(told(None).iter().any(|sentence| sentence.contains("is not known")), "{:?}", told(None));
}
