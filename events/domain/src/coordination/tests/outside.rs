use concord_kernel::{ConsultId, OutsideUpdateId, Purpose};

use super::sharing::signed;
use super::*;

fn update(n: u128) -> OutsideUpdateId {
    OutsideUpdateId::new(uuid(n))
}

pub(super) fn told(n: u128, kind: UpdateKind) -> Command {
    Command::RecordOutsideUpdate {
        update: update(n),
        kind,
        from: text("Dr. Reed, Riverbend Family Practice"),
        summary: text("Metoprolol halved"),
    }
}

fn received(n: u128, kind: UpdateKind, by: u128, not_on_care_team: bool, hours_to: i64) -> Event {
    Event::OutsideUpdateReceived {
        update: update(n),
        kind,
        from: text("Dr. Reed, Riverbend Family Practice"),
        summary: text("Metoprolol halved"),
        by: person(by),
        role: role_of(by),
        not_on_care_team,
        review_by: hours(hours_to),
    }
}

pub(super) fn looked_at(n: u128) -> Command {
    Command::ReviewOutsideUpdate { update: update(n), outcome: text("Pulse at the next visit") }
}

#[test]
fn what_comes_from_outside_is_looked_at_the_sooner_the_more_it_changes() {
    use UpdateKind::{Diagnosis, EmergencyVisit, Hospitalisation, MedicationChange, Other, Results, Visit};
    for kind in [MedicationChange, Hospitalisation, EmergencyVisit] {
        happens(
            vec![],
            member(PRIMARY_CARE),
            told(1, kind),
            vec![received(1, kind, PRIMARY_CARE, false, 24)],
        );
    }
    for kind in [Diagnosis, Results, Visit, Other] {
        happens(vec![], member(NURSE), told(1, kind), vec![received(1, kind, NURSE, false, 168)]);
    }
}

#[test]
fn a_stranger_tells_what_cannot_wait_and_is_marked() {
    let kind = UpdateKind::Hospitalisation;
    happens(vec![], member(STRANGER), told(1, kind), vec![received(1, kind, STRANGER, true, 24)]);
    refused(vec![], member(STRANGER), told(1, UpdateKind::Visit), Error::NotOnCareTeam);
    let mut emergency = member(STRANGER);
    emergency.0.purpose = Purpose::Emergency;
    let marked = received(1, UpdateKind::Other, STRANGER, true, 24);
    happens(vec![], emergency, told(1, UpdateKind::Other), vec![marked]);
    // Of the program's own staff, a gap in the list of members turns nobody away.
    let staff = by_person(Role::Nurse, STRANGER).knowing(team());
    assert!(coordination(vec![]).when(staff.asks(told(1, UpdateKind::Visit))).inspect_result().is_ok());
}

#[test]
fn an_update_is_looked_at_once() {
    let given = || vec![received(1, UpdateKind::Visit, NURSE, false, 168)];
    let reviewed = |late| Event::OutsideUpdateReviewed {
        update: update(1),
        outcome: text("Pulse at the next visit"),
        late,
    };
    happens(given(), member(DOCTOR), looked_at(1), vec![reviewed(false)]);
    happens(given(), member(DOCTOR).at(hours(169)), looked_at(1), vec![reviewed(true)]);
    refused([given(), vec![reviewed(false)]].concat(), member(DOCTOR), looked_at(1), Error::UpdateReviewed);
    refused(given(), member(DOCTOR), looked_at(2), Error::UnknownUpdate);
    refused(given(), member(NURSE), told(1, UpdateKind::Visit), Error::UpdateIdUsed);
}

#[test]
fn as_many_updates_wait_as_somebody_may_still_read() {
    let many = (1..=64).map(|n| received(n, UpdateKind::Visit, NURSE, false, 168)).collect();
    refused(many, member(NURSE), told(99, UpdateKind::Visit), Error::TooManyUpdates { most: 64 });
}

pub(super) fn consult(n: u128) -> ConsultId {
    ConsultId::new(uuid(n))
}

pub(super) fn ask(n: u128, of: u128, urgency: Urgency) -> Command {
    Command::RequestConsult {
        consult: consult(n),
        of: person(of),
        urgency,
        question: text("Safe with this QTc?"),
    }
}

fn asked(n: u128, of: u128, urgency: Urgency, basis: SharingBasis, hours_to: i64) -> Event {
    Event::ConsultRequested {
        consult: consult(n),
        of: person(of),
        role: role_of(of),
        by: person(DOCTOR),
        urgency,
        question: text("Safe with this QTc?"),
        basis,
        answer_by: hours(hours_to),
    }
}

#[test]
fn who_treats_is_asked_and_has_a_time_to_answer() {
    use SharingBasis::{Consent, Program};
    use Urgency::{Routine, Urgent};
    happens(vec![], member(DOCTOR), ask(1, NURSE, Routine), vec![asked(1, NURSE, Routine, Program, 168)]);
    let given = || vec![signed(CARDIOLOGIST, &[SharedPart::Results], 90)];
    let then = asked(1, CARDIOLOGIST, Urgent, Consent, 24);
    happens(given(), member(DOCTOR), ask(1, CARDIOLOGIST, Urgent), vec![then]);
    // A question tells that somebody is treated here.
    refused(vec![], member(DOCTOR), ask(1, CARDIOLOGIST, Urgent), Error::ConsentToShareRequired);
}

#[test]
fn a_consult_is_asked_of_somebody_else_who_treats() {
    let routine = Urgency::Routine;
    refused(vec![], member(DOCTOR), ask(1, DOCTOR, routine), Error::ConsultOfOneself);
    refused(vec![], member(DOCTOR), ask(1, STRANGER, routine), Error::RecipientNotOnCareTeam);
    let family = Error::RecipientNotTreating { role: Role::Family };
    refused(vec![], member(DOCTOR), ask(1, SISTER, routine), family);
    let given = |n| asked(n, NURSE, routine, SharingBasis::Program, 168);
    refused(vec![given(1)], member(DOCTOR), ask(1, THERAPIST, routine), Error::ConsultIdUsed);
    let most = Error::TooManyConsults { most: 16 };
    refused((1..=16).map(given).collect(), member(DOCTOR), ask(99, NURSE, routine), most);
}

fn answer(n: u128) -> Command {
    Command::AnswerConsult { consult: consult(n), answer: text("Yes, with an ECG in two weeks") }
}

#[test]
fn whoever_was_asked_answers_or_the_program_writes_down_what_they_said() {
    let given = || vec![asked(1, CARDIOLOGIST, Urgency::Routine, SharingBasis::Consent, 168)];
    let answered = |by, late| Event::ConsultAnswered {
        consult: consult(1),
        answer: text("Yes, with an ECG in two weeks"),
        by: person(by),
        late,
    };
    for by in [CARDIOLOGIST, NURSE] {
        happens(given(), member(by), answer(1), vec![answered(by, false)]);
    }
    let late = member(CARDIOLOGIST).at(hours(200));
    happens(given(), late, answer(1), vec![answered(CARDIOLOGIST, true)]);
    refused(given(), member(PRIMARY_CARE), answer(1), Error::ConsultOfAnother);
    refused(given(), member(STRANGER), answer(1), Error::NotOnCareTeam);
    refused(given(), member(CARDIOLOGIST), answer(2), Error::UnknownConsult);
    let twice = [given(), vec![answered(NURSE, false)]].concat();
    refused(twice, member(CARDIOLOGIST), answer(1), Error::ConsultAnswered);
}
