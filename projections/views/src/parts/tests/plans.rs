//! What rows keep of plans.

use concord_domain::DomainEvent;
use concord_domain::episode::{Disposition, Event as EpisodeEvent};
use concord_domain::treatment_plan::{
    ConcernTopic, Consent, EducationMethod, EducationTopic, Event, LifeEvent, ReviewOutcome, SessionKind,
    SupportKind, TeachBack,
};
use concord_kernel::{ConcernId, GoalId, Instant, LifeChangeId, Role, SessionId, SupportId, Text};
use concord_knowledge::DrugId;
use concord_projection::Key;
use uuid::Uuid;

use crate::parts::{Due, DueKind, Therapy};
use crate::tests::{
    Dice, Model, Story, after_opening, follows_admission, patient, person, prescribed, start,
};
use crate::{Caseload, Worklist};

fn words(text: &str) -> Text {
    Text::parse(text).unwrap()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

fn sertraline() -> DrugId {
    DrugId::parse("sertraline").unwrap()
}

fn session(n: u128, attended: bool, engagement: Option<u8>) -> Event {
    let held_at = start().plus_days(i64::try_from(n).unwrap());
    let session = SessionId::new(id(n));
    Event::TherapyParticipationRecorded { session, kind: SessionKind::Group, held_at, attended, engagement }
}

fn doubt(n: u128, drug: Option<DrugId>) -> Event {
    Event::ConcernRaised {
        concern: ConcernId::new(id(n)),
        topic: ConcernTopic::Dependence,
        drug,
        words: words("for ever?"),
        by: person(Role::Patient, 0),
        role: Role::Patient,
        answer_by: start().plus_days(3),
    }
}

fn answer(n: u128) -> Event {
    Event::ConcernAnswered { concern: ConcernId::new(id(n)), answer: words("no") }
}

fn change(n: u128) -> Event {
    Event::LifeCircumstanceChanged {
        change: LifeChangeId::new(id(n)),
        event: LifeEvent::Work,
        note: words("night shifts"),
        review_by: start().plus_days(7),
    }
}

fn review(considered: &[u128]) -> Event {
    Event::MedicationReviewed {
        considered: considered.iter().map(|n| LifeChangeId::new(id(*n))).collect(),
        outcome: ReviewOutcome::Continue,
        reason: words("sleeps"),
        late: false,
        next_review_by: start().plus_days(60),
    }
}

fn taught(topics: &[EducationTopic], drug: Option<DrugId>, repeat: bool) -> Event {
    Event::EducationProvided {
        topics: topics.to_vec(),
        drug,
        method: EducationMethod::Spoken,
        teach_back: if repeat { TeachBack::Misunderstood } else { TeachBack::Understood },
        repeat_by: repeat.then(|| start().plus_days(7)),
    }
}

fn decided(consent: Consent) -> Event {
    let (options, preference) = (vec![words("without")], words("none"));
    Event::SharedDecisionRecorded { drug: sertraline(), options, preference, consent }
}

fn closed() -> DomainEvent {
    DomainEvent::Episode(EpisodeEvent::EpisodeClosed {
        episode: Story::new(0, &mut Dice(1)).episode.id,
        disposition: Disposition::Completed,
        medication_plan: None,
        at: None,
    })
}

fn therapy(then: Vec<Event>) -> Therapy {
    let model = after_opening::<Caseload>(then.into_iter().map(DomainEvent::TreatmentPlan).collect());
    model.rows[&Key::patient(patient(0))].plans.iter().next().cloned().unwrap_or_default()
}

fn due_after(then: Vec<DomainEvent>) -> Vec<Due> {
    let model: Model<Worklist> = after_opening(then);
    let row = &model.rows[&Key::patient(patient(0))];
    row.agenda.due(&row.stays).into_iter().filter(|due| !follows_admission(due.kind)).collect()
}

fn due(then: Vec<Event>) -> Vec<(DueKind, Instant)> {
    let events = then.into_iter().map(DomainEvent::TreatmentPlan).collect();
    due_after(events).into_iter().map(|due| (due.kind, due.at)).collect()
}

#[test]
fn the_trend_of_engagement_is_the_latest_three_sessions_beside_the_three_before() {
    let kept = [1, 1, 2, 3, 4, 4].into_iter().zip(1..).map(|(much, n)| session(n, true, Some(much)));
    let shown = therapy(kept.chain([session(7, false, None)]).collect()).participation;
    assert_eq!(shown.sessions().len(), 7);
    assert_eq!(shown.attended_percent(), Some(85));
    let (now, before) = shown.engagement();
    assert!((now.unwrap() - 11.0 / 3.0).abs() < 1e-9 && (before.unwrap() - 4.0 / 3.0).abs() < 1e-9);
}

#[test]
fn of_many_sessions_the_latest_are_kept_in_the_order_in_which_they_were_held() {
    let late_note = session(2, true, Some(0));
    let shown = therapy((3..=20).map(|n| session(n, true, Some(1))).chain([late_note]).collect());
    let sessions = shown.participation.sessions();
    assert_eq!(sessions.len(), 8, "a row stays small");
    assert!(sessions.is_sorted() && sessions[0].held_at >= start().plus_days(13));
    assert_eq!(therapy(vec![doubt(1, None)]).participation.attended_percent(), None);
}

#[test]
fn unanswered_concerns_are_shown_and_all_are_counted() {
    let mut events: Vec<_> = (1..=11).map(|n| doubt(n, None)).collect();
    let shown = therapy(events.clone());
    assert_eq!((shown.concerns.len(), shown.more_concerns), (8, 3));
    events.extend([answer(1), answer(11)]);
    let shown = therapy(events);
    assert_eq!((shown.concerns.len(), shown.more_concerns), (7, 2));
}

#[test]
fn a_change_of_life_is_shown_also_after_its_review_and_longest_while_it_waits() {
    let shown = therapy(vec![change(1), change(2), review(&[1])]);
    let waits: Vec<_> = shown.changes.iter().map(|change| change.review_by.is_some()).collect();
    assert_eq!(waits, [false, true]);
    let many = (1..=12).map(change).collect::<Vec<_>>();
    assert_eq!(therapy(many.clone()).changes.len(), 12, "none is forgotten before its review");
    let all: Vec<u128> = (1..=12).collect();
    let reviewed = [many, vec![review(&all), change(13), change(14), change(15), change(16)]].concat();
    assert!(therapy(reviewed).changes.iter().any(|change| change.review_by.is_some()));
}

#[test]
fn what_belongs_to_a_stay_goes_with_it() {
    let plan = |event| DomainEvent::TreatmentPlan(event);
    let model = after_opening::<Caseload>(vec![
        plan(doubt(1, None)),
        closed(),
        // Written down afterwards.
        plan(session(1, true, Some(2))),
    ]);
    assert_eq!(model.rows[&Key::patient(patient(0))].plans.iter().count(), 0);
}

#[test]
fn a_concern_is_due_until_it_is_answered() {
    assert_eq!(due(vec![doubt(1, None)]), [(DueKind::ConcernAnswer, start().plus_days(3))]);
    assert_eq!(due(vec![doubt(1, None), answer(1)]), []);
}

#[test]
fn what_was_not_understood_is_due_once_for_each_medication_until_all_of_it_is() {
    use EducationTopic::{MissedDoses, Purpose};
    let both = || taught(&[Purpose, MissedDoses], Some(sertraline()), true);
    let again = (DueKind::EducationRepeat, start().plus_days(7));
    assert_eq!(due(vec![both()]), [again]);
    assert_eq!(due(vec![both(), taught(&[Purpose], None, true)]), [again, again]);
    let one = || taught(&[Purpose], Some(sertraline()), false);
    assert_eq!(due(vec![both(), one()]), [again]);
    assert_eq!(due(vec![both(), one(), taught(&[MissedDoses], Some(sertraline()), false)]), []);
}

#[test]
fn a_change_of_life_is_due_before_the_regular_review() {
    let life = (DueKind::MedicationReview, start().plus_days(7));
    let regular = (DueKind::MedicationReview, start().plus_days(60));
    assert_eq!(due(vec![review(&[])]), [regular]);
    assert_eq!(due(vec![review(&[]), change(1), change(2)]), [life, life]);
    assert_eq!(due(vec![change(1), change(2), review(&[1])]), [life]);
    assert_eq!(due(vec![change(1), review(&[1])]), [regular]);
}

#[test]
fn a_version_is_due_for_agreement_until_both_have_agreed() {
    let drafted =
        || Event::PlanDrafted { episode: Story::new(0, &mut Dice(1)).episode, summary: words("sleep first") };
    let agreed = Event::PlanAgreed { version: 1, review_by: start().plus_days(60) };
    assert_eq!(due(vec![drafted()]), [(DueKind::PlanAgreement, start().plus_days(7))]);
    let regular = (DueKind::MedicationReview, start().plus_days(60));
    assert_eq!(due(vec![drafted(), agreed]), [regular]);
}

#[test]
fn help_is_due_on_its_day_and_on_no_prescribers_list() {
    let planned = Event::SupportPlanned {
        support: SupportId::new(id(1)),
        goal: GoalId::new(id(2)),
        kind: SupportKind::Transport,
        what: words("bus pass"),
        due_on: start().day(),
    };
    let finished = Event::SupportFinished { support: SupportId::new(id(1)), outcome: words("has it") };
    assert_eq!(due(vec![planned.clone()]), [(DueKind::Support, Instant::start_of(start().day()))]);
    assert_eq!(due(vec![planned, finished]), []);
    assert!(!DueKind::Support.concerns(Role::Psychiatrist) && DueKind::ConcernAnswer.concerns(Role::Pmhnp));
}

#[test]
fn consent_is_missing_until_the_patient_has_agreed_to_the_drug_and_again_when_they_decline() {
    let missing = |then: Vec<Event>| {
        let (order, event) = prescribed();
        let then = then.into_iter().map(DomainEvent::TreatmentPlan);
        let due = due_after(std::iter::once(event).chain(then).collect());
        let of_order: Vec<_> = due.into_iter().filter(|due| due.kind == DueKind::ConsentMissing).collect();
        assert!(of_order.iter().all(|due| due.subject == Some(order.uuid())));
        of_order.len()
    };
    assert_eq!(missing(vec![]), 1);
    assert_eq!(missing(vec![decided(Consent::Given)]), 0);
    assert_eq!(missing(vec![decided(Consent::Given), decided(Consent::Declined)]), 1);
}
